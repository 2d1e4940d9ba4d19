import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reconnectDelay } from '../../../widget/src/transport/reconnect.js';

test('the first retry comes within 400 ms, the later ones back off up to 15 s, each spread by chance', () => {
  const spans = [0, 1, 2, 3, 4, 5, 10, 100].map((attempt) => [
    reconnectDelay(attempt, () => 0),
    reconnectDelay(attempt, () => 1),
  ]);
  assert.deepEqual(spans, [
    [0, 400],
    [500, 1000],
    [1000, 2000],
    [2000, 4000],
    [4000, 8000],
    [7500, 15000],
    [7500, 15000],
    [7500, 15000],
  ]);
});
