/** A job that dies really dies: it says nothing more, keeps its lease until that runs out, and only then it is closed. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { Host, newCaller } from '../chat/support/host.js';

const LEASE_MS = 6_000;

test('a killed job leaves its answer open, with what was stored, until the lease is over', async (t) => {
  const host = new Host(t, { options: { leaseMs: LEASE_MS } });
  const caller = newCaller();
  const { question, answer, model } = await host.askAndWait(caller);
  model.say('half ');
  await host.streamed(model, 'half ');
  assert.equal(host.chat.ownerOf(answer.id), caller.user);
  assert.equal(host.chat.killJob(answer.id), true);
  await host.idle();
  assert.equal(model.request.signal.aborted, true);
  assert.deepEqual(host.completes(answer.id), [], 'no last word');
  assert.equal(host.chat.storedText(answer.id)?.status, 'streaming');
  assert.equal(host.refusal(caller, 'regenerate', { message_id: answer.id, client_id: randomUUID() }).code, 'busy');

  host.clock.advance(LEASE_MS / 3);
  assert.equal(host.completes(answer.id).length, 0, 'not before its time: nobody renewed it, nobody closed it');
  host.clock.advance(LEASE_MS);
  assert.deepEqual(
    host.completes(answer.id).map(({ status, bytes, error }) => [status, bytes, error?.code]),
    [['failed', 5, 'interrupted']],
  );
  host.snapshot(caller, 'regenerate', { message_id: answer.id, client_id: randomUUID() });
  (await host.provider.next()).say('whole').end();
  await host.published.until(({ frame }) => frame.type === 'complete' && frame.status === 'complete');
  assert.equal(host.chat.ownerOf(question.id), caller.user);
});

test('there is nothing to kill of an answer that is over, or of none', async (t) => {
  const host = new Host(t);
  const { answer, question } = await host.exchange(newCaller(), 'Q', 'A');
  for (const id of [answer.id, question.id, randomUUID()]) assert.equal(host.chat.killJob(id), false);
  assert.equal(host.chat.ownerOf(randomUUID()), undefined);
});
