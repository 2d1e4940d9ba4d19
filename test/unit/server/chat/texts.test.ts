import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Coalescer } from '../../../../templates/node/src/chat/coalescer.js';
import { OptionError } from '../../../../templates/node/src/chat/errors.js';
import { DEFAULT_OPTIONS, resolveOptions } from '../../../../templates/node/src/chat/options.js';
import { boundaryAtOrBefore, fitJson, splitUtf8 } from '../../../../templates/node/src/chat/utf8.js';
import { randomFrom, seed } from '../../../support/seed.js';
import { ManualClock } from './support/manual-clock.js';

function coalescer(options: { ms?: number; bytes?: number } = {}) {
  const clock = new ManualClock();
  const pieces: string[] = [];
  const emit = (text: string) => void pieces.push(text);
  return { clock, pieces, subject: new Coalescer({ ms: 50, bytes: 8, ...options, clock, emit }) };
}

test('the coalescer waits 50 ms from the first text, not from the last', () => {
  const { clock, pieces, subject } = coalescer();
  subject.push('a');
  clock.advance(49);
  subject.push('b');
  assert.deepEqual(pieces, []);
  clock.advance(1);
  assert.deepEqual(pieces, ['ab']);
  assert.equal(clock.timers, 0);
});

test('the coalescer emits at once when enough has come, and its timer is then off', () => {
  const { clock, pieces, subject } = coalescer();
  subject.push('1234567');
  subject.push('8');
  assert.deepEqual(pieces, ['12345678']);
  assert.equal(clock.timers, 0);
});

test('the coalescer keeps half a surrogate pair for its other half', () => {
  const { clock, pieces, subject } = coalescer();
  subject.push('a\ud83d');
  clock.advance(50);
  assert.deepEqual(pieces, ['a']);
  clock.advance(1_000);
  subject.push('\ude00b');
  subject.flush();
  assert.deepEqual(pieces, ['a', '😀b']);
  subject.push('\ud83d');
  subject.flush();
  assert.deepEqual(pieces.at(-1), '\ufffd', 'no other half ever came');
});

test('the coalescer emits nothing for nothing, and nothing after discard', () => {
  const { clock, pieces, subject } = coalescer();
  subject.push('');
  subject.flush();
  subject.push('x');
  subject.discard();
  clock.advance(100);
  subject.flush();
  assert.deepEqual(pieces, []);
  assert.equal(clock.timers, 0);
});

test('the coalescer cuts what is too much for one frame', () => {
  const { pieces, subject } = coalescer();
  const text = '😀'.repeat(10_000);
  subject.push(text);
  assert.ok(pieces.length > 1 && pieces.every((piece) => Buffer.byteLength(piece) <= 16 * 1024));
  assert.equal(pieces.join(''), text);
});

test('any cut of any text comes out as the same text', (t) => {
  t.diagnostic(`SEED=${seed}`);
  const random = randomFrom(seed);
  const int = (below: number) => Math.floor(random() * below);
  for (let round = 0; round < 200; round += 1) {
    const { clock, pieces, subject } = coalescer({ bytes: 1 + int(20) });
    const text = Array.from({ length: int(60) }, () => ['a', 'é', '☂', '😀', '\n'][int(5)]).join('');
    for (let at = 0; at < text.length;) {
      const next = at + 1 + int(7);
      subject.push(text.slice(at, next));
      at = next;
      if (int(4) === 0) clock.advance(50);
    }
    subject.flush();
    assert.equal(pieces.join(''), text);
    assert.ok(pieces.every((piece) => !piece.includes('\ufffd') && Buffer.from(piece).toString() === piece));
  }
});

test('splitUtf8 cuts between code points, and gives at least one each', () => {
  assert.deepEqual(splitUtf8('', 4), []);
  assert.deepEqual(splitUtf8('aé☂😀', 3), ['aé', '☂', '😀']);
  assert.deepEqual(splitUtf8('abcdef', 3), ['abc', 'def']);
});

test('boundaryAtOrBefore finds the beginning of a code point', () => {
  const bytes = Buffer.from('aé😀');
  assert.deepEqual(
    [-1, 0, 1, 2, 3, 4, 5, 6, 7, 99].map((index) => boundaryAtOrBefore(bytes, index)),
    [0, 0, 1, 1, 3, 3, 3, 3, 7, 7],
  );
});

test('fitJson fills the room exactly as JSON.stringify counts', (t) => {
  t.diagnostic(`SEED=${seed}`);
  const everything =
    Array.from({ length: 0x300 }, (_, code) => String.fromCodePoint(code)).join('') + '☂\u2028日😀\u{10ffff}';
  const size = (text: string) => Buffer.byteLength(JSON.stringify(text)) - 2;
  for (const character of everything) {
    assert.equal(fitJson(character, size(character)), character);
    assert.equal(fitJson(character, size(character) - 1), '', `U+${character.codePointAt(0)?.toString(16)}`);
  }
  const random = randomFrom(seed);
  for (let round = 0; round < 50; round += 1) {
    const room = Math.floor(random() * size(everything));
    const fitted = fitJson(everything, room);
    assert.ok(everything.startsWith(fitted) && size(fitted) <= room);
    const next = String.fromCodePoint(everything.codePointAt(fitted.length) ?? 0);
    assert.ok(size(fitted + next) > room, 'one more would not fit');
  }
});

test('options: what is left out is the default, what cannot work names itself', () => {
  assert.deepEqual(resolveOptions(), DEFAULT_OPTIONS);
  assert.equal(resolveOptions({ maxTokens: 5 }).maxTokens, 5);
  for (const [options, name] of [
    [{ leaseMs: 0 }, 'leaseMs'],
    [{ asksPerMinute: 1.5 }, 'asksPerMinute'],
    [{ maxTokens: Number.NaN }, 'maxTokens'],
    [{ messageBytes: 40_000 }, 'messageBytes'],
    [{ snapshotBytes: 262_145 }, 'snapshotBytes'],
    [{ snapshotBytes: 50_000 }, 'snapshotBytes'],
  ] as const) {
    assert.throws(
      () => resolveOptions(options),
      (error: unknown) => error instanceof OptionError && error.option === name && error.message.includes(name),
    );
  }
});
