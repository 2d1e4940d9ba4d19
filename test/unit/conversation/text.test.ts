import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  addPiece,
  EMPTY_TEXT,
  MAX_ASIDE_BYTES,
  type MessageText,
  type Piece,
} from '../../../widget/src/conversation/text.js';
import { byteLength, indexOfByte } from '../../../widget/src/conversation/utf8.js';
import { randomly } from '../../support/seed.js';

const wellFormed = fc.string({ unit: 'binary', maxLength: 40 }).filter((text) => !/\p{Surrogate}/u.test(text));

function addAll(pieces: readonly Piece[]): MessageText {
  return pieces.reduce((text, piece) => addPiece(text, piece).text, EMPTY_TEXT);
}

/** Cuts a text into pieces at code points; every piece knows its byte offset. */
function cut(text: string, lengths: readonly number[]): Piece[] {
  const points = [...text];
  const pieces: Piece[] = [];
  let offset = 0;
  for (let at = 0, k = 0; at < points.length; k++) {
    const content = points.slice(at, at + (lengths[k % lengths.length] ?? 1)).join('');
    pieces.push({ offset, content });
    offset += Buffer.byteLength(content);
    at += [...content].length;
  }
  return pieces;
}

test('byteLength is the length in UTF-8', () => {
  fc.assert(
    fc.property(wellFormed, (text) => assert.equal(byteLength(text), Buffer.byteLength(text))),
    randomly(500),
  );
});

test('indexOfByte finds code point boundaries and nothing between them', () => {
  const text = 'aé日😀z';
  const found = Array.from({ length: 13 }, (_, bytes) => indexOfByte(text, bytes));
  assert.deepEqual(found, [
    0,
    1,
    undefined,
    2,
    undefined,
    undefined,
    3,
    undefined,
    undefined,
    undefined,
    5,
    6,
    undefined,
  ]);
});

test('any cut, doubling and order of pieces gives the same text', () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(wellFormed, cuts, cuts, fc.infiniteStream(fc.nat()), (text, one, other, random) => {
      const pieces = [...cut(text, one), ...cut(text, other)];
      const shuffled = pieces.map((piece) => ({ piece, key: random.next().value as number }));
      shuffled.sort((a, b) => a.key - b.key);
      const result = addAll(shuffled.map(({ piece }) => piece));
      assert.equal(result.held, text);
      assert.equal(result.bytes, Buffer.byteLength(text));
      assert.deepEqual(result.aside, []);
      assert.equal(result.asideBytes, 0);
    }),
    randomly(500),
  );
});

test('with pieces missing, what is held is a prefix and the rest waits', () => {
  const pieces = cut('héllo wörld, 日本語 😀!', [3]);
  for (let missing = 0; missing < pieces.length; missing++) {
    const result = addAll(pieces.filter((_, index) => index !== missing));
    assert.equal(
      result.held,
      pieces
        .slice(0, missing)
        .map(({ content }) => content)
        .join(''),
    );
    assert.equal(addPiece(result, pieces[missing] as Piece).text.held, 'héllo wörld, 日本語 😀!');
  }
});

test('a piece that begins inside a code point contradicts', () => {
  const held = addAll([{ offset: 0, content: 'é' }]);
  assert.equal(addPiece(held, { offset: 1, content: 'xyz' }).outcome, 'contradiction');
});

test('other text at the same offset contradicts, and changes nothing', () => {
  const held = addAll([{ offset: 0, content: 'hello' }]);
  const result = addPiece(held, { offset: 3, content: 'XX and more' });
  assert.equal(result.outcome, 'contradiction');
  assert.equal(result.text.held, 'hello');
});

test('what is kept aside is bounded: the furthest is forgotten first', () => {
  const big = 'x'.repeat(MAX_ASIDE_BYTES / 2);
  let text = EMPTY_TEXT;
  for (const offset of [10_000_000, 20_000_000, 5_000_000]) text = addPiece(text, { offset, content: big }).text;
  assert.deepEqual(
    text.aside.map(({ offset }) => offset),
    [5_000_000, 10_000_000],
  );
  assert.equal(text.asideBytes, MAX_ASIDE_BYTES);
});
