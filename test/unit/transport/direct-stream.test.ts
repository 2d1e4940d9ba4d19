/** A real session in the signed-stream mode: the cable and the server do what the test says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProtocolError, TransportError } from '../../../widget/src/errors.js';
import type { ServerFrame } from '../../../widget/src/protocol/frames.js';
import { tokenFromFunction } from '../../../widget/src/transport/token.js';
import { type DirectHarness, type DirectOptions, startDirect } from '../../support/direct-session.js';
import { answer, chunk, complete, hello, question, refusal, snapshot } from '../../support/frames.js';
import { atRest, type ScriptedRequest } from '../../support/scripted-fetch.js';

const CONVERSATION = '3f0c0a52-8a52-4f5e-9d8e-0d9a3a5b7c11';
const SIGNED = `ImNoYXQi--${'0a'.repeat(32)}`;
const GIVEN = { conversationId: CONVERSATION, signedStreamName: SIGNED };
const EMPTY = snapshot([], { covers: [0, 0], more: false });

let offset = 0;

const ofConversation = ({ session }: DirectHarness, frames: readonly ServerFrame[]) =>
  frames.map((frame) => ({ ...frame, conversation_id: session.view.conversationId }));

/** The broker passes these on. */
function broadcast(harness: DirectHarness, ...frames: ServerFrame[]): void {
  for (const frame of ofConversation(harness, frames)) {
    harness.connection.deliver(frame, { stream: 'chat', epoch: 'e', offset: ++offset });
  }
}

async function next(harness: DirectHarness, action: string): Promise<ScriptedRequest> {
  const request = await harness.server.next();
  assert.equal(request.body['action'], action);
  return request;
}

async function answered(harness: DirectHarness, request: ScriptedRequest, ...frames: ServerFrame[]): Promise<void> {
  request.answer({ frames: ofConversation(harness, frames) });
  await atRest();
}

/** Connected, greeted, and caught up with an empty conversation. */
async function live(options: DirectOptions = GIVEN): Promise<DirectHarness> {
  const harness = startDirect(options);
  harness.connection.accept();
  harness.clock.advance(0);
  await answered(harness, await next(harness, 'resume'), hello(), EMPTY);
  assert.equal(harness.session.view.connection, 'live');
  return harness;
}

const texts = ({ session }: DirectHarness) => session.view.messages.map(({ text, status }) => [text, status]);
const reasons = ({ events }: DirectHarness) =>
  events.error.map(({ error }) => (error instanceof ProtocolError ? error.reason : `${error.name} ${error.reason}`));

test('listens to the stream it was given, resumes and asks by HTTP, and shows what both bring', async () => {
  const harness = startDirect(GIVEN);
  assert.equal(harness.connection.channel, '$pubsub');
  assert.deepEqual(harness.connection.params, { signed_stream_name: SIGNED });
  assert.equal(harness.server.requests.length, 0);
  harness.connection.accept();
  harness.clock.advance(0);
  const resume = await next(harness, 'resume');
  assert.deepEqual(resume.body, { action: 'resume', conversation_id: CONVERSATION, cursors: {} });
  await answered(harness, resume, hello(), EMPTY);
  const id = harness.session.ask('What is it?');
  const ask = await next(harness, 'ask');
  assert.deepEqual(ask.body, { action: 'ask', conversation_id: CONVERSATION, client_id: id, message: 'What is it?' });
  assert.deepEqual(texts(harness), [['What is it?', 'sending']]);
  broadcast(harness, snapshot([question(id, 1, 'What is it?'), answer('a', 2, id)]), chunk('a', 0, 'It '));
  await answered(harness, ask, snapshot([question(id, 1, 'What is it?'), answer('a', 2, id)]));
  broadcast(harness, chunk('a', 3, 'is.'), complete('a', 6));
  assert.deepEqual(texts(harness), [
    ['What is it?', 'sent'],
    ['It is.', 'complete'],
  ]);
  assert.equal(harness.server.unseen, 0);
  assert.deepEqual(harness.connection.performed, [], 'nothing is performed on a signed stream');
});

test('a forged whisper never reaches the view, nor anybody, and is told as what it is: once in the log', async () => {
  const harness = await live();
  broadcast(harness, snapshot([question('q', 1, 'Q'), answer('a', 2, 'q')]), chunk('a', 0, 'true'));
  const before = harness.session.view;
  const { dropped } = harness.session.stats;
  const forged: unknown[] = [
    { ...chunk('a', 4, ' lies'), conversation_id: CONVERSATION },
    { ...complete('a', 4), conversation_id: CONVERSATION },
    { ...snapshot([answer('x', 3, 'a', { content: 'lies' })], { covers: [0, 9] }), conversation_id: CONVERSATION },
    { ...hello({ user: 'eve' }), conversation_id: CONVERSATION },
    { ...refusal(null, 'forbidden'), conversation_id: CONVERSATION },
    { type: 'chunk', content: 'plain lies' },
    { type: 'custom', html: '<b>lies</b>' },
    null,
  ];
  for (const frame of forged) harness.connection.deliver(frame);
  for (const frame of forged) harness.connection.deliver(frame, { stream: 'chat', epoch: 'e' });
  await atRest();
  assert.equal(harness.session.view, before);
  assert.equal(harness.session.stats.dropped, dropped + 2 * forged.length);
  assert.deepEqual([...new Set(reasons(harness))], ['forged_frame']);
  assert.equal(harness.log.length, 1);
  assert.deepEqual(harness.events.frame, []);
  broadcast(harness, chunk('a', 4, ' words'), complete('a', 10));
  assert.deepEqual(texts(harness).at(-1), ['true words', 'complete']);
});

test('without a name the server is asked for it, again and again, and then the stream is listened to', async () => {
  const harness = startDirect();
  const { conversationId } = harness.session.view;
  (await next(harness, 'stream')).fail();
  await atRest();
  assert.equal(harness.session.view.connection, 'offline');
  assert.equal(harness.transport.subscriptions.length, 0);
  for (const status of [500, 429]) {
    harness.clock.advance(15_000);
    (await next(harness, 'stream')).answer('', { status });
    await atRest();
  }
  harness.clock.advance(15_000);
  const request = await next(harness, 'stream');
  assert.deepEqual(request.body, { action: 'stream', conversation_id: conversationId });
  request.answer({ frames: [], signed_stream_name: SIGNED });
  await atRest();
  assert.deepEqual(harness.connection.params, { signed_stream_name: SIGNED });
  harness.connection.accept();
  harness.clock.advance(0);
  await answered(harness, await next(harness, 'resume'), hello(), EMPTY);
  assert.equal(harness.session.view.connection, 'live');
});

test('a wake asks for the stream at once', async () => {
  const harness = startDirect();
  (await next(harness, 'stream')).fail();
  await atRest();
  harness.wake();
  (await next(harness, 'stream')).answer({ frames: [], signed_stream_name: SIGNED });
  await atRest();
  assert.equal(harness.transport.subscriptions.length, 1);
});

test('a stream without a name is told, and asked for again', async () => {
  const harness = startDirect();
  (await next(harness, 'stream')).answer({ frames: [] });
  await atRest();
  assert.deepEqual(reasons(harness), ['malformed_answer']);
  harness.clock.advance(15_000);
  await next(harness, 'stream');
});

test('a new conversation asks for a stream of its own, and hears nothing more of the one before', async () => {
  const harness = await live();
  const old = harness.connection;
  const asked = harness.session.ask('left behind');
  const ask = await next(harness, 'ask');
  harness.session.newConversation();
  assert.equal(ask.isAborted, true);
  assert.ok(old.closed);
  const { conversationId } = harness.session.view;
  assert.notEqual(conversationId, CONVERSATION);
  const stream = await next(harness, 'stream');
  assert.equal(stream.body['conversation_id'], conversationId);
  await answered(harness, ask, snapshot([question(asked, 1, 'left behind')]));
  assert.deepEqual(texts(harness), []);
  stream.answer({ frames: [], signed_stream_name: 'other' });
  await atRest();
  assert.deepEqual(harness.connection.params, { signed_stream_name: 'other' });
});

test('somebody else’s conversation: the visitor gets a new one', async () => {
  const harness = startDirect();
  const { conversationId } = harness.session.view;
  await answered(harness, await next(harness, 'stream'), refusal(null, 'forbidden'));
  const again = await next(harness, 'stream');
  assert.notEqual(again.body['conversation_id'], conversationId);
  assert.equal(harness.clock.pending, 1, 'the first one is not asked for any more: this is the request’s time-out');
});

test('HTTP that fails while the stream is live: the question goes out again with the same id, and says so', async () => {
  const harness = await live();
  const id = harness.session.ask('again?');
  let patience = 6_000;
  for (const fail of [
    (request: ScriptedRequest) => request.fail(),
    (request: ScriptedRequest) => request.answer('', { status: 500 }),
    (request: ScriptedRequest) => request.answer('<html>'),
    () => harness.clock.advance(15_000),
  ]) {
    const request = await next(harness, 'ask');
    assert.equal(request.body['client_id'], id);
    fail(request);
    await atRest();
    assert.equal(harness.session.view.connection, 'live');
    assert.deepEqual(texts(harness).at(-1), ['again?', 'pending']);
    // What comes over the stream is no reason to hurry.
    broadcast(harness, snapshot([answer('other', 9, null, { status: 'complete', bytes: 0 })]));
    await atRest();
    harness.clock.advance(patience - 1);
    await atRest();
    assert.equal(harness.server.unseen, 0);
    harness.clock.advance(1);
    patience *= 2;
  }
  assert.deepEqual(reasons(harness), ['malformed_answer']);
});

test('a resume that gets no answer is asked again, and no backend is taken for a plain one', async () => {
  const harness = startDirect(GIVEN);
  harness.session.ask('early');
  harness.connection.accept();
  harness.clock.advance(0);
  for (let attempt = 0; attempt < 12; attempt++) {
    const resume = await next(harness, 'resume');
    if (attempt % 2 === 0) resume.answer('', { status: 502 });
    await atRest();
    assert.equal(harness.session.view.connection, 'catching-up');
    harness.clock.advance(75_000);
  }
  assert.equal(harness.connection.closed, false, 'the subscription is not at fault');
  const resumes = harness.server.requests.filter(({ body }) => body['action'] === 'resume');
  assert.equal(resumes.length, harness.server.requests.length, 'nothing else goes out');
  const last = resumes.at(-1);
  assert.ok(last);
  await answered(harness, last, hello(), EMPTY);
  assert.equal(harness.session.view.connection, 'live');
});

test('Retry-After: nothing goes out before', async () => {
  const harness = await live();
  harness.session.ask('later');
  (await next(harness, 'ask')).answer('', { status: 429, headers: { 'retry-after': '40' } });
  await atRest();
  harness.clock.advance(39_000);
  await atRest();
  assert.equal(harness.server.unseen, 0);
  harness.clock.advance(1_000);
  await next(harness, 'ask');
});

test('refused for good: the visitor sees why, by the server’s frame or by its sentence, and nothing is retried', async () => {
  const harness = await live();
  harness.session.ask('one');
  (await next(harness, 'ask')).answer({ error: { code: 'too_large', message: 'Far too long.' } }, { status: 413 });
  await atRest();
  const id = harness.session.ask('two');
  const frames = ofConversation(harness, [refusal(id, 'invalid', { message: 'Not like this.' })]);
  (await next(harness, 'ask')).answer({ frames }, { status: 400 });
  await atRest();
  assert.deepEqual(
    harness.session.view.messages.map(({ status, error }) => [status, error?.code, error?.message]),
    [
      ['failed', 'too_long', 'Far too long.'],
      ['failed', 'invalid', 'Not like this.'],
    ],
  );
  harness.clock.advance(120_000);
  await atRest();
  assert.equal(harness.server.unseen, 0);
});

test('401: the token is renewed once; then the visitor is signed out, until they reconnect', async () => {
  let issued = 0;
  const harness = await live({ ...GIVEN, tokens: tokenFromFunction(() => `t${++issued}`) });
  const id = harness.session.ask('who am I?');
  (await next(harness, 'ask')).answer({ error: { code: 'token_expired', message: '' } }, { status: 401 });
  const second = await next(harness, 'ask');
  assert.equal(second.headers.get('authorization'), 'Bearer t2');
  second.answer({ error: { code: 'unauthorized', message: 'Please sign in.' } }, { status: 401 });
  await atRest();
  assert.equal(harness.session.view.connection, 'signed-out');
  assert.ok(harness.connection.closed);
  assert.deepEqual(harness.events.connection.at(-1)?.reason, { code: 'unauthorized', detail: 'Please sign in.' });
  harness.session.reconnect();
  (await next(harness, 'stream')).answer({ frames: [], signed_stream_name: SIGNED });
  await atRest();
  harness.connection.accept();
  harness.clock.advance(0);
  await answered(harness, await next(harness, 'resume'), hello(), EMPTY);
  assert.equal((await next(harness, 'ask')).body['client_id'], id, 'what was asked is not lost');
});

test('403: closed, with its sentence; reconnecting tries anew', async () => {
  const harness = await live();
  harness.session.ask('from here?');
  (await next(harness, 'ask')).answer(
    { error: { code: 'forbidden_origin', message: 'Not from here.' } },
    { status: 403 },
  );
  await atRest();
  assert.equal(harness.session.view.connection, 'closed');
  const { error } = harness.events.error.at(-1) ?? {};
  assert.ok(error instanceof TransportError);
  assert.deepEqual([error.reason, error.message], ['rejected', 'Not from here.']);
  harness.session.reconnect();
  await next(harness, 'stream');
});

test('actions go out in order; what waits when the stream breaks goes out after the next hello', async () => {
  const harness = await live();
  broadcast(harness, snapshot([question('q', 1, 'Q'), answer('a', 2, 'q', { status: 'streaming' })]));
  harness.session.stop();
  harness.session.feedback('a', 'up');
  const stop = await next(harness, 'stop');
  await atRest();
  assert.equal(harness.server.unseen, 0);
  harness.connection.drop();
  assert.equal(harness.session.view.connection, 'offline');
  await answered(harness, stop, snapshot([answer('a', 2, 'q', { status: 'stopped', bytes: 0 })]));
  assert.deepEqual(texts(harness).at(-1), ['', 'stopped'], 'what was under way is worth knowing');
  await assert.doesNotReject(atRest());
  assert.equal(harness.server.unseen, 0);
  harness.connection.accept();
  harness.clock.advance(0);
  await answered(harness, await next(harness, 'resume'), hello(), EMPTY);
  assert.equal((await next(harness, 'feedback')).body['value'], 'up');
});

test('the answer to the resume of an earlier connection is not taken for that of this one', async () => {
  const harness = startDirect(GIVEN);
  harness.connection.accept();
  harness.clock.advance(0);
  const early = await next(harness, 'resume');
  harness.connection.drop();
  harness.connection.accept();
  harness.clock.advance(0);
  const late = await next(harness, 'resume');
  await answered(harness, early, hello(), EMPTY);
  assert.equal(harness.session.view.connection, 'catching-up');
  await answered(harness, late, hello(), EMPTY);
  assert.equal(harness.session.view.connection, 'live');
});

test('an answer’s frames are decoded like all others: what is malformed is dropped, the rest is taken', async () => {
  const harness = startDirect(GIVEN);
  harness.connection.accept();
  harness.clock.advance(0);
  const resume = await next(harness, 'resume');
  const frames: unknown[] = [7, { ...chunk('a', 0, 'x'), conversation_id: 'another' }];
  resume.answer({ frames: [...frames, ...ofConversation(harness, [hello(), EMPTY])] });
  await atRest();
  assert.deepEqual(reasons(harness), ['malformed_frame', 'foreign_conversation']);
  assert.equal(harness.session.view.connection, 'live');
});

test('a closed session leaves neither timers nor requests behind', async () => {
  const harness = await live();
  harness.session.ask('x');
  const ask = await next(harness, 'ask');
  harness.session.close();
  await atRest();
  assert.equal(ask.isAborted, true);
  assert.ok(harness.connection.closed);
  assert.equal(harness.clock.pending, 0);
  const waiting = startDirect();
  (await next(waiting, 'stream')).fail();
  await atRest();
  waiting.session.close();
  assert.equal(waiting.clock.pending, 0);
});
