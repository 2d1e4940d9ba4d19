import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ActionDeps } from '../../../../templates/node/src/chat/action-deps.js';
import { handleAction } from '../../../../templates/node/src/chat/actions.js';
import { INTERRUPTED } from '../../../../templates/node/src/chat/closing.js';
import { LeaseKeeper } from '../../../../templates/node/src/chat/lease-keeper.js';
import { resolveOptions } from '../../../../templates/node/src/chat/options.js';
import { openStore } from '../../../../templates/node/src/chat/store.js';
import { silentLogger } from '../../../../templates/node/src/logger.js';
import { Host, newCaller, temporaryDirectory } from './support/host.js';
import { ManualClock } from './support/manual-clock.js';

const LEASE_MS = 15_000;
const QUEUE_MS = 120_000;

test('a restart keeps everything, byte for byte, and begins what was queued', async (t) => {
  const path = join(temporaryDirectory(t), 'deep', 'er', 'chat.sqlite3');
  const before = new Host(t, { path, options: { answersAtOnce: 1 } });
  const caller = newCaller();
  const { answer } = await before.exchange(caller, 'Q ☂', 'A 😀');
  before.snapshot(caller, 'feedback', { message_id: answer.id, value: 'up', at: 1 });
  const other = newCaller('bob');
  const running = await before.askAndWait(other);
  running.model.say('half');
  await before.streamed(running.model, 'half');
  const waiting = before.ask(newCaller('cy'), 'Still there?');
  const snapshot = before.snapshot(caller, 'resume');
  await before.chat.close();
  assert.equal(running.model.request.signal.aborted, true);
  assert.deepEqual(before.completes(running.answer.id)[0]?.error, INTERRUPTED, 'said before the process ends');

  const after = new Host(t, { path, clock: before.clock });
  assert.deepEqual(after.snapshot(caller, 'resume'), snapshot);
  assert.deepEqual(after.entry(other, running.answer.id).error, INTERRUPTED);
  assert.equal(after.chat.storedText(running.answer.id)?.text, 'half');
  const model = await after.provider.next();
  assert.equal(model.request.turns[0]?.content, 'Still there?');
  model.say('Yes.').end();
  assert.equal((await after.completed(waiting.answer.id)).status, 'complete');
  assert.equal(after.ask(caller, 'Next').question.in_reply_to, answer.id);
});

test('draining lets a running answer finish; its lease is kept meanwhile', async (t) => {
  const host = new Host(t);
  const { answer, model } = await host.askAndWait(newCaller());
  const closed = host.chat.close({ drainMs: 60_000 });
  host.clock.advance(40_000 - 6_000); // beyond the lease, within the provider's patience
  model.say('in time').end();
  await closed;
  assert.deepEqual(
    host.completes(answer.id).map((frame) => [frame.status, frame.bytes]),
    [['complete', 7]],
  );
  assert.equal(host.clock.timers, 0);
});

test('draining has an end', async (t) => {
  const host = new Host(t);
  const { answer } = await host.askAndWait(newCaller());
  const closed = host.chat.close({ drainMs: 1_000 });
  host.clock.advance(1_000);
  await closed;
  assert.equal(host.completes(answer.id)[0]?.error?.code, 'interrupted');
});

test('a crash between commit and enqueue heals when the ask is sent again', async (t) => {
  const path = join(temporaryDirectory(t), 'chat.sqlite3');
  const clock = new ManualClock();
  const caller = newCaller();
  const data = { client_id: randomUUID(), message: 'Anybody?' };
  // What the crashed process did: everything up to the commit, nothing of the effects.
  const store = openStore(path);
  const leases = new LeaseKeeper({ store, clock, logger: silentLogger, leaseMs: LEASE_MS });
  const deps: ActionDeps = {
    store,
    clock,
    mintId: randomUUID,
    options: resolveOptions(),
    logger: silentLogger,
    renewOwn: () => leases.renewAll(),
  };
  const effects = handleAction(deps, caller, 'ask', data);
  assert.deepEqual(
    effects.map((effect) => effect.type),
    ['broadcast', 'reply', 'enqueue'],
  );
  store.database.close();

  const host = new Host(t, { path, clock, start: false });
  const [question, answer] = host.snapshot(caller, 'ask', data).messages;
  assert.deepEqual([question?.id, answer?.status], [data.client_id, 'queued']);
  (await host.provider.next()).say('Here.').end();
  await host.completed(answer?.id ?? '');
  assert.equal(host.provider.answers.length, 1);
  assert.equal(host.snapshot(caller, 'resume').messages.length, 2);
});

test('without being sent again it heals by the heartbeat', async (t) => {
  const path = join(temporaryDirectory(t), 'chat.sqlite3');
  const crashed = new Host(t, { path, options: { answersAtOnce: 1 } });
  await crashed.askAndWait(newCaller('a'));
  const { answer } = crashed.ask(newCaller('b'), 'Waiting');
  const host = new Host(t, { path });
  const model = await host.provider.next();
  assert.equal(model.request.turns[0]?.content, 'Waiting');
  model.end();
  await host.completed(answer.id);
});

test('a job that is run twice answers once: the claim', async (t) => {
  const path = join(temporaryDirectory(t), 'chat.sqlite3');
  const first = new Host(t, { path });
  const caller = newCaller();
  const clientId = randomUUID();
  const { answer } = first.ask(caller, 'Q', clientId);
  const second = new Host(t, { path }); // takes up the queued answer, too
  const model = await first.provider.next();
  await second.idle();
  assert.equal(second.provider.answers.length, 0);
  second.snapshot(caller, 'ask', { client_id: clientId, message: 'Q' });
  await second.idle();
  model.say('A').end();
  await first.completed(answer.id);
  assert.deepEqual([second.provider.answers.length, second.chunks(answer.id).length], [0, 0]);
  assert.equal(second.chat.storedText(answer.id)?.text, 'A');
});

test('a dead job: after the lease the answer is interrupted, and keeps its text', async (t) => {
  const path = join(temporaryDirectory(t), 'chat.sqlite3');
  const dead = new Host(t, { path });
  const caller = newCaller();
  const { answer, model } = await dead.askAndWait(caller);
  model.say('half an ans');
  await dead.streamed(model, 'ans'); // from here on its clock stands still: it is dead

  const host = new Host(t, { path, clock: new ManualClock(dead.clock.now()) });
  host.clock.advance(LEASE_MS);
  assert.equal(host.completes(answer.id).length, 0, 'not before its time');
  host.clock.advance(5_000);
  assert.deepEqual(host.completes(answer.id), [
    {
      type: 'complete',
      conversation_id: caller.conversationId,
      message_id: answer.id,
      status: 'failed',
      bytes: 11,
      error: INTERRUPTED,
    },
  ]);
  assert.equal(host.published.items.at(-1)?.owner, 'ada');
  assert.equal(host.entry(caller, answer.id).content, 'half an ans');
});

test('a zombie cannot write another word, nor close, nor be heard', async (t) => {
  const path = join(temporaryDirectory(t), 'chat.sqlite3');
  const zombie = new Host(t, { path });
  const caller = newCaller();
  const { answer, model } = await zombie.askAndWait(caller);
  model.say('before');
  await zombie.streamed(model, 'before');
  const host = new Host(t, { path, clock: new ManualClock(zombie.clock.now()) });
  host.clock.advance(LEASE_MS + 5_000);
  assert.equal(host.completes(answer.id).length, 1);

  model.say(' after'); // it wakes
  await zombie.streamed(model, ' after');
  await zombie.idle();
  assert.equal(model.request.signal.aborted, true, 'the miss aborts the provider');
  assert.deepEqual(
    zombie.chunks(answer.id).map((frame) => frame.content),
    ['before'],
  );
  assert.equal(zombie.completes(answer.id).length, 0);
  assert.deepEqual(host.chat.storedText(answer.id), zombie.chat.storedText(answer.id));
  assert.equal(host.chat.storedText(answer.id)?.text, 'before');
});

test('a zombie that is silent learns of it by its heartbeat', async (t) => {
  const path = join(temporaryDirectory(t), 'chat.sqlite3');
  const zombie = new Host(t, { path });
  const caller = newCaller();
  const { answer, model } = await zombie.askAndWait(caller);
  const host = new Host(t, { path, clock: new ManualClock(zombie.clock.now()) });
  host.snapshot(caller, 'stop', { message_id: answer.id }); // by another process
  zombie.clock.advance(5_000);
  await zombie.idle();
  assert.equal(model.request.signal.aborted, true);
  assert.equal(zombie.completes(answer.id).length, 0, 'whoever closed it has told everybody');
});

test('the heartbeat keeps a silent model alive', async (t) => {
  const host = new Host(t, { options: { firstByteMs: 300_000 } });
  const { answer, model } = await host.askAndWait(newCaller());
  host.clock.advance(10 * LEASE_MS);
  assert.equal(host.completes(answer.id).length, 0);
  model.say('finally').end();
  assert.equal((await host.completed(answer.id)).status, 'complete');
});

test('a process that was stopped, or whose clock leapt, does not interrupt its own live answers', async (t) => {
  const host = new Host(t, { options: { firstByteMs: 7_200_000, answerMs: 86_400_000 } });
  const caller = newCaller();
  const { answer, model } = await host.askAndWait(caller);
  host.clock.leap(3_600_000);
  assert.equal(host.entry(caller, answer.id).status, 'streaming', 'an action comes before the heartbeat');
  host.clock.advance(1);
  model.say('x').end();
  assert.equal((await host.completed(answer.id)).status, 'complete');
});

test('an action closes dead answers before it tests busy, also those of other conversations', async (t) => {
  const path = join(temporaryDirectory(t), 'chat.sqlite3');
  const options = { answersAtOncePerUser: 1 };
  const dead = new Host(t, { path, options });
  const caller = newCaller();
  const { answer } = await dead.askAndWait(caller);
  const host = new Host(t, { path, options, clock: new ManualClock(dead.clock.now()) });
  const other = { ...newCaller(), user: caller.user };
  assert.equal(host.refusal(other, 'ask', { client_id: randomUUID(), message: 'x' }).code, 'busy');
  host.clock.leap(LEASE_MS + 1);
  host.ask(other);
  assert.equal(host.completes(answer.id).length, 1);
});

test('queued answers have a deadline, a longer one', (t) => {
  const host = new Host(t, { start: false, options: { answersAtOnce: 1 } });
  host.ask(newCaller('a'));
  const caller = newCaller('b');
  const { answer } = host.ask(caller);
  host.clock.leap(QUEUE_MS);
  assert.equal(host.entry(caller, answer.id).status, 'queued');
  host.clock.leap(1);
  assert.deepEqual(host.entry(caller, answer.id).error, INTERRUPTED);
});

test('an expired answer is reported to who resumes, and never twice', async (t) => {
  const path = join(temporaryDirectory(t), 'chat.sqlite3');
  const dead = new Host(t, { path });
  const caller = newCaller();
  const { answer } = await dead.askAndWait(caller);
  const host = new Host(t, { path, clock: new ManualClock(dead.clock.now()), start: false });
  host.clock.leap(LEASE_MS + 1);
  const frames = host.perform(caller, 'resume', { since: 2, cursors: { [answer.id]: 0 } });
  assert.deepEqual(
    frames.map((frame) => frame.type),
    ['hello', 'snapshot'],
  );
  assert.equal(host.completes(answer.id).length, 1);
  host.perform(caller, 'resume');
  host.chat.start();
  assert.equal(host.completes(answer.id).length, 1);
});

test('a log that was not folded when the process ended is read all the same, and folded by the next start', async (t) => {
  const path = join(temporaryDirectory(t), 'chat.sqlite3');
  const store = openStore(path);
  const id = randomUUID();
  const conversationId = randomUUID();
  store.database.write('durable', () => {
    store.conversations.createConversation(conversationId, 'ada', 1);
    store.conversations.insertAnswer({ id, conversationId, inReplyTo: null, createdAt: 1 }, 10);
  });
  store.answers.claim(id, 'lease', 10);
  assert.equal(store.answers.append(id, 'lease', 0, 'one ', 10), true);
  assert.equal(store.answers.append(id, 'lease', 0, 'again', 10), false, 'not at this offset');
  assert.equal(store.answers.append(id, 'other', 4, 'stolen', 10), false, 'not by this lease');
  assert.equal(store.answers.append(id, 'lease', 4, 'two', 10), true);
  assert.equal(store.answers.closeOwn(id, 'other', { status: 'complete' }), undefined);
  assert.equal(store.answers.closeExpired(id, 10, { status: 'failed' }), undefined, 'the deadline is tested again');
  assert.equal(store.answers.closeOwn(id, 'lease', { status: 'complete' })?.bytes, 7);
  assert.equal(store.answers.closeOpen(id, { status: 'stopped' }), undefined);
  assert.equal(store.answers.append(id, 'lease', 7, 'late', 10), false);
  assert.deepEqual(store.answers.unfolded(), [id]);
  store.database.close();

  const host = new Host(t, { path, start: false });
  assert.equal(host.chat.storedText(id)?.text, 'one two');
  host.chat.start();
  assert.equal(host.chat.storedText(id)?.text, 'one two');
  await host.chat.close();
  const again = openStore(path);
  t.after(() => again.database.close());
  assert.deepEqual(again.answers.unfolded(), []);
});
