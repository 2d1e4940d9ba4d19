/**
 * Finds the frames in a WebSocket connection's bytes as they pass, in either direction and in pieces of any size.
 * https://www.rfc-editor.org/rfc/rfc6455#section-5.2
 */
export interface FrameHeader {
  /** The last frame of its message. */
  readonly fin: boolean;
  /** RSV1: permessage-deflate, where later frames may depend on the bytes of this one (RFC 7692, context takeover). */
  readonly compressed: boolean;
  readonly opcode: number;
  readonly mask: Buffer | undefined;
  readonly headerBytes: number;
  readonly payloadBytes: number;
}

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface Frame {
  /** Where it begins, in bytes of the connection's direction. */
  readonly start: number;
  /** Undefined until all of it has passed. */
  header: FrameHeader | undefined;
}

/** Consecutive bytes that belong together. Pieces of one frame share the Frame. */
export interface Piece {
  readonly bytes: Buffer;
  /** Undefined for the HTTP head, and for everything on a connection that is no WebSocket. */
  readonly frame: Frame | undefined;
  /** Whether the frame ends with this piece. */
  readonly ends: boolean;
}

/** The header at the beginning of these bytes; undefined where bytes of it are missing. */
export function readFrameHeader(bytes: Buffer): FrameHeader | undefined {
  const first = bytes[0];
  const second = bytes[1];
  if (first === undefined || second === undefined) return undefined;
  const masked = (second & 0x80) !== 0;
  const short = second & 0x7f;
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
  const headerBytes = 2 + lengthBytes + (masked ? 4 : 0);
  if (bytes.length < headerBytes) return undefined;
  return {
    fin: (first & 0x80) !== 0,
    compressed: (first & 0x40) !== 0,
    opcode: first & 0x0f,
    mask: masked ? Buffer.from(bytes.subarray(headerBytes - 4, headerBytes)) : undefined,
    headerBytes,
    payloadBytes:
      lengthBytes === 8 ? Number(bytes.readBigUInt64BE(2)) : lengthBytes === 2 ? bytes.readUInt16BE(2) : short,
  };
}

/** The payload of one whole frame, without its mask. */
export function payloadOf(whole: Buffer, { headerBytes, mask }: FrameHeader): Buffer {
  const payload = whole.subarray(headerBytes);
  return mask === undefined ? payload : Buffer.from(payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0)));
}

const END_OF_HEAD = Buffer.from('\r\n\r\n');
/** What has no end of a head by then is no HTTP. */
export const MAX_HEAD_BYTES = 65_536;

/** Cuts one direction of a connection into its HTTP head and its frames. What is no WebSocket passes as it is. */
export class FrameScanner {
  readonly #isUpgrade: (head: string) => boolean;
  #state: 'head' | 'frames' | 'opaque' = 'head';
  #position = 0;
  /** Of the HTTP head, or of the header of the frame at hand. */
  #incomplete = Buffer.alloc(0);
  #frame: Frame | undefined;
  #payloadLeft = 0;

  /** @param side whose words these are: a `client` asks for the upgrade, a `server` grants it. */
  constructor(side: 'client' | 'server') {
    this.#isUpgrade = side === 'client' ? asksForWebSocket : grantsUpgrade;
  }

  /** False until the handshake is seen, and for ever on a connection that is no WebSocket. */
  get isWebSocket(): boolean {
    return this.#state === 'frames';
  }

  /** The same bytes, in pieces. */
  push(bytes: Buffer): Piece[] {
    const pieces: Piece[] = [];
    let rest = bytes;
    while (rest.length > 0) {
      const piece = this.#next(rest);
      pieces.push(piece);
      this.#position += piece.bytes.length;
      rest = rest.subarray(piece.bytes.length);
    }
    return pieces;
  }

  #next(bytes: Buffer): Piece {
    switch (this.#state) {
      case 'opaque':
        return { bytes, frame: undefined, ends: false };
      case 'head':
        return { bytes: this.#takeHead(bytes), frame: undefined, ends: false };
      case 'frames':
        return this.#takeFrame(bytes);
    }
  }

  #takeHead(bytes: Buffer): Buffer {
    const before = this.#incomplete.length;
    this.#incomplete = Buffer.concat([this.#incomplete, bytes]);
    const found = this.#incomplete.indexOf(END_OF_HEAD);
    if (found < 0) {
      if (this.#incomplete.length > MAX_HEAD_BYTES) this.#leaveHead(false);
      return bytes;
    }
    const end = found + END_OF_HEAD.length;
    this.#leaveHead(this.#isUpgrade(this.#incomplete.toString('latin1', 0, end)));
    return bytes.subarray(0, end - before);
  }

  #leaveHead(isUpgrade: boolean): void {
    this.#state = isUpgrade ? 'frames' : 'opaque';
    this.#incomplete = Buffer.alloc(0);
  }

  #takeFrame(bytes: Buffer): Piece {
    this.#frame ??= { start: this.#position, header: undefined };
    const frame = this.#frame;
    let taken: Buffer;
    if (frame.header === undefined) {
      const before = this.#incomplete.length;
      // The longest header has 14 bytes: no need to look at more.
      this.#incomplete = Buffer.concat([this.#incomplete, bytes.subarray(0, 14)]);
      frame.header = readFrameHeader(this.#incomplete);
      if (frame.header === undefined) return { bytes, frame, ends: false };
      this.#incomplete = Buffer.alloc(0);
      const { headerBytes, payloadBytes } = frame.header;
      taken = bytes.subarray(0, headerBytes - before + payloadBytes);
      this.#payloadLeft = payloadBytes - (taken.length - (headerBytes - before));
    } else {
      taken = bytes.subarray(0, this.#payloadLeft);
      this.#payloadLeft -= taken.length;
    }
    const ends = this.#payloadLeft === 0;
    if (ends) this.#frame = undefined;
    return { bytes: taken, frame, ends };
  }
}

/** Whether the request whose head this is wants to become a WebSocket. */
export function asksForWebSocket(head: string): boolean {
  return /^upgrade:[^\r\n]*\bwebsocket\b/im.test(head);
}

function grantsUpgrade(head: string): boolean {
  return /^HTTP\/1\.1 101\b/.test(head);
}
