/** Whatever comes in which pieces, and whenever the link turns bad or good: what goes out are whole messages. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { PipeConditions } from '../../../create-app/src/chaos/conditions.js';
import { LossyFilter } from '../../../create-app/src/chaos/lossy-filter.js';
import { Random } from '../../../create-app/src/chaos/random.js';
import { FrameScanner, payloadOf } from '../../../create-app/src/chaos/ws-frames.js';
import { randomly } from '../../support/seed.js';
import { GRANTED, frame } from './write-frames.js';

test('frames stay whole, control frames and fragments in their order, and every message has one fate', () => {
  const message = fc.oneof(
    { weight: 4, arbitrary: fc.constant('text') },
    fc.constant('ping'),
    fc.constant('binary'),
    fc.constant('fragments'),
  );
  const turns = fc.array(fc.record({ bytes: fc.integer({ min: 1, max: 30 }), bad: fc.boolean() }), { minLength: 1 });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 30 }), turns, fc.integer(), (kinds, pushes, seed) => {
      const sent = kinds.flatMap((kind, index) => framesOf(kind, `${kind} ${index}`));
      const wire = Buffer.concat([GRANTED, ...sent]);
      const fates = { dropped: 0, doubled: 0, reordered: 0, compressed: 0 };
      const filter = new LossyFilter('server', (fate) => fates[fate]++);
      const link: PipeConditions['lossy'] = {
        fault: { kind: 'lossy', drop: 0.3, double: 0.3, reorder: 0.5 },
        only: undefined,
        random: new Random(seed),
      };
      const out: Buffer[] = [];
      let wasBad = false;
      for (let at = 0, turn = 0; at < wire.length; turn++) {
        const { bytes, bad } = pushes[turn % pushes.length] ?? { bytes: 1, bad: false };
        // As the pipe does it.
        if (wasBad && !bad) out.push(...filter.flush());
        out.push(...filter.push(wire.subarray(at, at + bytes), bad ? link : undefined));
        wasBad = bad;
        at += bytes;
      }
      out.push(...filter.flush());

      const came = readFrames(Buffer.concat(out));
      const texts = came.filter(({ name }) => name.startsWith('text'));
      const sentTexts = kinds.filter((kind) => kind === 'text').length;
      assert.equal(texts.length, sentTexts - fates.dropped + fates.doubled);
      const others = (all: readonly { name: string }[]): string[] =>
        all.map(({ name }) => name).filter((name) => !name.startsWith('text'));
      assert.deepEqual(others(came), others(readFrames(wire)));
      let isInMessage = false;
      for (const { opcode, fin } of came) {
        if (opcode >= 8) continue;
        assert.equal(opcode === 0, isInMessage, 'a message in the middle of another');
        isInMessage = !fin;
      }
    }),
    randomly(300),
  );
});

function framesOf(kind: string, name: string): Buffer[] {
  const payload = Buffer.from(name);
  switch (kind) {
    case 'ping':
      return [frame(payload, { opcode: 9 })];
    case 'binary':
      return [frame(payload, { opcode: 2 })];
    case 'fragments':
      return [
        frame(Buffer.from(`${name} a`), { fin: false }),
        frame(Buffer.from(`${name} b`), { opcode: 0, fin: false }),
        frame(Buffer.from(`${name} c`), { opcode: 0 }),
      ];
    default:
      return [frame(payload)];
  }
}

function readFrames(wire: Buffer): { readonly name: string; readonly opcode: number; readonly fin: boolean }[] {
  const pieces = new FrameScanner('server').push(wire).filter((piece) => piece.frame !== undefined);
  assert.ok(
    pieces.every(({ ends }) => ends),
    'half a frame',
  );
  return pieces.map(({ bytes, frame: { header } = { start: 0, header: undefined } }) => {
    assert.ok(header);
    return { name: payloadOf(bytes, header).toString(), opcode: header.opcode, fin: header.fin };
  });
}
