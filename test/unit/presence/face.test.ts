import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { faceOf, HUES } from '../../../widget/src/presence/face.js';
import { randomly } from '../../support/seed.js';

const named = (name: unknown, id = 'user-7') => faceOf({ id, info: { name } });

const faces: readonly (readonly [name: unknown, shown: string, initials: string])[] = [
  ['Ada Lovelace', 'Ada Lovelace', 'AL'],
  ['ada', 'ada', 'A'],
  ['Ada King Lovelace', 'Ada King Lovelace', 'AL'],
  ['  Ada \n\t Lovelace ', 'Ada Lovelace', 'AL'],
  ['ßberg ölsen', 'ßberg ölsen', 'ßÖ'],
  ['王 小明', '王 小明', '王小'],
  ['👩‍👩‍👧 Team', '👩‍👩‍👧 Team', '👩‍👩‍👧T'],
  ['!!!', '!!!', '!'],
  ['\u202Eevil\u202C txt', 'evil txt', 'ET'],
  ['\u2066a\u2069', 'a', 'A'],
  // What is not a name, or cannot be seen, gives way to the id.
  ['', 'user-7', 'U7'],
  ['   ', 'user-7', 'U7'],
  ['\u200B\u200D\uFEFF\u3164', 'user-7', 'U7'],
  [undefined, 'user-7', 'U7'],
  [{ toString: 'x' }, 'user-7', 'U7'],
  [42, 'user-7', 'U7'],
];

for (const [name, shown, initials] of faces) {
  test(`${JSON.stringify(name)} is shown as ${shown}, ${initials}`, () => {
    const face = named(name);
    assert.deepEqual([face.name, face.initials], [shown, initials]);
  });
}

test('somebody without a name or an id has none', () => {
  assert.deepEqual(faceOf({ id: '', info: null }), {
    id: '',
    name: '',
    initials: '',
    hue: faceOf({ id: '', info: 1 }).hue,
  });
});

test('a name of a megabyte, or of a thousand accents, is cut', () => {
  assert.equal(named('x'.repeat(1_000_000)).name, `${'x'.repeat(39)}…`);
  const zalgo = named(`Z${'\u0301'.repeat(1_000)}algo`);
  assert.ok(zalgo.name.length < 60, zalgo.name);
  assert.equal(zalgo.initials, 'Z');
});

test('an id has one colour on every page, and ids that differ little have many', () => {
  assert.equal(faceOf({ id: 'user-7', info: null }).hue, faceOf({ id: 'user-7', info: { name: 'x' } }).hue);
  const hues = Array.from({ length: 200 }, (_, index) => faceOf({ id: `user-${index}`, info: null }).hue);
  assert.equal(new Set(hues).size, HUES);
});

test('whatever is said of somebody, what is shown is short and turns no text around', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.jsonValue(), fc.string({ unit: 'binary' }), (id, info, name) => {
      for (const face of [faceOf({ id, info }), faceOf({ id, info: { name } })]) {
        assert.ok(face.name.length <= 40 * 16 && face.initials.length <= 2 * 16);
        assert.doesNotMatch(face.name, /[\p{Bidi_Control}\p{Cc}]/u);
        assert.ok(face.hue >= 0 && face.hue < HUES && Number.isInteger(face.hue));
      }
    }),
    randomly(500),
  );
});
