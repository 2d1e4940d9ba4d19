import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare } from '../../../create-app/src/doctor/live/verdict.js';

const whole = Array.from({ length: 60 }, (_, index) => `word ${index}`);
const cut = { what: 'reset', at: 20, until: 30 };

test('the same on both lines: survived', () => {
  assert.deepEqual(compare(whole, whole, [cut], 'never again'), {
    survived: true,
    sent: 60,
    cuts: [{ what: 'reset', after: 20 }],
    lost: [],
    doubled: 0,
    misplaced: false,
  });
});

test('what is lost is told with its number and the cut that took it', () => {
  const broken = whole.filter((_, index) => index !== 24 && index !== 50);
  const { survived, lost } = compare(whole, broken, [cut], 'never again');
  assert.equal(survived, false);
  assert.deepEqual(lost, [
    { number: 25, message: 'word 24', why: 'sent during cut 1 (reset), and never again' },
    { number: 51, message: 'word 50', why: 'it was lost while the line was whole' },
  ]);
});

test('doubled and misplaced messages are no survival', () => {
  const twice = compare(whole, [...whole, 'word 3'], [cut], '');
  assert.deepEqual([twice.survived, twice.doubled], [false, 1]);
  const swapped = compare(whole, ['word 1', 'word 0', ...whole.slice(2)], [cut], '');
  assert.deepEqual([swapped.survived, swapped.misplaced], [false, true]);
});

test('equal messages are counted', () => {
  assert.equal(compare(['a', 'a', 'b'], ['a', 'b'], [cut], '').lost.length, 1);
});

test('an answer that was over before the first cut proves nothing', () => {
  const verdict = compare(whole, whole, [], '');
  assert.equal(verdict.survived, false);
  assert.match(verdict.inconclusive ?? '', /before the line was cut/);
});
