/** WebSocket frames by a writer of the tests' own, to judge the reader by. */

export const GRANTED = Buffer.from(
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
);

/** A frame as RFC 6455 writes it. */
export function frame(
  payload: Buffer,
  { opcode = 1, fin = true, mask = undefined as Buffer | undefined } = {},
): Buffer {
  const length = payload.length;
  const size = length < 126 ? Buffer.from([length]) : length < 65_536 ? Buffer.alloc(3, 126) : Buffer.alloc(9, 127);
  if (size.length === 3) size.writeUInt16BE(length, 1);
  if (size.length === 9) size.writeBigUInt64BE(BigInt(length), 1);
  if (mask !== undefined) size[0] = (size[0] ?? 0) | 0x80;
  const body = mask === undefined ? payload : Buffer.from(payload.map((byte, i) => byte ^ (mask[i % 4] ?? 0)));
  return Buffer.concat([Buffer.from([(fin ? 0x80 : 0) | opcode]), size, mask ?? Buffer.alloc(0), body]);
}
