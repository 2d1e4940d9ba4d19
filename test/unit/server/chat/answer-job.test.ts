import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { ProviderError } from '../../../../templates/node/src/providers/provider.js';
import { Host, newCaller } from './support/host.js';
import { turnUntil } from './support/recorder.js';

test('pieces are stored before they are shown, addressed by byte offset, and closed with the proof', async (t) => {
  const host = new Host(t);
  const caller = newCaller();
  const { answer, model } = await host.askAndWait(caller);
  const shown: [offset: number, stored: string | undefined][] = [];
  const record = host.published.push.bind(host.published);
  host.onPublish = (item) => {
    if (item.frame.type === 'chunk') shown.push([item.frame.offset, host.chat.storedText(answer.id)?.text]);
    record(item);
  };
  model.say('Grüße ');
  await host.streamed(model, 'Grüße ');
  model.say('😀').say('!');
  await host.streamed(model, '!');
  model.end();
  const complete = await host.completed(answer.id);
  assert.deepEqual(shown, [
    [0, 'Grüße '],
    [8, 'Grüße 😀!'],
  ]);
  assert.deepEqual(complete, {
    type: 'complete',
    conversation_id: caller.conversationId,
    message_id: answer.id,
    status: 'complete',
    bytes: 13,
  });
  const stored = host.chat.storedText(answer.id);
  assert.equal(stored?.sha256, createHash('sha256').update('Grüße 😀!').digest('hex'));
  assert.deepEqual([stored?.status, stored?.bytes], ['complete', 13]);
  assert.ok(
    host.published.items.every((item) => item.owner === 'ada' && item.conversationId === caller.conversationId),
  );
});

test('the first piece makes the answer streaming, and its status goes out with every snapshot', async (t) => {
  const host = new Host(t);
  const caller = newCaller();
  const { answer } = await host.askAndWait(caller);
  const entry = host.entry(caller, answer.id);
  assert.deepEqual([entry.status, entry.bytes], ['streaming', undefined]);
});

test('a split surrogate pair, U+0000 and a half pair are stored as they are shown', async (t) => {
  const host = new Host(t);
  const { answer, model } = await host.askAndWait(newCaller());
  model.say('\ud83d').say('\ude00').say('a\u0000b').say('\udc00').end();
  await host.completed(answer.id);
  assert.equal(host.chat.storedText(answer.id)?.text, '😀a\u0000b\ufffd');
  assert.equal(
    host
      .chunks(answer.id)
      .map((frame) => frame.content)
      .join(''),
    '😀a\u0000b\ufffd',
  );
});

test('an answer without a word is complete with 0 bytes', async (t) => {
  const host = new Host(t);
  const { answer, model } = await host.askAndWait(newCaller());
  model.end();
  assert.deepEqual([(await host.completed(answer.id)).bytes, host.chunks(answer.id).length], [0, 0]);
});

test('the reason is told unless it is the ordinary one', async (t) => {
  const host = new Host(t);
  for (const [reason, told] of [
    ['stop', undefined],
    ['length', 'length'],
    ['content_filter', 'content_filter'],
  ] as const) {
    const caller = newCaller();
    const { answer, model } = await host.askAndWait(caller);
    model.say('x').end(reason);
    assert.equal((await host.completed(answer.id)).reason, told);
    assert.equal(host.entry(caller, answer.id).reason, told);
  }
});

test('the request carries the context, the limits and the time-outs', async (t) => {
  const host = new Host(t, {
    options: { systemPrompt: 'Be brief.', model: 'm-1', maxTokens: 7, firstByteMs: 11, idleMs: 13 },
  });
  const caller = newCaller();
  await host.exchange(caller, 'My name is Ada.', 'Hello Ada.');
  const { model } = await host.askAndWait(caller, 'What is my name?');
  const { signal, ...request } = model.request;
  assert.equal(signal.aborted, false);
  assert.deepEqual(request, {
    system: 'Be brief.',
    turns: [
      { role: 'user', content: 'My name is Ada.' },
      { role: 'assistant', content: 'Hello Ada.' },
      { role: 'user', content: 'What is my name?' },
    ],
    model: 'm-1',
    maxTokens: 7,
    timeouts: { firstByte: 11, idle: 13 },
  });
});

test("a provider's error fails the answer with its safe sentence; the text so far stays", async (t) => {
  const host = new Host(t);
  const caller = newCaller();
  const { answer, model } = await host.askAndWait(caller);
  const error = new ProviderError('provider_rate_limited', '429 org-secret', 'Too many people ask.', true, {
    requestId: 'req_1',
  });
  model.say('So far').fail(error);
  const complete = await host.completed(answer.id);
  const expected = {
    code: 'provider_rate_limited',
    message: 'Too many people ask.',
    retryable: true,
    request_id: 'req_1',
  };
  assert.deepEqual([complete.status, complete.bytes, complete.error], ['failed', 6, expected]);
  const entry = host.entry(caller, answer.id);
  assert.deepEqual([entry.content, entry.error], ['So far', expected]);
  assert.ok(!JSON.stringify(host.published.items).includes('org-secret'));
  assert.ok(host.logged.some((line) => line.includes('429 org-secret')));
});

test('any other error is internal: logged, and not shown', async (t) => {
  const host = new Host(t);
  const { answer, model } = await host.askAndWait(newCaller());
  model.say('x').fail(new TypeError('secret detail'));
  const complete = await host.completed(answer.id);
  assert.deepEqual([complete.status, complete.error?.code, complete.error?.retryable], ['failed', 'internal', true]);
  assert.ok(!JSON.stringify(host.published.items).includes('secret detail'));
  assert.ok(host.logged.some((line) => line.includes('secret detail')));
});

test('a provider that never says a word is given up, with its signal aborted', async (t) => {
  const host = new Host(t, { options: { firstByteMs: 30_000, idleMs: 10_000 } });
  host.provider.isDeaf = true;
  const { answer, model } = await host.askAndWait(newCaller());
  host.clock.advance(299_000);
  assert.equal(host.completes(answer.id).length, 0, 'its own time-outs are left to it');
  host.clock.advance(1_000);
  const complete = await host.completed(answer.id);
  assert.deepEqual([complete.status, complete.error?.code], ['failed', 'timeout']);
  assert.equal(model.request.signal.aborted, true);
});

test('a provider that hangs in the middle is given up after the idle time', async (t) => {
  const host = new Host(t, { options: { firstByteMs: 60_000, idleMs: 10_000 } });
  host.provider.isDeaf = true;
  const { answer, model } = await host.askAndWait(newCaller());
  model.say('begun');
  await host.streamed(model, 'begun');
  host.clock.advance(100_000);
  const complete = await host.completed(answer.id);
  assert.deepEqual([complete.error?.code, complete.bytes], ['timeout', 5]);
});

test('an answer that dribbles for ever is ended', async (t) => {
  const host = new Host(t, { options: { answerMs: 60_000, idleMs: 30_000 } });
  const { answer, model } = await host.askAndWait(newCaller());
  for (let n = 0; n < 6; n += 1) {
    model.say(`${n}`);
    await host.streamed(model, `${n}`);
    host.clock.advance(10_000);
  }
  const complete = await host.completed(answer.id);
  assert.deepEqual([complete.status, complete.error?.code, complete.bytes], ['failed', 'timeout', 6]);
});

test('an answer that grows too big ends as complete with the reason length', async (t) => {
  const host = new Host(t, { options: { answerBytes: 1_000 } });
  const { answer, model } = await host.askAndWait(newCaller());
  model.say('x'.repeat(600)).say('y'.repeat(600)).say('z'.repeat(600));
  const complete = await host.completed(answer.id);
  assert.deepEqual([complete.status, complete.reason, complete.bytes], ['complete', 'length', 1_000]);
  assert.equal(model.request.signal.aborted, true);
});

test('Stop ends the job of a provider that does not listen', async (t) => {
  const host = new Host(t);
  host.provider.isDeaf = true;
  const caller = newCaller();
  const { answer, model } = await host.askAndWait(caller);
  host.snapshot(caller, 'stop', { message_id: answer.id });
  await host.idle();
  assert.equal(model.isOver, false, 'it was left behind');
});

test('jobs run at most so many at a time, in the order of their asks', async (t) => {
  const host = new Host(t, { options: { answersAtOnce: 2 } });
  const callers = ['a', 'b', 'c', 'd'].map(newCaller);
  const asked = callers.map((caller) => host.ask(caller, `from ${caller.user}`));
  const [first, second] = [await host.provider.next(), await host.provider.next()];
  assert.equal(host.provider.answers.length, 2);
  second.end();
  const third = await host.provider.next();
  first.end();
  const fourth = await host.provider.next();
  assert.deepEqual(
    [first, second, third, fourth].map((model) => model.request.turns[0]?.content),
    ['from a', 'from b', 'from c', 'from d'],
  );
  third.end();
  fourth.end();
  await Promise.all(asked.map(({ answer }) => host.completed(answer.id)));
});

test('an ask is answered outside of its action', (t) => {
  const host = new Host(t);
  host.ask(newCaller());
  assert.equal(host.provider.answers.length, 0);
});

test('pieces that come fast are joined; the last ones come with the end', async (t) => {
  const host = new Host(t, { options: { coalesceBytes: 100 } });
  const { answer, model } = await host.askAndWait(newCaller());
  for (let n = 0; n < 25; n += 1) model.say('0123456789');
  model.end();
  await host.completed(answer.id);
  assert.deepEqual(
    host.chunks(answer.id).map((frame) => [frame.offset, frame.content.length]),
    [
      [0, 100],
      [100, 100],
      [200, 50],
    ],
  );
});

test('the timer of a job is gone with the job', async (t) => {
  const host = new Host(t);
  const timers = host.clock.timers;
  await host.exchange(newCaller(), 'Q', 'A');
  await turnUntil(() => host.clock.timers === timers, 'only the heartbeat is left');
});
