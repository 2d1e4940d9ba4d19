/** A computer's clock that is set back: nothing may wait until it has caught up. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { INTERRUPTED } from '../../../../templates/node/src/chat/closing.js';
import { Host, newCaller } from './support/host.js';
import { turnUntil } from './support/recorder.js';

const DAY_MS = 86_400_000;
const LEASE_MS = 15_000;
const HEARTBEAT_MS = 5_000;

test('answers of the future do not count for this minute', async (t) => {
  const host = new Host(t, { options: { asksPerMinute: 1 } });
  const caller = newCaller();
  await host.exchange(caller, 'Q', 'A');
  host.clock.setBack(DAY_MS);
  await host.exchange(caller, 'Q', 'A');
  assert.equal(
    host.refusal(caller, 'ask', { client_id: crypto.randomUUID(), message: 'x' }).code,
    'rate_limited',
    'those of this minute do',
  );
});

test('an answer whose job is dead is closed after a lease, and a live one is not', async (t) => {
  const host = new Host(t, { isAlone: true, options: { firstByteMs: DAY_MS, answerMs: DAY_MS } });
  const dead = await host.askAndWait(newCaller());
  const live = await host.askAndWait(newCaller());
  host.chat.killJob(dead.answer.id);
  await turnUntil(() => host.chat.openAnswers === 1, 'the job is dead');
  host.clock.setBack(DAY_MS);
  host.clock.advance(HEARTBEAT_MS + LEASE_MS + HEARTBEAT_MS);
  assert.deepEqual(host.completes(dead.answer.id)[0]?.error, INTERRUPTED);
  live.model.say('alive').end();
  assert.equal((await host.completed(live.answer.id)).status, 'complete');
});
