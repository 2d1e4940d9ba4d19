/** The channel of pages that draw the answers themselves: what its hooks hear, over a scripted connection. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { after, afterEach, before, beforeEach, mock, test } from 'node:test';
import fc from 'fast-check';
import { AssistantChannel, type AssistantChannelOptions } from '../../widget/src/assistant-channel.js';
import { ActionError, ConfigurationError } from '../../widget/src/errors.js';
import type { ServerFrame, SnapshotEntry } from '../../widget/src/protocol/frames.js';
import { type MemorySubscription, MemoryTransport } from '../../widget/src/transport/memory.js';
import { answer, chunk, complete, hello, question, refusal, snapshot } from '../support/frames.js';
import { randomly } from '../support/seed.js';
import { MapStorage, settled } from '../support/session.js';

/** As much of a page as a session looks at. */
const surroundings: readonly (readonly [name: string, value: unknown])[] = [
  ['document', Object.assign(manyHeard(), { baseURI: 'https://example.com/', querySelector: () => null })],
  ['window', manyHeard()],
  ['localStorage', new MapStorage()],
  ['sessionStorage', new MapStorage()],
];
const reported: unknown[] = [];

/** Each test has a session of its own, and the last ones linger: more listeners than Node takes for honest. */
function manyHeard(): EventTarget {
  const target = new EventTarget();
  setMaxListeners(0, target);
  return target;
}

before(() => {
  for (const [name, value] of [...surroundings, ['reportError', (error: unknown) => reported.push(error)] as const]) {
    Object.defineProperty(globalThis, name, { value, configurable: true });
  }
});
after(() => {
  for (const [name] of surroundings) Reflect.deleteProperty(globalThis, name);
  Reflect.deleteProperty(globalThis, 'reportError');
});
beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'] }));
afterEach(() => {
  mock.timers.reset();
  assert.deepEqual(reported.splice(0), [], 'nothing was thrown that the test did not expect');
});

/** A session that everybody has let go of is kept for less than this. */
const LINGER_MS = 2_500;

/** What the hooks heard, each call as its name and arguments. */
class RecordingChannel extends AssistantChannel {
  readonly heard: (readonly [hook: string, ...words: unknown[]])[] = [];

  override onStart(conversationId: string): void {
    this.heard.push(['start', conversationId]);
  }

  override onChunk(content: string, responseBuffer: string): void {
    this.heard.push(['chunk', content, responseBuffer]);
  }

  override onComplete(
    responseBuffer: string,
    conversationId: string,
    { status }: Parameters<AssistantChannel['onComplete']>[2],
  ): void {
    this.heard.push([status, responseBuffer, conversationId]);
  }

  override onError(message: string, { error }: Parameters<AssistantChannel['onError']>[1]): void {
    this.heard.push(['error', message, 'reason' in error && error.reason]);
  }

  hooks(): string[] {
    return this.heard.map(([hook]) => hook);
  }
}

function page(messages: readonly SnapshotEntry[]): ServerFrame {
  return snapshot(messages, { covers: [0, Math.max(0, ...messages.map(({ position }) => position))], more: false });
}

function deliver(connection: MemorySubscription, ...frames: ServerFrame[]): void {
  const conversation_id = connection.params['conversation_id'];
  for (const frame of frames) connection.deliver({ ...frame, conversation_id });
}

async function passes(milliseconds: number): Promise<void> {
  await settled();
  mock.timers.tick(milliseconds);
  await settled();
}

/** The server takes the connection (again), and answers the first `resume` with these messages. */
async function serve(connection: MemorySubscription, messages: readonly SnapshotEntry[] = []): Promise<void> {
  connection.accept();
  await passes(1_000);
  deliver(connection, hello(), page(messages));
  await settled();
}

interface Opened<Channel extends AssistantChannel> {
  readonly channel: Channel;
  readonly transport: MemoryTransport;
  readonly conversationId: string;
  /** The subscription of now. */
  readonly connection: () => MemorySubscription;
}

function open(options?: AssistantChannelOptions): Promise<Opened<RecordingChannel>>;
function open<Channel extends AssistantChannel>(
  options: AssistantChannelOptions,
  Kind: new (options: AssistantChannelOptions) => Channel,
): Promise<Opened<Channel>>;
async function open(
  options: AssistantChannelOptions = {},
  Kind: new (options: AssistantChannelOptions) => AssistantChannel = RecordingChannel,
): Promise<Opened<AssistantChannel>> {
  const transport = new MemoryTransport();
  const conversationId = randomUUID();
  const channel = new Kind({ transport, conversationId, ...options });
  channel.connect();
  const connection = () => transport.subscriptions.at(-1) ?? assert.fail('nothing was subscribed');
  await serve(connection());
  return { channel, transport, conversationId, connection };
}

/** Asks, and lets the server take it; returns the question's id. The answer is `a`. */
async function asked({ channel, connection }: Opened<AssistantChannel>, text = 'What is it?'): Promise<string> {
  const id = await channel.ask(text);
  await settled();
  deliver(connection(), snapshot([question(id, 1, text), answer('a', 2, id)]));
  return id;
}

function performed({ connection }: Opened<AssistantChannel>, action: string) {
  return connection().performed.filter((one) => one.action === action);
}

test('the hooks hear a start, each piece once, and the end with the whole text', async () => {
  const opened = await open();
  const { channel, conversationId, connection } = opened;
  const id = await asked(opened);
  assert.deepEqual(performed(opened, 'ask')[0]?.data, { client_id: id, message: 'What is it?' });
  deliver(connection(), chunk('a', 3, 'is.'), chunk('a', 0, 'It '), chunk('a', 0, 'It '), chunk('a', 3, 'is.'));
  deliver(connection(), complete('a', 6), complete('a', 6));
  await settled();
  assert.deepEqual(channel.heard, [
    ['start', conversationId],
    ['chunk', 'It is.', 'It is.'],
    ['complete', 'It is.', conversationId],
  ]);
  channel.disconnect();
});

test('what a reset ate is fetched and told once, before the end', async () => {
  const opened = await open();
  const { channel, connection } = opened;
  const id = await asked(opened);
  deliver(connection(), chunk('a', 0, 'one '));
  connection().drop();
  assert.equal(channel.view?.connection, 'offline');
  connection().accept();
  await passes(1_000);
  assert.deepEqual(performed(opened, 'resume').at(-1)?.data['cursors'], { a: 4 });
  deliver(connection(), chunk('a', 8, 'three'), hello());
  assert.deepEqual(channel.heard.at(-1), ['chunk', 'one ', 'one ']);
  deliver(
    connection(),
    page([question(id, 1, 'What is it?'), answer('a', 2, id, { status: 'streaming', offset: 4, content: 'two ' })]),
    complete('a', 13),
  );
  await settled();
  assert.deepEqual(
    channel.heard.slice(1).map(([hook, words]) => [hook, words]),
    [
      ['chunk', 'one '],
      ['chunk', 'two three'],
      ['complete', 'one two three'],
    ],
  );
  channel.disconnect();
});

test('a loss without a reset is noticed, and the end waits for it', async () => {
  const opened = await open();
  const { channel, connection } = opened;
  const id = await asked(opened);
  deliver(connection(), chunk('a', 0, 'one '), chunk('a', 8, 'three'), complete('a', 13));
  await settled();
  assert.deepEqual(channel.hooks(), ['start', 'chunk']);
  await passes(2_000);
  assert.deepEqual(performed(opened, 'resume').at(-1)?.data['cursors'], { a: 4 });
  const rest = answer('a', 2, id, { status: 'complete', offset: 4, content: 'two three', bytes: 13 });
  deliver(connection(), page([question(id, 1, 'What is it?'), rest]));
  assert.deepEqual(channel.heard.slice(2), [
    ['chunk', 'two three', 'one two three'],
    ['complete', 'one two three', channel.view?.conversationId],
  ]);
  channel.disconnect();
});

test('hooks may be assigned, at any time, and ask on from the end', async () => {
  const opened = await open({}, AssistantChannel);
  const { channel, connection } = opened;
  const heard: unknown[] = [];
  await asked(opened);
  deliver(connection(), chunk('a', 0, 'Not heard. '));
  channel.onChunk = (content, responseBuffer) => heard.push(content, responseBuffer);
  channel.onComplete = (responseBuffer) => {
    heard.push(responseBuffer);
    void channel.ask('And then?');
  };
  deliver(connection(), chunk('a', 11, 'Heard.'), complete('a', 17));
  await settled();
  assert.deepEqual(heard, ['Heard.', 'Not heard. Heard.', 'Not heard. Heard.']);
  assert.equal(performed(opened, 'ask').at(-1)?.data['message'], 'And then?');
  channel.disconnect();
});

test('a hook that throws is reported, and keeps nobody from hearing', async () => {
  const opened = await open();
  const { channel, connection } = opened;
  channel.onStart = () => {
    throw new Error('from onStart');
  };
  channel.onChunk = () => {
    throw new Error('from onChunk');
  };
  await asked(opened);
  deliver(connection(), chunk('a', 0, 'It '), chunk('a', 3, 'is.'), complete('a', 6));
  assert.deepEqual(channel.hooks(), ['complete']);
  assert.deepEqual(reported.splice(0).map(String), [
    'Error: from onStart',
    'Error: from onChunk',
    'Error: from onChunk',
  ]);
  channel.disconnect();
});

test('an answer that fails is an error with what there is of it; retry asks for another', async () => {
  const opened = await open();
  const { channel, connection } = opened;
  const details: unknown[] = [];
  channel.onError = (message, { messageId, text, error }) =>
    details.push([message, messageId, text, 'reason' in error && error.reason]);
  await asked(opened);
  const error = { code: 'provider_error', message: 'The model failed.', retryable: true };
  deliver(connection(), chunk('a', 0, 'It '), complete('a', 3, { status: 'failed', error }));
  assert.deepEqual(details, [['The model failed.', 'a', 'It ', 'provider_error']]);
  await channel.retry();
  await settled();
  assert.equal(performed(opened, 'regenerate').at(-1)?.data['message_id'], 'a');
  assert.deepEqual(channel.hooks(), ['start', 'chunk'], 'a wish is no answer yet');
  deliver(connection(), refusal(String(performed(opened, 'regenerate').at(-1)?.data['client_id']), 'rate_limited'));
  await settled();
  assert.deepEqual(channel.hooks(), ['start', 'chunk'], 'and none when it was refused');
  assert.deepEqual(
    details.map((detail) => (detail as unknown[])[0]),
    ['The model failed.', 'Refused: rate_limited.'],
  );
  channel.disconnect();
});

test('a question that is refused is an error with its id; retry sends the same one again', async () => {
  const opened = await open();
  const { channel, connection } = opened;
  const id = await channel.ask('Too soon?');
  await settled();
  deliver(connection(), refusal(id, 'rate_limited'));
  assert.deepEqual(channel.heard, [['error', 'Refused: rate_limited.', 'rate_limited']]);
  await channel.retry(id);
  await settled();
  assert.deepEqual(
    performed(opened, 'ask').map(({ data }) => data['client_id']),
    [id, id],
  );
  channel.disconnect();
});

test('retry with nothing that failed, and questions that cannot be sent, reject with the reason', async () => {
  const opened = await open();
  const { channel, conversationId } = opened;
  const reason = (expected: string) => (error: unknown) => error instanceof ActionError && error.reason === expected;
  await assert.rejects(channel.retry(), reason('not_supported'));
  await assert.rejects(channel.ask(' '), reason('empty'));
  await assert.rejects(channel.ask('é'.repeat(20_000)), reason('too_long'));
  await assert.rejects(channel.ask(42 as never), TypeError);
  await assert.rejects(Reflect.apply(channel.ask, channel, []), TypeError);
  await asked(opened);
  await assert.rejects(channel.ask('busy?'), reason('busy'));
  assert.equal(performed(opened, 'ask').length, 1);
  assert.equal(channel.view?.conversationId, conversationId);
  channel.disconnect();
});

test('the form with a conversation asks in this one, and never in another', async () => {
  const opened = await open();
  const { channel, conversationId } = opened;
  await assert.rejects(
    channel.ask(randomUUID(), 'elsewhere?'),
    (error) => error instanceof ActionError && error.message.includes(conversationId),
  );
  await channel.ask(conversationId.toUpperCase(), 'here?');
  await settled();
  assert.deepEqual(
    performed(opened, 'ask').map(({ data }) => data['message']),
    ['here?'],
  );
  channel.disconnect();
});

test('stop ends the answer; what there is of it is its text', async () => {
  const opened = await open();
  const { channel, connection, conversationId } = opened;
  await asked(opened);
  deliver(connection(), chunk('a', 0, 'It '));
  channel.stop();
  await settled();
  assert.deepEqual(performed(opened, 'stop')[0]?.data, { message_id: 'a' });
  deliver(connection(), complete('a', 3, { status: 'stopped' }));
  assert.deepEqual(channel.heard.at(-1), ['stopped', 'It ', conversationId]);
  channel.disconnect();
});

test('a plain backend’s frames, without ids and offsets, reach the same hooks', async () => {
  const transport = new MemoryTransport();
  const conversationId = randomUUID();
  const options = { transport, conversationId, channel: 'LlmStreamChannel', action: 'generate' };
  const channel = new RecordingChannel(options);
  await channel.ask('Explain WebSockets.');
  const connection = await transport.nextSubscription();
  connection.accept();
  assert.deepEqual((await connection.nextAction('generate')).data, { prompt: 'Explain WebSockets.' });
  await settled();
  for (const frame of [
    { type: 'chunk', content: 'They ' },
    { type: 'chunk', content: 'stay.' },
    { type: 'complete' },
  ]) {
    connection.deliver(frame);
    await settled();
  }
  assert.deepEqual(channel.heard, [
    ['start', conversationId],
    ['chunk', 'They ', 'They '],
    ['chunk', 'stay.', 'They stay.'],
    ['complete', 'They stay.', conversationId],
  ]);
  channel.disconnect();
});

test('asked before it was connected: kept, and sent once the server is there', async () => {
  const transport = new MemoryTransport();
  const channel = new RecordingChannel({ transport, conversationId: randomUUID() });
  assert.equal(channel.view, undefined);
  channel.stop();
  assert.deepEqual(transport.subscriptions, [], 'nothing is connected by making it');
  const id = await channel.ask('Anybody there?');
  const connection = await transport.nextSubscription();
  assert.deepEqual(connection.performed, []);
  await serve(connection);
  assert.equal((await connection.nextAction('ask')).data['client_id'], id);
  channel.disconnect();
});

test('a subclass names its channel, as it did for @anycable/web; an option wins', async () => {
  class SupportChannel extends AssistantChannel {
    static override readonly identifier = 'Support::AssistantChannel';
  }
  const given = { channelParams: { room: 7 } };
  const { channel, connection, conversationId } = await open(given, SupportChannel);
  assert.equal(connection().channel, 'Support::AssistantChannel');
  assert.deepEqual(connection().params, { room: 7, conversation_id: conversationId });
  channel.disconnect();
  const other = await open({ channel: 'OtherChannel' }, SupportChannel);
  assert.equal(other.connection().channel, 'OtherChannel');
  other.channel.disconnect();
});

test('options that cannot work are named at once, with what to write instead', () => {
  const wrong: readonly (readonly [AssistantChannelOptions, string])[] = [
    [{ url: 'ftp://example.com' }, 'url'],
    [{ conversationId: '42' }, 'conversation-id'],
    [{ channel: 'no channel' }, 'channel'],
    [{ channelParams: { conversation_id: 'x' } }, 'channel-params'],
    [{ tokenUrl: 'javascript:0' }, 'token-url'],
    [{ getToken: 'a token' as never }, 'getToken'],
  ];
  for (const [options, attribute] of wrong) {
    assert.throws(
      () => new AssistantChannel(options),
      (error) => error instanceof ConfigurationError && error.attribute === attribute,
      attribute,
    );
  }
});

test('view is what could be shown, and subscribe tells of its changes', async () => {
  const opened = await open();
  const { channel, connection } = opened;
  const seen: unknown[] = [];
  const end = channel.subscribe(() => seen.push(channel.view?.messages.map(({ text }) => text)));
  await asked(opened);
  deliver(connection(), chunk('a', 0, 'It is.'), complete('a', 6));
  await settled();
  assert.deepEqual(seen.at(-1), ['What is it?', 'It is.']);
  end();
  const before = seen.length;
  deliver(connection(), snapshot([question('q2', 3, 'From another tab', { in_reply_to: 'a' })]));
  await settled();
  channel.disconnect();
  assert.equal(channel.view, undefined);
  assert.equal(seen.length, before);
});

test('one that comes in mid-answer hears all of it; the hooks are never called by connect itself', async () => {
  const first = await open();
  await asked(first);
  deliver(first.connection(), chunk('a', 0, 'one '));
  await settled();
  const { transport, conversationId } = first;
  const second = new RecordingChannel({ transport, conversationId });
  second.connect();
  assert.deepEqual(second.heard, []);
  await settled();
  assert.deepEqual(second.hooks(), ['start', 'chunk']);
  deliver(first.connection(), chunk('a', 4, 'two'), complete('a', 7));
  assert.deepEqual(second.heard.slice(1), [
    ['chunk', 'one ', 'one '],
    ['chunk', 'two', 'one two'],
    ['complete', 'one two', conversationId],
  ]);
  assert.equal(transport.subscriptions.length, 1, 'the same conversation is subscribed to once');
  first.channel.disconnect();
  second.disconnect();
});

test('after disconnect the hooks hear nothing; after another connect, what they had not heard', async () => {
  const opened = await open();
  const { channel, connection, conversationId } = opened;
  const asking = question('q', 1, 'From another tab');
  deliver(connection(), snapshot([asking, answer('a', 2, 'q')]), chunk('a', 0, 'one '));
  channel.disconnect();
  channel.disconnect();
  deliver(connection(), chunk('a', 4, 'two '));
  await passes(LINGER_MS);
  assert.equal(connection().closed, true);
  assert.deepEqual(channel.hooks(), ['start', 'chunk']);

  channel.connect();
  const text = 'one two three';
  const over = answer('a', 2, 'q', { status: 'complete', content: text, bytes: text.length });
  await serve(connection(), [asking, over]);
  await settled();
  assert.deepEqual(channel.heard.slice(2), [
    ['chunk', 'two three', text],
    ['complete', text, conversationId],
  ]);
  channel.disconnect();
});

test('asked, left, and over when it comes back: the answer is news. Older ones are history', async () => {
  const opened = await open();
  const { channel, connection } = opened;
  const id = await channel.ask('What is it?');
  await settled();
  channel.disconnect();
  deliver(connection(), snapshot([question(id, 3, 'What is it?'), answer('new', 4, id)]));
  await passes(LINGER_MS);
  channel.connect();
  const over = (messageId: string, position: number, to: string) =>
    answer(messageId, position, to, { status: 'complete', content: messageId, bytes: messageId.length });
  const old = [question('q0', 1, 'Before?'), over('old', 2, 'q0')];
  await serve(connection(), [...old, question(id, 3, 'What is it?', { in_reply_to: 'old' }), over('new', 4, id)]);
  await settled();
  assert.deepEqual(
    channel.heard.map(([hook, words]) => [hook, words]),
    [
      ['start', channel.view?.conversationId],
      ['chunk', 'new'],
      ['complete', 'new'],
    ],
  );
  channel.disconnect();
});

for (const wrong of ['wrong and long', 'right and longer']) {
  test(`a text that contradicts its proof (${wrong}) begins again, and then is told whole`, async (t) => {
    const opened = await open();
    const { channel, connection, conversationId } = opened;
    channel.onError = () => {};
    t.mock.method(console, 'warn', () => {});
    const id = await asked(opened);
    deliver(connection(), chunk('a', 0, wrong), complete('a', 5));
    await passes(2_000);
    const right = answer('a', 2, id, { status: 'complete', content: 'right', bytes: 5 });
    deliver(connection(), page([question(id, 1, 'What is it?'), right]));
    assert.deepEqual(channel.heard, [
      ['start', conversationId],
      ['chunk', wrong, wrong],
      ['start', conversationId],
      ['chunk', 'right', 'right'],
      ['complete', 'right', conversationId],
    ]);
    channel.disconnect();
  });
}

test('a text that is fetched again, for a proof that was wrong, is not told again', async (t) => {
  const opened = await open();
  const { channel, connection, conversationId } = opened;
  channel.onError = () => {};
  t.mock.method(console, 'warn', () => {});
  const id = await asked(opened);
  deliver(connection(), chunk('a', 0, 'one two '), complete('a', 5));
  await passes(2_000);
  assert.deepEqual(performed(opened, 'resume').at(-1)?.data['cursors'], { a: 0 });
  const half = answer('a', 2, id, { status: 'streaming', content: 'one ' });
  deliver(connection(), page([question(id, 1, 'What is it?'), half]));
  await settled();
  assert.equal(channel.view?.openAnswer?.text, 'one ');
  deliver(connection(), chunk('a', 4, 'two three'), complete('a', 13));
  assert.deepEqual(channel.heard, [
    ['start', conversationId],
    ['chunk', 'one two ', 'one two '],
    ['chunk', 'three', 'one two three'],
    ['complete', 'one two three', conversationId],
  ]);
  channel.disconnect();
});

test('at random: pieces lost, doubled and out of order, resets and disconnects; joined, they are the text', async () => {
  const text = 'Ein Satz mit é, ☂ und 😀, mehr als genug Wörter für viele Stücke.';
  const letters = [...text];
  const offsetOf = (letter: number) => Buffer.byteLength(letters.slice(0, letter).join(''));
  const bytes = Buffer.byteLength(text);
  const piece = fc.record({
    kind: fc.constant('piece' as const),
    from: fc.nat(letters.length - 1),
    length: fc.integer({ min: 1, max: 12 }),
  });
  const step = fc.oneof(
    { weight: 12, arbitrary: piece },
    { weight: 1, arbitrary: fc.constant({ kind: 'reset' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'disconnect' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'end' as const }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const opened = await open();
      const { channel, connection } = opened;
      const id = await asked(opened);
      const rows = (fields: Partial<SnapshotEntry>) => [
        question(id, 1, 'What is it?'),
        answer('a', 2, id, { status: 'streaming', ...fields }),
      ];
      for (const one of steps) {
        switch (one.kind) {
          case 'piece': {
            const content = letters.slice(one.from, one.from + one.length).join('');
            deliver(connection(), chunk('a', offsetOf(one.from), content));
            break;
          }
          case 'end':
            deliver(connection(), complete('a', bytes));
            break;
          case 'reset':
            connection().drop();
            await serve(connection(), rows({}));
            break;
          case 'disconnect':
            channel.disconnect();
            await passes(LINGER_MS);
            channel.connect();
            await serve(connection(), rows({}));
            break;
        }
      }
      await serve(connection(), rows({ status: 'complete', content: text, bytes }));
      await settled();
      assert.deepEqual(
        channel.hooks().filter((hook) => hook !== 'chunk'),
        ['start', 'complete'],
      );
      const pieces = channel.heard.filter(([hook]) => hook === 'chunk');
      assert.equal(pieces.map(([, content]) => content).join(''), text);
      assert.equal(pieces.at(-1)?.[2], text);
      channel.disconnect();
      await passes(LINGER_MS);
    }),
    randomly(60),
  );
});
