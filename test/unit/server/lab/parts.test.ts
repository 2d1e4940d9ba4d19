/** What the lab is built of: tokens, allowances, the count of a plain client's losses. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PlainAnswer } from '../../../../templates/node/lab/plain-answer.js';
import { Tokens, deriveKeys } from '../../../../templates/node/src/auth/index.js';
import { Allowance } from '../../../../templates/node/src/lab/allowance.js';
import { LabTokens } from '../../../../templates/node/src/lab/tokens.js';

describe('tokens', () => {
  const start = () => {
    const now = () => clock.ms;
    const clock = { ms: 1_800_000_000_000 };
    const plain = new Tokens({ key: deriveKeys('a secret').tokens, ttl: 300_000, now });
    return { clock, plain, restarted: () => new LabTokens(plain, now), tokens: new LabTokens(plain, now) };
  };
  const verdictOf = async (tokens: LabTokens, token: string) => (await tokens.verify(token)).verdict;
  const mint = async (tokens: LabTokens, user: string) => (await tokens.mint({ user })).token;

  test('are a real site’s, until they are expired', async () => {
    const { clock, plain, tokens } = start();
    const { token, expires_in } = await tokens.mint({ user: 'ada' });
    const result = await plain.verify(token);
    assert.deepEqual(result.verdict === 'good' && result.identity, { user: 'ada' });
    assert.deepEqual(await tokens.verify(token), result);
    clock.ms += expires_in * 1_000;
    assert.equal(await verdictOf(tokens, token), 'expired');
    const [second, other] = [await mint(tokens, 'ada'), await mint(tokens, 'eve')];
    tokens.expire('ada');
    assert.deepEqual([await verdictOf(tokens, second), await verdictOf(tokens, other)], ['expired', 'good']);
    assert.equal(await verdictOf(tokens, await mint(tokens, 'ada')), 'good', 'also in the same millisecond');
  });

  test('of before a restart can be expired after it', async () => {
    const { tokens, restarted } = start();
    const [first, second] = [await mint(tokens, 'ada'), await mint(tokens, 'eve')];
    const after = restarted();
    assert.equal(await verdictOf(after, first), 'good');
    after.expire('ada');
    assert.deepEqual([await verdictOf(after, first), await verdictOf(after, second)], ['expired', 'good']);
    assert.equal(await verdictOf(after, await mint(after, 'ada')), 'good');
  });

  test('that somebody else issued end with the others', async () => {
    const { plain, tokens } = start();
    const { token } = await plain.mint({ user: 'ada' });
    assert.equal(await verdictOf(tokens, token), 'good');
    tokens.expire('ada');
    assert.equal(await verdictOf(tokens, token), 'expired');
  });

  test('that are no good are told as expired, as another one is to be had', async () => {
    const { tokens } = start();
    const { token } = await new Tokens({ key: deriveKeys('another').tokens, ttl: 300_000 }).mint({ user: 'ada' });
    for (const bad of ['', 'x', token]) assert.equal(await verdictOf(tokens, bad), 'expired');
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
