/** What the lab is built of: tokens, allowances, the count of a plain client's losses. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PlainAnswer } from '../../../../templates/node/lab/plain-answer.js';
import { Allowance } from '../../../../templates/node/src/lab/allowance.js';
import { LabTokens, tokenOf } from '../../../../templates/node/src/lab/tokens.js';

describe('tokens', () => {
  test('are good for their visitor and their time, until they are expired', () => {
    let now = 1_000;
    const tokens = new LabTokens(() => now);
    const { token, expires_in } = tokens.mint('ada');
    assert.ok(tokens.isGood(token, 'ada'));
    assert.ok(!tokens.isGood(token, 'eve'));
    now += expires_in * 1_000;
    assert.ok(!tokens.isGood(token, 'ada'));
    const [second, other] = [tokens.mint('ada').token, tokens.mint('eve').token];
    tokens.expire('ada');
    assert.deepEqual([tokens.isGood(second, 'ada'), tokens.isGood(other, 'eve')], [false, true]);
    assert.ok(tokens.isGood(tokens.mint('ada').token, 'ada'));
  });

  test('cannot be made up, nor be another server’s', () => {
    const tokens = new LabTokens();
    const { token } = tokens.mint('ada');
    assert.ok(!new LabTokens().isGood(token, 'ada'));
    const later = token.replace(/^(\d+)-\d+/, `$1-${Number.MAX_SAFE_INTEGER}`);
    for (const forged of ['', 'x', '1-2-3', later, token.slice(0, -1), `${token}0`, token.toUpperCase()]) {
      assert.ok(!tokens.isGood(forged, 'ada'), forged);
    }
  });

  test('travel as a sub-protocol', () => {
    const tokenIn = (header?: string) =>
      tokenOf({ headers: header === undefined ? {} : { 'sec-websocket-protocol': header } });
    assert.equal(tokenIn('actioncable-v1-ext-json, anycable-token.1-2-a'), '1-2-a');
    assert.equal(tokenIn('anycable-token.a,actioncable-v1-json'), 'a');
    assert.equal(tokenIn('actioncable-v1-json'), undefined);
    assert.equal(tokenIn('not-anycable-token.a'), undefined);
    assert.equal(tokenIn(), undefined);
  });
});

test('an allowance: so many at once, then one in a while, each key for itself', () => {
  let now = 5_000;
  const allowance = new Allowance({ most: 2, everyMs: 100, keys: 2 }, () => now);
  assert.deepEqual([allowance.take('a'), allowance.take('a'), allowance.take('a')], [0, 0, 100]);
  assert.equal(allowance.take('b'), 0);
  now += 60;
  assert.equal(allowance.take('a'), 40);
  now += 40;
  assert.deepEqual([allowance.take('a'), allowance.take('a')], [0, 100]);
  now += 10_000;
  assert.deepEqual([allowance.take('a'), allowance.take('a'), allowance.take('a')], [0, 0, 100]);
});

describe('the losses of a plain client', () => {
  test('are the holes before what arrives, in bytes', () => {
    const answer = new PlainAnswer('m');
    assert.deepEqual(answer.append({ offset: 0, content: 'é' }), [{ kind: 'text', text: 'é' }]);
    assert.deepEqual(answer.append({ offset: 5, content: 'ab' }), [
      { kind: 'gap', bytes: 3 },
      { kind: 'text', text: 'ab' },
    ]);
    assert.deepEqual([answer.lost, answer.received, answer.end], [3, 4, 7]);
  });

  test('are what went by while it was away, counted once', () => {
    const answer = new PlainAnswer('m');
    answer.append({ offset: 0, content: 'ab' });
    answer.missed(10);
    answer.missed(6);
    assert.equal(answer.lost, 8);
    answer.append({ offset: 12, content: 'cd' });
    assert.deepEqual([answer.lost, answer.received], [10, 4]);
    answer.missed(14);
    assert.equal(answer.lost, 10, 'nothing is missing at the end');
    answer.missed(15);
    assert.equal(answer.lost, 11);
  });
});
