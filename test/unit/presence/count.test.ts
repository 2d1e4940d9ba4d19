import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SettledCount } from '../../../widget/src/controllers/presence-count.js';
import { ManualClock } from '../../../widget/src/testing/manual-clock.js';

function start() {
  const clock = new ManualClock();
  const spoken: number[] = [];
  return { clock, spoken, count: new SettledCount(clock, (number) => spoken.push(number)) };
}

test('forty who come one after the other are one sentence, and the first number is none', () => {
  const { clock, spoken, count } = start();
  count.show(0);
  for (let number = 1; number <= 40; number++) {
    count.show(number);
    clock.advance(100);
  }
  assert.deepEqual(spoken, []);
  clock.advance(2_000);
  assert.deepEqual(spoken, [40]);
});

test('who comes and goes at once is not worth a word', () => {
  const { clock, spoken, count } = start();
  count.show(3);
  count.show(4);
  clock.advance(500);
  count.show(3);
  clock.advance(60_000);
  assert.deepEqual(spoken, []);
});

test('where it never rests, it is said now and then all the same', () => {
  const { clock, spoken, count } = start();
  count.show(0);
  for (let round = 1; round <= 40; round++) {
    count.show(round);
    clock.advance(1_000);
  }
  assert.ok(spoken.length >= 2 && spoken.length <= 3, spoken.join());
});

test('after a time without a list, the next number is the first again', () => {
  const { clock, spoken, count } = start();
  count.show(3);
  count.show(5);
  count.show(undefined);
  count.show(7);
  clock.advance(60_000);
  assert.deepEqual(spoken, []);
  assert.equal(clock.pending, 0);
});
