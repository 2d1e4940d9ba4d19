/** Frames are found wherever the bytes are cut. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FrameScanner, OPCODE, payloadOf, readFrameHeader } from '../../../create-app/src/chaos/ws-frames.js';
import { randomly } from '../../support/seed.js';
import { GRANTED, frame } from './write-frames.js';

test('any frames, cut anywhere, are found whole and in order', () => {
  const anyFrame = fc.record({
    payload: fc.oneof(
      fc.uint8Array({ maxLength: 20 }),
      fc.constantFrom(125, 126, 127, 65_535, 65_536).map((length) => new Uint8Array(length).fill(7)),
    ),
    opcode: fc.constantFrom(0, 1, 2, 8, 9, 10),
    mask: fc.option(fc.uint8Array({ minLength: 4, maxLength: 4 }), { nil: undefined }),
  });
  const cuts = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(fc.array(anyFrame, { maxLength: 4 }), cuts, fc.boolean(), (frames, sizes, isFine) => {
      const whole = frames.map(({ payload, opcode, mask }) =>
        frame(Buffer.from(payload), { opcode, mask: mask && Buffer.from(mask) }),
      );
      const wire = Buffer.concat([GRANTED, ...whole]);
      const scanner = new FrameScanner('server');
      const passed: Buffer[] = [];
      const found = new Map<number, Buffer[]>();
      const ended: number[] = [];
      for (let at = 0, turn = 0; at < wire.length; turn++) {
        // Small cuts where the headers are, else whatever is left.
        const size = isFine || at < 300 ? (sizes[turn % sizes.length] ?? 1) : 50_000;
        for (const piece of scanner.push(wire.subarray(at, at + size))) {
          passed.push(piece.bytes);
          if (piece.frame === undefined) continue;
          const parts = found.get(piece.frame.start) ?? [];
          parts.push(piece.bytes);
          found.set(piece.frame.start, parts);
          if (piece.ends) ended.push(piece.frame.start);
        }
        at += size;
      }
      assert.ok(Buffer.concat(passed).equals(wire), 'nothing is added or taken away');
      assert.deepEqual(
        [...found.values()].map((parts) => Buffer.concat(parts).toString('hex')),
        whole.map((bytes) => bytes.toString('hex')),
      );
      assert.deepEqual(ended, [...found.keys()]);
    }),
    randomly(100),
  );
});

test('a header tells what the frame is, and its payload is read without the mask', () => {
  const text = Buffer.from('Grüße');
  const bytes = frame(text, { mask: Buffer.from([1, 2, 3, 4]), fin: false });
  const header = readFrameHeader(bytes);
  assert.ok(header);
  assert.deepEqual([header.fin, header.opcode, header.payloadBytes], [false, OPCODE.text, text.length]);
  assert.equal(payloadOf(bytes, header).toString(), 'Grüße');
  assert.equal(readFrameHeader(bytes.subarray(0, 5)), undefined);
});

test('what is no WebSocket has no frames, whatever its bytes look like', () => {
  const body = frame(Buffer.from('no frame'));
  for (const head of ['HTTP/1.1 200 OK\r\n\r\n', 'HTTP/1.1 401 Unauthorized\r\nUpgrade: websocket\r\n\r\n']) {
    const scanner = new FrameScanner('server');
    const pieces = scanner.push(Buffer.concat([Buffer.from(head), body]));
    assert.ok(pieces.every(({ frame }) => frame === undefined));
    assert.equal(scanner.isWebSocket, false);
  }
  const silent = new FrameScanner('client');
  silent.push(Buffer.alloc(70_000, 'x'));
  assert.ok(silent.push(Buffer.from('\r\n\r\n')).every(({ frame }) => frame === undefined));
});
