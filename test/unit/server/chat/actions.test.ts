import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { newCaller, Host } from './support/host.js';

test('resume of an unknown conversation is hello and an empty snapshot, and creates nothing', (t) => {
  const host = new Host(t);
  const caller = newCaller();
  const replies = host.perform(caller, 'resume', { cursors: {} });
  assert.deepEqual(replies, [
    {
      type: 'hello',
      conversation_id: caller.conversationId,
      v: 1,
      user: 'ada',
      features: ['history', 'regenerate', 'edit', 'stop', 'feedback'],
      limits: { message_bytes: 16384, asks_per_minute: 20 },
    },
    { type: 'snapshot', conversation_id: caller.conversationId, messages: [], covers: [0, 0], more: false },
  ]);
  // It is still nobody's: somebody else's first ask makes it theirs.
  host.ask({ ...caller, user: 'bob' });
});

test('ask stores the question and its queued answer, tells everybody and the caller', (t) => {
  const host = new Host(t);
  const caller = newCaller();
  const clientId = randomUUID();
  const replies = host.perform(caller, 'ask', { client_id: clientId, message: 'What is ☂?' });
  assert.equal(replies.length, 1);
  const [snapshot] = replies;
  assert.deepEqual(host.published.items, [{ conversationId: caller.conversationId, owner: 'ada', frame: snapshot }]);
  assert.ok(snapshot?.type === 'snapshot');
  assert.equal('covers' in snapshot || 'more' in snapshot, false, 'broadcasts have neither covers nor more');
  const [question, answer] = snapshot.messages;
  const createdAt = host.clock.now();
  assert.deepEqual(question, {
    id: clientId,
    role: 'user',
    status: 'complete',
    position: 1,
    in_reply_to: null,
    offset: 0,
    content: 'What is ☂?',
    bytes: 12,
    created_at: createdAt,
  });
  assert.deepEqual(answer, {
    id: answer?.id,
    role: 'assistant',
    status: 'queued',
    position: 2,
    in_reply_to: clientId,
    offset: 0,
    content: '',
    created_at: createdAt,
  });
});

test('ask, sent again, changes nothing and is answered with the present state', async (t) => {
  const host = new Host(t);
  const caller = newCaller();
  const data = { client_id: randomUUID(), message: 'Once?' };
  const { question, answer, model } = await (async () => {
    const asked = host.ask(caller, data.message, data.client_id);
    return { ...asked, model: await host.provider.next() };
  })();
  const again = host.snapshot(caller, 'ask', data);
  assert.deepEqual(
    again.messages.map((entry) => [entry.id, entry.status]),
    [
      [question.id, 'complete'],
      [answer.id, 'streaming'],
    ],
  );
  model.say('Yes.').end();
  await host.completed(answer.id);
  const published = host.published.items.length;
  const late = host.snapshot(caller, 'ask', data);
  assert.deepEqual(
    late.messages.map((entry) => entry.content),
    ['Once?', 'Yes.'],
  );
  assert.equal(late.messages[1]?.bytes, 4);
  await host.idle();
  assert.equal(host.published.items.length, published, 'nothing is broadcast again');
  assert.equal(host.provider.answers.length, 1, 'answered once');
  assert.equal(host.snapshot(caller, 'resume').messages.length, 2);
});

test('a known id comes before every limit', async (t) => {
  const host = new Host(t, { options: { asksPerMinute: 1 } });
  const caller = newCaller();
  const data = { client_id: randomUUID(), message: 'First' };
  host.ask(caller, data.message, data.client_id);
  assert.equal(host.refusal(caller, 'ask', { client_id: randomUUID(), message: 'Second' }).code, 'busy');
  assert.equal(host.snapshot(caller, 'ask', data).messages.length, 2);
  // Even with a text that would be refused: what has been accepted is never refused.
  assert.equal(host.snapshot(caller, 'ask', { ...data, message: 'x'.repeat(20_000) }).messages[0]?.content, 'First');
});

test('limits: busy in the conversation, busy elsewhere, too long, too many a minute', async (t) => {
  const host = new Host(t, { options: { asksPerMinute: 3, answersAtOncePerUser: 2, messageBytes: 10 } });
  const [first, second, third] = [newCaller(), newCaller(), newCaller()];
  const { answer } = host.ask(first, 'one');
  const clientId = randomUUID();
  assert.deepEqual(host.refusal(first, 'ask', { client_id: clientId, message: 'two' }), {
    type: 'error',
    conversation_id: first.conversationId,
    client_id: clientId,
    code: 'busy',
    message: 'The last answer is not finished yet. Please wait for it, or stop it.',
    retryable: true,
  });
  host.ask(second, 'two');
  assert.equal(host.refusal(third, 'ask', { client_id: clientId, message: 'three' }).code, 'busy', 'two at once');
  host.ask({ ...third, user: 'bob' }, 'three'); // not his limit
  host.snapshot(first, 'stop', { message_id: answer.id });
  host.ask(first, '0123456789');
  const fourth = newCaller();
  assert.equal(host.refusal(fourth, 'ask', { client_id: clientId, message: '01234567é89' }).code, 'too_long');
  host.clock.advance(1_000);
  for (const caller of [first, second]) {
    const open = host.snapshot(caller, 'resume').messages.find((entry) => entry.bytes === undefined);
    host.snapshot(caller, 'stop', { message_id: open?.id });
  }
  const limited = host.refusal(fourth, 'ask', { client_id: clientId, message: 'four' });
  assert.deepEqual([limited.code, limited.retryable], ['rate_limited', true]);
  host.clock.advance(59_000);
  host.ask(fourth, 'four');
});

test("somebody else's conversation is forbidden to every action, and nothing happens to it", async (t) => {
  const host = new Host(t);
  const ada = newCaller('ada');
  const { question, answer, model } = await host.askAndWait(ada, 'Mine');
  const eve = { ...ada, user: 'eve' };
  const before = host.published.items.length;
  const actions: [name: string, data: Record<string, unknown>, clientId: string | null][] = [
    ['resume', { cursors: { [answer.id]: 0 } }, null],
    ['history', { before: 3, limit: 10 }, null],
    ['ask', { client_id: question.id, message: 'Mine' }, question.id],
    ['ask', { client_id: answer.id, message: 'Mine' }, answer.id],
    ['regenerate', { client_id: question.id, message_id: answer.id }, question.id],
    ['edit', { client_id: question.id, message_id: question.id, message: 'x' }, question.id],
    ['stop', { message_id: answer.id }, null],
    ['feedback', { message_id: answer.id, value: 'up', at: 1 }, null],
  ];
  for (const [name, data, clientId] of actions) {
    const refusal = host.refusal(eve, name, data);
    assert.deepEqual([refusal.code, refusal.client_id, refusal.retryable], ['forbidden', clientId, false], name);
  }
  assert.equal(host.published.items.length, before);
  assert.equal(model.request.signal.aborted, false);
  assert.equal(host.entry(ada, answer.id).feedback, undefined);
});

test("messages of another conversation cannot be reached through one's own", async (t) => {
  const host = new Host(t);
  const ada = newCaller('ada');
  const { question, answer } = await host.exchange(ada, 'Mine', 'Secret');
  const eve = newCaller('eve');
  await host.exchange(eve, 'Hers', 'Public');
  const clientId = randomUUID();
  for (const [name, data] of [
    ['stop', { message_id: answer.id }],
    ['feedback', { message_id: answer.id, value: 'up', at: 1 }],
    ['regenerate', { client_id: clientId, message_id: answer.id }],
    ['edit', { client_id: clientId, message_id: question.id, message: 'x' }],
    ['ask', { client_id: question.id, message: 'x' }],
    ['ask', { client_id: answer.id, message: 'x' }],
  ] as const) {
    assert.equal(host.refusal(eve, name, data).code, 'invalid', name);
  }
  const resumed = host.snapshot(eve, 'resume', { since: 0, cursors: { [answer.id]: 0, [question.id]: 0 } });
  assert.deepEqual(
    resumed.messages.map((entry) => entry.content),
    ['Hers', 'Public'],
  );
});

test('an invalid action is refused with the ids that could be read, and creates nothing', (t) => {
  const host = new Host(t);
  const caller = newCaller();
  const id = randomUUID();
  for (const [name, data, clientId] of [
    ['ask', { client_id: id, message: '' }, id],
    ['ask', { client_id: id, message: ' \n' }, id],
    ['ask', { client_id: id, message: 7 }, id],
    ['ask', { client_id: id }, id],
    ['ask', { client_id: 'no-uuid', message: 'x' }, 'no-uuid'],
    ['ask', { client_id: 'x'.repeat(65), message: 'x' }, null],
    ['ask', { message: 'x' }, null],
    ['ask', null, null],
    ['ask', ['x'], null],
    ['regenerate', { client_id: id }, id],
    ['edit', { client_id: id, message_id: id }, id],
    ['edit', { client_id: id, message_id: id, message: 'x' }, id],
    ['regenerate', { client_id: id, message_id: id }, id],
    ['stop', {}, null],
    ['stop', { message_id: id }, null],
    ['feedback', { message_id: id, value: 'sideways', at: 1 }, null],
    ['feedback', { message_id: id, value: 'up', at: -1 }, null],
    ['resume', { since: 1.5 }, null],
    ['resume', { since: 2 ** 53 }, null],
    ['resume', { cursors: [] }, null],
    ['resume', { cursors: { [id]: '7' } }, null],
    ['resume', { cursors: { __proto__x: 1 } }, null],
    ['resume', { cursors: Object.fromEntries(Array.from({ length: 101 }, () => [randomUUID(), 0])) }, null],
    ['history', { limit: 3 }, null],
    ['history', { before: 'x' }, null],
    ['generate', { prompt: 'x' }, null],
    ['constructor', {}, null],
  ] as const) {
    const refusal = host.refusal(caller, name, data);
    assert.deepEqual([refusal.code, refusal.client_id], ['invalid', clientId], `${name} ${JSON.stringify(data)}`);
    assert.ok(refusal.message.length > 0);
  }
  assert.deepEqual(host.snapshot(caller, 'resume').covers, [0, 0]);
  assert.equal(host.published.items.length, 0);
});

test('a refused stop or feedback names its message', (t) => {
  const host = new Host(t);
  const id = randomUUID();
  const refusal = host.refusal(newCaller(), 'stop', { message_id: id });
  assert.equal((refusal as { message_id?: string }).message_id, id);
});

test('regenerate makes another answer to the same question, which is then the shown one', async (t) => {
  const host = new Host(t);
  const caller = newCaller();
  const { question, answer } = await host.exchange(caller, 'Q', 'first');
  const clientId = randomUUID();
  const [entry] = host.snapshot(caller, 'regenerate', { client_id: clientId, message_id: answer.id }).messages;
  assert.deepEqual(
    [entry?.id, entry?.role, entry?.status, entry?.position, entry?.in_reply_to],
    [clientId, 'assistant', 'queued', 3, question.id],
  );
  assert.equal(host.snapshot(caller, 'regenerate', { client_id: clientId, message_id: answer.id }).messages.length, 1);
  (await host.provider.next()).say('second').end();
  await host.completed(clientId);
  assert.equal(host.ask(caller, 'Next').question.in_reply_to, clientId);
  assert.equal(host.refusal(caller, 'regenerate', { client_id: randomUUID(), message_id: question.id }).code, 'busy');
});

test('only answers are regenerated, only questions edited, only answers stopped or rated', async (t) => {
  const host = new Host(t);
  const caller = newCaller();
  const { question, answer } = await host.exchange(caller, 'Q', 'A');
  const clientId = randomUUID();
  assert.equal(host.refusal(caller, 'regenerate', { client_id: clientId, message_id: question.id }).code, 'invalid');
  assert.equal(
    host.refusal(caller, 'edit', { client_id: clientId, message_id: answer.id, message: 'x' }).code,
    'invalid',
  );
  assert.equal(host.refusal(caller, 'stop', { message_id: question.id }).code, 'invalid');
  assert.equal(host.refusal(caller, 'feedback', { message_id: question.id, value: 'up', at: 1 }).code, 'invalid');
});

test('edit makes another question beside the old one; the thread shown is the newest fork', async (t) => {
  const host = new Host(t);
  const caller = newCaller();
  const first = await host.exchange(caller, 'Q1', 'A1');
  const second = await host.exchange(caller, 'Q2', 'A2');
  const third = await host.exchange(caller, 'Q3', 'A3');
  assert.equal(third.question.in_reply_to, second.answer.id);

  const clientId = randomUUID();
  const [edited, answer] = host.snapshot(caller, 'edit', {
    client_id: clientId,
    message_id: second.question.id,
    message: 'Q2b',
  }).messages;
  assert.deepEqual([edited?.id, edited?.in_reply_to, edited?.position], [clientId, first.answer.id, 7]);
  assert.deepEqual([answer?.in_reply_to, answer?.position], [clientId, 8]);
  const model = await host.provider.next();
  assert.deepEqual(
    model.request.turns.map((turn) => turn.content),
    ['Q1', 'A1', 'Q2b'],
  );
  model.say('A2b').end();
  await host.completed(answer?.id ?? '');

  assert.equal(host.ask(caller, 'Q4').question.in_reply_to, answer?.id);
  (await host.provider.next()).end();
  await host.idle();
  // A new root beside the first.
  const root = host.snapshot(caller, 'edit', {
    client_id: randomUUID(),
    message_id: first.question.id,
    message: 'Q1b',
  });
  assert.equal(root.messages[0]?.in_reply_to, null);
});

test('stop closes a streaming answer, keeps its text, and aborts the provider', async (t) => {
  const host = new Host(t);
  const caller = newCaller();
  const { answer, model } = await host.askAndWait(caller);
  model.say('Partial é');
  await host.streamed(model, 'é');
  const [entry] = host.snapshot(caller, 'stop', { message_id: answer.id }).messages;
  assert.deepEqual([entry?.status, entry?.content, entry?.bytes], ['stopped', 'Partial é', 10]);
  assert.deepEqual(await host.completed(answer.id), {
    type: 'complete',
    conversation_id: caller.conversationId,
    message_id: answer.id,
    status: 'stopped',
    bytes: 10,
  });
  assert.equal(model.request.signal.aborted, true);
  model.say(' more').end();
  await host.idle();
  assert.equal(host.chat.storedText(answer.id)?.text, 'Partial é');
  // Stopped twice, or stopped when it is over: confirmed, and not broadcast again.
  assert.equal(host.snapshot(caller, 'stop', { message_id: answer.id }).messages[0]?.status, 'stopped');
  assert.equal(host.completes(answer.id).length, 1);
});

test('stop of a complete answer confirms it as complete', async (t) => {
  const host = new Host(t);
  const caller = newCaller();
  const { answer } = await host.exchange(caller, 'Q', 'A');
  assert.equal(host.snapshot(caller, 'stop', { message_id: answer.id }).messages[0]?.status, 'complete');
});

test('stop of a queued answer keeps its job from ever starting', async (t) => {
  const host = new Host(t, { options: { answersAtOnce: 1, answersAtOncePerUser: 5 } });
  const [first, second] = [newCaller(), newCaller()];
  const { answer: running, model } = await host.askAndWait(first);
  const { answer: waiting } = host.ask(second);
  assert.equal(host.snapshot(second, 'stop', { message_id: waiting.id }).messages[0]?.status, 'stopped');
  model.say('x').end();
  await host.completed(running.id);
  assert.equal(host.provider.answers.length, 1);
  assert.deepEqual(
    host.completes(waiting.id).map((frame) => [frame.status, frame.bytes]),
    [['stopped', 0]],
  );
});

test('feedback: the greatest counter wins, and the entry confirms it', async (t) => {
  const host = new Host(t);
  const caller = newCaller();
  const { answer } = await host.exchange(caller, 'Q', 'A');
  const rate = (value: string | null, at: number) =>
    host.snapshot(caller, 'feedback', { message_id: answer.id, value, at }).messages[0]?.feedback;
  assert.deepEqual(rate('up', 2), { value: 'up', at: 2 });
  assert.deepEqual(rate('down', 1), { value: 'up', at: 2 }, 'an older one is ignored, and still answered');
  assert.deepEqual(rate('down', 2), { value: 'up', at: 2 });
  assert.deepEqual(rate(null, 3), { value: null, at: 3 });
  assert.deepEqual(host.entry(caller, answer.id).feedback, { value: null, at: 3 });
});

test('a reply or a broadcast that fails does not keep the answer from being made', async (t) => {
  const host = new Host(t);
  const caller = newCaller();
  host.onPublish = () => {
    throw new Error('the transport is gone');
  };
  const clientId = randomUUID();
  host.chat.perform(caller, 'ask', { client_id: clientId, message: 'Q' }, () => {
    throw new Error('the socket is gone');
  });
  (await host.provider.next()).say('A').end();
  await host.idle();
  const [, answer] = host.snapshot(caller, 'resume').messages;
  assert.deepEqual([answer?.status, answer?.content], ['complete', 'A']);
  assert.ok(host.logged.some((line) => line.includes('the socket is gone')));
});

test('after close, actions are refused as retryable, and close twice is close once', async (t) => {
  const host = new Host(t);
  await Promise.all([host.chat.close(), host.chat.close()]);
  const refusal = host.refusal(newCaller(), 'ask', { client_id: randomUUID(), message: 'x' });
  assert.deepEqual([refusal.code, refusal.retryable], ['internal', true]);
  assert.equal(host.clock.timers, 0, 'no timer is left');
});
