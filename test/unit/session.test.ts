import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RawConfig } from '../../widget/src/config.js';
import type { KeyValueStorage } from '../../widget/src/key-value-storage.js';
import { ActionError } from '../../widget/src/errors.js';
import type { ServerFrame, SnapshotEntry, SnapshotFrame } from '../../widget/src/protocol/frames.js';
import { answer, chunk, complete, hello, question, refusal, snapshot } from '../support/frames.js';
import { type Harness, MapStorage, settled, startSession } from '../support/session.js';

function deliver(harness: Harness, ...frames: ServerFrame[]): void {
  const conversation_id = harness.connection.params['conversation_id'];
  for (const frame of frames) harness.connection.deliver({ ...frame, conversation_id });
}

/** Connected, greeted, and caught up with an empty conversation. */
async function live(
  raw: RawConfig = {},
  storage = new MapStorage(),
  user = 'visitor-1',
  tabStorage: KeyValueStorage = new MapStorage(),
): Promise<Harness> {
  const harness = startSession(raw, storage, tabStorage);
  harness.connection.accept();
  harness.clock.advance(0);
  await harness.connection.nextAction('resume');
  deliver(harness, hello({ user }), page([]));
  await settled();
  return harness;
}

function page(messages: readonly SnapshotEntry[], fields: Partial<SnapshotFrame> = {}): SnapshotFrame {
  return snapshot(messages, {
    covers: [0, Math.max(0, ...messages.map(({ position }) => position))],
    more: false,
    ...fields,
  });
}

function performed(harness: Harness, action: string) {
  return harness.connection.performed.filter((one) => one.action === action);
}

const texts = ({ session }: Harness) => session.view.messages.map(({ role, text, status }) => [role, text, status]);

test('subscribes with the conversation and the page’s own parameters', () => {
  const { connection, session } = startSession({ channel: 'Support::AssistantChannel', channelParams: '{"room":7}' });
  assert.equal(connection.channel, 'Support::AssistantChannel');
  assert.deepEqual(connection.params, { room: 7, conversation_id: session.view.conversationId });
  assert.equal(session.view.connection, 'connecting');
});

test('a connect resumes, and is live only when the answer is there', async () => {
  const harness = startSession();
  harness.connection.accept();
  assert.equal(harness.session.view.connection, 'catching-up');
  harness.clock.advance(0);
  assert.deepEqual((await harness.connection.nextAction()).data, { cursors: {} });
  deliver(harness, hello());
  assert.equal(harness.session.view.connection, 'catching-up');
  deliver(harness, page([]));
  assert.equal(harness.session.view.connection, 'live');
});

test('a question goes out once the server said hello, streams its answer, and tells the page once each', async () => {
  const harness = startSession();
  const id = harness.session.ask('What is it?');
  assert.deepEqual(texts(harness), [['user', 'What is it?', 'pending']]);
  harness.connection.accept();
  harness.clock.advance(0);
  await settled();
  assert.equal(performed(harness, 'ask').length, 0);
  deliver(harness, hello(), page([]));
  await settled();
  assert.deepEqual(performed(harness, 'ask')[0]?.data, { client_id: id, message: 'What is it?' });
  assert.deepEqual(texts(harness), [['user', 'What is it?', 'sending']]);
  const rows = [question(id, 1, 'What is it?'), answer('a', 2, id)];
  deliver(
    harness,
    snapshot(rows),
    chunk('a', 0, 'It '),
    chunk('a', 0, 'It '),
    chunk('a', 3, 'is.'),
    complete('a', 6),
    complete('a', 6),
  );
  assert.deepEqual(texts(harness), [
    ['user', 'What is it?', 'sent'],
    ['assistant', 'It is.', 'complete'],
  ]);
  assert.deepEqual(harness.events.start, [{ messageId: 'a' }]);
  assert.deepEqual(
    harness.events.chunk.map(({ content, text }) => [content, text]),
    [
      ['It ', 'It '],
      ['is.', 'It is.'],
    ],
  );
  assert.deepEqual(harness.events.complete, [{ messageId: 'a', text: 'It is.', status: 'complete' }]);
});

test('what is not confirmed goes out again with the same ids, after a time-out and after a reconnect', async () => {
  const harness = await live();
  const id = harness.session.ask('again?');
  await settled();
  harness.clock.advance(60_000);
  await settled();
  assert.ok(performed(harness, 'ask').length >= 2);
  const before = performed(harness, 'ask').length;
  harness.connection.drop();
  assert.equal(harness.session.view.connection, 'offline');
  harness.connection.accept();
  harness.clock.advance(0);
  deliver(harness, hello(), page([]));
  await settled();
  assert.equal(performed(harness, 'ask').length, before + 1);
  assert.deepEqual(new Set(performed(harness, 'ask').map(({ data }) => data['client_id'])), new Set([id]));
  deliver(harness, snapshot([question(id, 1, 'again?'), answer('a', 2, id)]));
  const sent = performed(harness, 'ask').length;
  harness.clock.advance(300_000);
  await settled();
  assert.equal(performed(harness, 'ask').length, sent);
});

test('questions asked offline go out one by one, each after the answer before it', async () => {
  const harness = startSession();
  const [one, two] = [harness.session.ask('one'), harness.session.ask('two')];
  harness.connection.accept();
  deliver(harness, hello(), page([]));
  await settled();
  assert.deepEqual(
    performed(harness, 'ask').map(({ data }) => data['message']),
    ['one'],
  );
  deliver(harness, snapshot([question(one, 1, 'one'), answer('a', 2, one)]));
  await settled();
  assert.equal(performed(harness, 'ask').length, 1);
  deliver(harness, complete('a', 0));
  await settled();
  assert.deepEqual(
    performed(harness, 'ask').map(({ data }) => data['client_id']),
    [one, two],
  );
});

test('a refused question stays with its reason, and goes out again when the visitor wants', async () => {
  const harness = await live();
  const id = harness.session.ask('too soon');
  await settled();
  deliver(harness, refusal(id, 'rate_limited'));
  assert.equal(harness.session.view.messages[0]?.status, 'failed');
  assert.equal(harness.events.error[0]?.error.reason, 'rate_limited');
  assert.equal(harness.events.error[0]?.messageId, id);
  harness.session.retry(id);
  await settled();
  assert.equal(performed(harness, 'ask').length, 2);
  harness.session.discard(id);
  assert.deepEqual(harness.session.view.messages, []);
});

test('bad questions are refused at once, and nothing is sent', async () => {
  const harness = await live();
  const reasons = (text: string) => {
    try {
      harness.session.ask(text);
    } catch (error) {
      return error instanceof ActionError ? error.reason : error;
    }
    return 'sent';
  };
  assert.equal(reasons(' \n '), 'empty');
  assert.equal(reasons('é'.repeat(20_000)), 'too_long');
  deliver(harness, hello({ limits: { message_bytes: 1_000_000 } }));
  assert.equal(reasons('"'.repeat(30_000)), 'too_long');
  deliver(harness, snapshot([question('q', 1, 'x'), answer('a', 2, 'q')]));
  assert.equal(reasons('while one is open'), 'busy');
  assert.equal(performed(harness, 'ask').length, 0);
});

test('a hole heals: after a grace the session resumes from what it holds', async () => {
  const harness = await live();
  deliver(
    harness,
    snapshot([question('q', 1, 'x'), answer('a', 2, 'q')], { covers: [0, 2] }),
    chunk('a', 0, 'one '),
    chunk('a', 8, 'three'),
  );
  assert.equal(harness.session.view.openAnswer?.incomplete, true);
  harness.clock.advance(1_000);
  await settled();
  assert.deepEqual(performed(harness, 'resume').at(-1)?.data, { since: 2, cursors: { a: 4 } });
  deliver(
    harness,
    page([answer('a', 2, 'q', { status: 'streaming', offset: 4, content: 'two three' })], { covers: [3, 2] }),
  );
  assert.equal(harness.session.view.openAnswer?.text, 'one two three');
  assert.equal(harness.session.view.openAnswer?.incomplete, false);
});

test('a hole that closes by itself costs no resume', async () => {
  const harness = await live();
  deliver(harness, snapshot([question('q', 1, 'x'), answer('a', 2, 'q')]), chunk('a', 1, 'b'), chunk('a', 0, 'a'));
  harness.clock.advance(2_000);
  assert.equal(performed(harness, 'resume').length, 1);
});

test('a resume whose answer is lost is sent again, ever more patiently', async () => {
  const harness = startSession();
  harness.connection.accept();
  const sent = () => performed(harness, 'resume').length;
  harness.clock.advance(0);
  assert.equal(sent(), 1);
  harness.clock.advance(5_000);
  await settled();
  assert.equal(sent(), 2);
  harness.clock.advance(5_000);
  assert.equal(sent(), 2);
  harness.clock.advance(600_000);
  assert.ok(sent() >= 8 && sent() <= 24, `${sent()} resumes in ten minutes`);
});

test('while the server has more, the session asks on', async () => {
  const harness = startSession();
  harness.connection.accept();
  harness.clock.advance(0);
  deliver(harness, hello(), page([question('q', 1, 'x')], { more: true }));
  harness.clock.advance(0);
  assert.deepEqual(
    performed(harness, 'resume').map(({ data }) => data['since']),
    [undefined, 1],
  );
  assert.equal(harness.session.view.connection, 'catching-up');
});

test('silence of an open answer, lost history and a wake make it look', async () => {
  const harness = await live();
  deliver(harness, snapshot([question('q', 1, 'x'), answer('a', 2, 'q')], { covers: [0, 2] }));
  const sent = () => performed(harness, 'resume').length;
  harness.clock.advance(12_000);
  assert.equal(sent(), 2);
  deliver(harness, page([], { covers: [3, 2] }));
  harness.connection.loseHistory();
  harness.clock.advance(0);
  assert.equal(sent(), 3);
  deliver(harness, page([], { covers: [3, 2] }));
  harness.wake();
  harness.clock.advance(0);
  assert.equal(sent(), 4);
  harness.connection.drop();
  harness.wake();
  assert.equal(harness.transport.reconnects, 1);
});

test('earlier messages are fetched by page until there are none', async () => {
  const harness = startSession();
  harness.connection.accept();
  harness.clock.advance(0);
  deliver(harness, hello(), page([question('q2', 51, 'late')], { covers: [51, 51] }));
  assert.equal(harness.session.view.hasEarlier, true);
  harness.session.loadEarlier();
  await settled();
  assert.deepEqual(performed(harness, 'history')[0]?.data, { before: 51, limit: 50 });
  deliver(harness, snapshot([question('q1', 1, 'early')], { covers: [0, 50] }));
  assert.equal(harness.session.view.hasEarlier, false);
});

test('stop goes out until the end is seen; regenerate and edit stand in the place of what they replace', async () => {
  const harness = await live();
  deliver(harness, snapshot([question('q', 1, 'x'), answer('a', 2, 'q', { status: 'streaming', content: 'half' })]));
  harness.session.stop();
  harness.session.stop();
  await settled();
  assert.deepEqual(
    performed(harness, 'stop').map(({ data }) => data),
    [{ message_id: 'a' }],
  );
  deliver(harness, complete('a', 4, { status: 'stopped' }));
  assert.deepEqual(texts(harness).at(-1), ['assistant', 'half', 'stopped']);
  const again = harness.session.regenerate('a');
  assert.deepEqual(texts(harness), [
    ['user', 'x', 'sent'],
    ['assistant', '', 'queued'],
  ]);
  await settled();
  deliver(harness, snapshot([answer(again, 3, 'q', { status: 'streaming' })]), complete(again, 0));
  harness.session.edit('q', 'y');
  await settled();
  assert.deepEqual(texts(harness), [['user', 'y', 'sending']]);
});

test('feedback: the last word counts, and shows when the server has it', async () => {
  const harness = await live();
  deliver(harness, page([question('q', 1, 'x'), answer('a', 2, 'q', { status: 'complete', bytes: 0 })]));
  harness.session.feedback('a', 'up');
  await settled();
  const at = performed(harness, 'feedback')[0]?.data['at'] as number;
  deliver(harness, snapshot([answer('a', 2, 'q', { status: 'complete', bytes: 0, feedback: { value: 'up', at } })]));
  const last = harness.session.view.messages.at(-1);
  assert.equal(last?.role === 'assistant' && last.feedback, 'up');
});

test('a plain backend: the prompt goes out once, frames without ids are appended', async () => {
  const harness = startSession({ channel: 'LlmStreamChannel', action: 'generate' });
  harness.session.ask('Explain WebSockets');
  harness.connection.accept();
  await settled();
  assert.deepEqual(harness.connection.performed, [{ action: 'generate', data: { prompt: 'Explain WebSockets' } }]);
  for (const frame of [{ type: 'chunk', content: 'They ' }, { type: 'chunk', content: 'are.' }, { type: 'complete' }]) {
    harness.connection.deliver(frame);
  }
  assert.deepEqual(texts(harness), [
    ['user', 'Explain WebSockets', 'sent'],
    ['assistant', 'They are.', 'complete'],
  ]);
  assert.equal(harness.events.complete.length, 1);
  harness.connection.drop();
  harness.connection.accept();
  harness.clock.advance(600_000);
  await settled();
  assert.equal(harness.connection.performed.length, 1);
});

test('a plain backend is not asked while it answers, as nothing tells its answers apart; silence ends that', async () => {
  const harness = startSession({ action: 'generate' });
  harness.connection.accept();
  harness.session.ask('one');
  await settled();
  assert.throws(() => harness.session.ask('too soon'), { reason: 'busy' });
  harness.connection.deliver({ type: 'chunk', content: 'so far' });
  harness.clock.advance(19_999);
  assert.throws(() => harness.session.ask('still'), { reason: 'busy' });
  harness.clock.advance(1);
  harness.session.ask('two');
  await settled();
  assert.deepEqual(texts(harness), [
    ['user', 'one', 'sent'],
    ['assistant', 'so far', 'failed'],
    ['user', 'two', 'sent'],
  ]);
});

test('a backend that says no hello gets the question once, after a grace', async () => {
  const harness = startSession();
  harness.session.ask('anybody?');
  harness.connection.accept();
  await settled();
  assert.equal(performed(harness, 'ask').length, 0);
  harness.clock.advance(3_000);
  await settled();
  assert.equal(performed(harness, 'ask').length, 1);
  harness.clock.advance(600_000);
  harness.connection.drop();
  harness.connection.accept();
  harness.clock.advance(600_000);
  await settled();
  assert.equal(performed(harness, 'ask').length, 1);
});

test('a hello that comes too late: the question that may be lost goes out again with its id, and is there once', async () => {
  const harness = startSession();
  const id = harness.session.ask('anybody?');
  harness.connection.accept();
  harness.clock.advance(3_000);
  await settled();
  assert.deepEqual(texts(harness), [['user', 'anybody?', 'sent']]);
  deliver(harness, hello(), page([]));
  await settled();
  assert.deepEqual(
    performed(harness, 'ask').map(({ data }) => data['client_id']),
    [id, id],
  );
  assert.deepEqual(texts(harness), [['user', 'anybody?', 'sending']]);
  deliver(harness, snapshot([question(id, 1, 'anybody?'), answer('a', 2, id)]), complete('a', 0));
  assert.deepEqual(texts(harness), [
    ['user', 'anybody?', 'sent'],
    ['assistant', '', 'complete'],
  ]);
});

test('a plain backend is not resubscribed, and not asked for ever', async () => {
  const harness = startSession();
  harness.connection.accept();
  let renewed = 0;
  Object.assign(harness.connection, { renew: () => renewed++ });
  harness.clock.advance(3_600_000);
  const sent = performed(harness, 'resume').length;
  assert.ok(sent > 3 && sent < 12, `${sent} resumes`);
  harness.clock.advance(3_600_000);
  assert.equal(renewed, 0);
});

test('the conversation is kept for its visitor, and for nobody else in the same browser', async () => {
  const storage = new MapStorage();
  const ada = (await live({}, storage, 'ada')).session.view.conversationId;
  assert.equal(startSession({}, storage).session.view.conversationId, ada);

  const bob = startSession({}, storage);
  bob.connection.accept();
  deliver(bob, hello({ user: 'bob' }));
  assert.notEqual(bob.session.view.conversationId, ada);
  assert.equal(bob.connection.params['conversation_id'], bob.session.view.conversationId);
  bob.connection.accept();
  deliver(bob, hello({ user: 'bob' }), page([]));
  assert.equal(startSession({}, storage).session.view.conversationId, bob.session.view.conversationId);

  const adaAgain = startSession({}, storage);
  adaAgain.connection.accept();
  deliver(adaAgain, hello({ user: 'ada' }));
  assert.equal(adaAgain.session.view.conversationId, ada);
});

test('another visitor on the same page: what the last one saw and wrote is gone', async () => {
  const harness = await live({}, new MapStorage(), 'ada');
  deliver(harness, page([question('q', 1, 'secret'), answer('a', 2, 'q', { status: 'complete', bytes: 0 })]));
  harness.session.ask('another secret');
  harness.connection.drop();
  harness.connection.accept();
  deliver(harness, hello({ user: 'bob' }));
  await settled();
  assert.deepEqual(harness.session.view.messages, []);
  harness.connection.accept();
  deliver(harness, hello({ user: 'bob' }), page([]));
  await settled();
  assert.equal(performed(harness, 'ask').length, 0);
});

test('somebody else’s conversation is left for a new one, and what was asked goes there', async () => {
  const harness = startSession();
  const first = harness.session.view.conversationId;
  const id = harness.session.ask('hello?');
  harness.connection.accept();
  deliver(harness, refusal(null, 'forbidden'));
  assert.notEqual(harness.session.view.conversationId, first);
  assert.ok(harness.transport.subscriptions[0]?.closed);
  harness.connection.accept();
  deliver(harness, hello(), page([]));
  await settled();
  assert.deepEqual(
    performed(harness, 'ask').map(({ data }) => data['client_id']),
    [id],
  );
});

test('the page’s own conversation that is somebody else’s is refused, said, and tried again on demand', async () => {
  const harness = startSession({ conversationId: '99999999-9999-4999-8999-999999999999' });
  harness.connection.accept();
  deliver(harness, refusal(null, 'forbidden', { retryable: false }));
  assert.equal(harness.session.view.connection, 'closed');
  assert.deepEqual(
    harness.events.error.map(({ error }) => error.reason),
    ['rejected', 'forbidden'],
  );
  harness.session.reconnect();
  harness.connection.accept();
  deliver(harness, hello(), page([]));
  assert.equal(harness.session.view.connection, 'live');
});

test('a plain backend that refuses the action: the visitor is told where the answer should be', async () => {
  const harness = startSession({ action: 'generate' });
  harness.session.ask('x');
  harness.connection.accept();
  await settled();
  deliver(harness, refusal(null, 'invalid', { message: 'This action is not known here.' }));
  const last = harness.session.view.messages.at(-1);
  assert.equal(last?.role === 'assistant' && last.error?.message, 'This action is not known here.');
});

test('newConversation begins an empty one and remembers it', async () => {
  const storage = new MapStorage();
  const harness = await live({}, storage);
  deliver(harness, page([question('q', 1, 'old')]));
  harness.session.newConversation();
  assert.deepEqual(harness.session.view.messages, []);
  assert.equal(startSession({}, storage).session.view.conversationId, harness.session.view.conversationId);
});

test('malformed frames are dropped, logged once for each reason, and told to the page', async () => {
  const harness = await live();
  for (let count = 0; count < 3; count++) harness.connection.deliver({ type: 'chunk', message_id: 'a', offset: -1 });
  harness.connection.deliver('nonsense');
  harness.connection.deliver({ type: 'confetti', n: 1 });
  assert.equal(harness.log.length, 2);
  assert.equal(harness.events.error.length, 4);
  assert.deepEqual(harness.events.frame, [{ frame: { type: 'confetti', n: 1 } }]);
  assert.equal(harness.session.view.connection, 'live');
});

test('refused for good: signed out, or closed until the visitor tries again', async () => {
  const harness = await live();
  harness.connection.refuse({ code: 'unauthorized' });
  assert.equal(harness.session.view.connection, 'signed-out');
  assert.throws(() => harness.session.ask('hello?'), { reason: 'signed_out' });
  const other = await live();
  other.connection.refuse({ code: 'rejected' });
  assert.equal(other.session.view.connection, 'closed');
  other.session.reconnect();
  assert.equal(other.transport.subscriptions.length, 2);
});

test('history that was over before this page came is no news; an answer under way is', async () => {
  const harness = startSession();
  harness.connection.accept();
  deliver(
    harness,
    hello(),
    page([
      question('q', 1, 'x'),
      answer('a', 2, 'q', { status: 'complete', bytes: 3, content: 'old' }),
      question('q2', 3, 'y', { in_reply_to: 'a' }),
      answer('a2', 4, 'q2', { status: 'streaming', content: 'ne' }),
    ]),
  );
  deliver(harness, chunk('a2', 2, 'w'), complete('a2', 3));
  assert.deepEqual(harness.events.start, [{ messageId: 'a2' }]);
  assert.deepEqual(
    harness.events.chunk.map(({ content }) => content),
    ['ne', 'w'],
  );
  assert.equal(harness.events.complete.length, 1);
});

test('listeners are called once for many changes, and one that throws stops nobody', async () => {
  const harness = await live();
  const reported: unknown[] = [];
  const report = globalThis.reportError;
  globalThis.reportError = (error) => reported.push(error);
  try {
    let calls = 0;
    harness.session.subscribe(() => {
      throw new Error('page bug');
    });
    harness.session.subscribe(() => calls++);
    deliver(harness, snapshot([question('q', 1, 'x'), answer('a', 2, 'q')]), chunk('a', 0, 'x'), chunk('a', 1, 'y'));
    await settled();
    assert.equal(calls, 1);
    assert.equal(reported.length, 1);
  } finally {
    globalThis.reportError = report;
  }
});

test('a closed session leaves nothing behind', async () => {
  const harness = await live();
  harness.session.ask('x');
  harness.session.close();
  assert.ok(harness.connection.closed);
  assert.equal(harness.clock.pending, 0);
});

// — Across reloads ——————————————————————————————————————————————————————————————————————————————————————————————

test('what was not confirmed survives a reload, and goes out again with the same id', async () => {
  const [storage, tab] = [new MapStorage(), new MapStorage()];
  const first = await live({}, storage, 'ada', tab);
  const id = first.session.ask('Will you remember?');
  await settled();
  const second = await live({}, storage, 'ada', tab);
  await settled();
  assert.deepEqual(
    performed(second, 'ask').map(({ data }) => data),
    [{ client_id: id, message: 'Will you remember?' }],
  );
  deliver(second, snapshot([question(id, 1, 'Will you remember?'), answer('a', 2, id)]));
  assert.equal([...tab.items.values()].join(''), '');
  deliver(second, complete('a', 0));
  assert.equal(second.events.complete.length, 1);
});

test('another visitor of the same tab neither sees nor sends what the one before left unsent', async () => {
  const [storage, tab] = [new MapStorage(), new MapStorage()];
  const ada = await live({}, storage, 'ada', tab);
  ada.session.ask('A secret of Ada’s');
  const bob = startSession({}, storage, tab);
  assert.deepEqual(bob.session.view.messages, []);
  bob.connection.accept();
  deliver(bob, hello({ user: 'bob' }));
  bob.connection.accept();
  deliver(bob, hello({ user: 'bob' }), page([]));
  await settled();
  assert.deepEqual(bob.session.view.messages, []);
  assert.equal(performed(bob, 'ask').length, 0);
  const adaAgain = await live({}, storage, 'ada', tab);
  await settled();
  assert.equal(adaAgain.session.view.connection, 'connecting');
  adaAgain.connection.accept();
  deliver(adaAgain, hello({ user: 'ada' }), page([]));
  await settled();
  assert.equal(performed(adaAgain, 'ask').length, 1);
});

test('what was written before the server said who is writing waits for its author after a reload', async () => {
  const [storage, tab] = [new MapStorage(), new MapStorage()];
  const conversationId = '99999999-9999-4999-8999-999999999999';
  startSession({ conversationId }, storage, tab).session.ask('Whose is it?');
  const next = await live({ conversationId }, storage, 'ada', tab);
  await settled();
  assert.equal(performed(next, 'ask').length, 0);
  const [left] = next.session.view.messages;
  assert.equal(left?.status, 'failed');
  assert.equal(left?.role === 'user' && left.error?.code, 'unsent');
  next.session.retry(left?.id ?? '');
  await settled();
  assert.equal(performed(next, 'ask').length, 1);
});

/** The server turns out to be talking to bob, and the question reaches his own conversation, once. */
async function isAskedByBob(harness: Harness, id: string): Promise<void> {
  harness.connection.accept();
  deliver(harness, hello({ user: 'bob' }));
  harness.connection.accept();
  deliver(harness, hello({ user: 'bob' }), page([]));
  await settled();
  assert.deepEqual(
    performed(harness, 'ask').map(({ data }) => data['client_id']),
    [id],
  );
}

test('forbidden, and then a hello of somebody else than remembered: the question survives both', async () => {
  const storage = new MapStorage();
  await live({}, storage, 'ada');
  const harness = startSession({}, storage);
  const id = harness.session.ask('Where did it go?');
  harness.connection.accept();
  deliver(harness, refusal(null, 'forbidden'));
  await isAskedByBob(harness, id);
});

test('behind a wrong guess, the question goes to the visitor’s own conversation', async () => {
  const storage = new MapStorage();
  await live({}, storage, 'ada');
  const harness = startSession({}, storage);
  const id = harness.session.ask('I am somebody else');
  await isAskedByBob(harness, id);
});

test('storage that is full or forbidden: everything works, and it is said once', async () => {
  const full: KeyValueStorage = {
    getItem: () => null,
    setItem() {
      throw new DOMException('full', 'QuotaExceededError');
    },
    removeItem() {},
  };
  const harness = await live({}, new MapStorage(), 'ada', full);
  assert.equal(harness.session.view.outboxIsVolatile, false);
  const id = harness.session.ask('still works?');
  assert.equal(harness.session.view.outboxIsVolatile, true);
  await settled();
  deliver(harness, snapshot([question(id, 1, 'still works?'), answer('a', 2, id)]), complete('a', 0));
  assert.equal(harness.session.view.outboxIsVolatile, false);
  harness.session.ask('again?');
  assert.deepEqual(
    harness.events.error.map(({ error }) => error.reason),
    ['storage_unavailable'],
  );
});

// — Silence —————————————————————————————————————————————————————————————————————————————————————————————————————

test('an open answer that says nothing for long is said to be awaited, until it goes on', async () => {
  const harness = await live();
  deliver(harness, snapshot([question('q', 1, 'x'), answer('a', 2, 'q')], { covers: [0, 2] }));
  assert.equal(harness.session.view.stalled, false);
  harness.clock.advance(13_000);
  deliver(harness, page([], { covers: [3, 2] }));
  assert.equal(harness.session.view.stalled, true);
  deliver(harness, chunk('a', 0, 'Here I am.'));
  assert.equal(harness.session.view.stalled, false);
  assert.deepEqual(harness.events.progress, [
    { messageId: 'a', incomplete: false, stalled: true },
    { messageId: 'a', incomplete: false, stalled: false },
  ]);
});

test('a subscription that answers nothing on a living connection is made anew', async () => {
  const harness = await live();
  let renewed = 0;
  Object.assign(harness.connection, { renew: () => renewed++ });
  harness.wake();
  harness.clock.advance(120_000);
  assert.ok(renewed >= 1);
});

test('a text that is fetched again after a contradiction is told once', async () => {
  const harness = await live();
  deliver(
    harness,
    snapshot([question('q', 1, 'x'), answer('a', 2, 'q')], { covers: [0, 2] }),
    chunk('a', 0, 'one two '),
    complete('a', 4),
    page([answer('a', 2, 'q', { status: 'streaming', offset: 0, content: 'one ' })], { covers: [3, 2] }),
    chunk('a', 4, 'two three'),
    complete('a', 13),
  );
  assert.deepEqual(
    harness.events.chunk.map(({ content }) => content),
    ['one two ', 'three'],
  );
  assert.deepEqual(
    harness.events.complete.map(({ text }) => text),
    ['one two three'],
  );
});

test('what it has been through is counted', async () => {
  const harness = await live();
  deliver(
    harness,
    snapshot([question('q', 1, 'x'), answer('a', 2, 'q')], { covers: [0, 2] }),
    chunk('a', 0, 'one '),
    chunk('a', 0, 'one '),
    chunk('a', 8, 'three'),
  );
  harness.connection.deliver('nonsense');
  harness.connection.drop();
  harness.connection.accept();
  harness.clock.advance(0);
  deliver(
    harness,
    hello(),
    page([answer('a', 2, 'q', { status: 'streaming', offset: 4, content: 'two ' })], { covers: [3, 2] }),
  );
  assert.deepEqual(harness.session.stats, {
    frames: 9,
    dropped: 1,
    duplicates: 1,
    keptAside: 1,
    contradictions: 0,
    resumes: 2,
    reconnects: 1,
    recoveredBytes: 9,
  });
});
