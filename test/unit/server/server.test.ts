/** The whole embedded server, through its sockets: the channels and the chat wired to the cable, restarts, shutting down. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { afterEach, describe, test } from 'node:test';
import type { Provider } from '../../../templates/node/src/providers/provider.js';
import { CableClient } from '../../support/cable-client.js';
import type { RawFrame } from '../../support/cable-client.js';
import { identifyByHeader, startTestServer } from '../../support/server.js';
import type { TestServer, TestServerOptions } from '../../support/server.js';

let host: TestServer | undefined;
const start = async (options: TestServerOptions = {}) =>
  (host = await startTestServer({ identify: identifyByHeader, ...options }));
afterEach(async () => {
  await host?.stop();
  host = undefined;
});

const messageOf = (frame: RawFrame) => (frame['message'] ?? {}) as Record<string, unknown>;
const typed = (type: string) => (frame: RawFrame) => messageOf(frame)['type'] === type;
const chat = (conversation: string) => JSON.stringify({ channel: 'AssistantChannel', conversation_id: conversation });
const connect = async (cableUrl: string, user = 'ada') => {
  const client = await CableClient.connect(cableUrl, { headers: { 'x-user': user } });
  await client.next({ type: 'welcome' });
  return client;
};

/** Says one word, then waits until the test lets it go on. */
function gatedProvider(): { readonly provider: Provider; readonly release: () => void } {
  let release!: () => void;
  const gate = new Promise<void>((resolve) => (release = resolve));
  const provider: Provider = {
    name: 'gated',
    async *answer({ signal }) {
      yield 'first ';
      await Promise.race([gate, new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))]);
      signal.throwIfAborted();
      yield 'second';
      return 'stop';
    },
  };
  return { provider, release };
}

describe('AssistantChannel', () => {
  test('a question is answered by the demo model, whole, and survives a restart', async () => {
    const { cableUrl, server, restart } = await start();
    const conversation = randomUUID();
    const client = await connect(cableUrl);
    await client.subscribe(chat(conversation));
    client.perform(chat(conversation), 'resume', { cursors: {} });
    assert.equal(messageOf(await client.next(typed('hello')))['user'], 'ada');
    await client.next(typed('snapshot'));
    client.perform(chat(conversation), 'ask', { client_id: randomUUID(), message: 'Hello!' });
    const complete = messageOf(await client.next(typed('complete')));
    const answer = String(complete['message_id']);
    const text = client.frames
      .map(messageOf)
      .filter((message) => message['type'] === 'chunk' && message['message_id'] === answer)
      .reduce((sum, message) => {
        assert.equal(message['offset'], Buffer.byteLength(sum));
        return sum + String(message['content']);
      }, '');
    assert.equal(complete['status'], 'complete');
    assert.equal(complete['bytes'], Buffer.byteLength(text));
    assert.equal(server.chat.storedText(answer)?.text, text);

    await restart();
    assert.equal((await client.closed).code, 1001);
    const back = await connect(cableUrl);
    await back.subscribe(chat(conversation));
    back.perform(chat(conversation), 'resume', { cursors: {} });
    const snapshot = messageOf(await back.next(typed('snapshot')));
    const entry = (snapshot['messages'] as Record<string, unknown>[]).find(({ id }) => id === answer);
    assert.deepEqual([entry?.['content'], entry?.['status']], [text, 'complete']);
  });

  test('another visitor’s conversation stays theirs', async () => {
    const { cableUrl } = await start();
    const conversation = randomUUID();
    const [ada, eve] = [await connect(cableUrl, 'ada'), await connect(cableUrl, 'eve')];
    await ada.subscribe(chat(conversation));
    await eve.subscribe(chat(conversation));
    ada.perform(chat(conversation), 'ask', { client_id: randomUUID(), message: 'A secret' });
    await ada.next(typed('complete'));
    eve.perform(chat(conversation), 'resume', { cursors: {} });
    assert.equal(messageOf(await eve.next(typed('error')))['code'], 'forbidden');
    assert.ok(!JSON.stringify(eve.frames).includes('A secret'));
  });

  test('a second tab of the same visitor sees the answer live', async () => {
    const { cableUrl } = await start();
    const conversation = randomUUID();
    const [one, two] = [await connect(cableUrl), await connect(cableUrl)];
    await one.subscribe(chat(conversation));
    await two.subscribe(chat(conversation));
    one.perform(chat(conversation), 'ask', { client_id: randomUUID(), message: 'Hello!' });
    assert.deepEqual(await one.next(typed('complete')), await two.next(typed('complete')));
  });

  test('without a conversation’s id there is no subscription', async () => {
    const { cableUrl } = await start();
    const client = await connect(cableUrl);
    assert.equal((await client.subscribe('{"channel":"AssistantChannel"}'))['type'], 'reject_subscription');
  });
});

test('LlmStreamChannel streams plain chunks and a plain end', async () => {
  const { cableUrl } = await start();
  const client = await connect(cableUrl);
  const identifier = '{"channel":"LlmStreamChannel"}';
  await client.subscribe(identifier);
  client.perform(identifier, 'generate', { prompt: 'Hello!' });
  assert.deepEqual(messageOf(await client.next(typed('complete'))), { type: 'complete' });
  const chunks = client.frames.map(messageOf).filter(({ type }) => type === 'chunk');
  assert.ok(chunks.length > 0 && chunks.every((chunk) => typeof chunk['content'] === 'string'));
});

describe('the visitor’s cookie', () => {
  test('comes with the handshake when the page brought none, and makes the same visitor again', async () => {
    host = await startTestServer();
    const { cableUrl } = host;
    const conversation = randomUUID();
    const userOf = async (cookie?: string) => {
      const client = await CableClient.connect(cableUrl, cookie === undefined ? {} : { headers: { cookie } });
      await client.subscribe(chat(conversation));
      client.perform(chat(conversation), 'resume', { cursors: {} });
      const { user } = messageOf(await client.next(typed('hello')));
      return { user, cookie: client.responseHeaders['set-cookie']?.[0]?.split(';')[0] };
    };
    const first = await userOf();
    assert.match(String(first.cookie), /^visitor=/);
    assert.deepEqual(await userOf(first.cookie), { user: first.user, cookie: undefined });
    assert.notEqual((await userOf()).user, first.user);
  });
});

describe('closing', () => {
  test('an answer under way may finish, and everybody sees it before the goodbye', async () => {
    const { provider, release } = gatedProvider();
    const { cableUrl, server } = await start({ provider });
    const client = await connect(cableUrl);
    const identifier = chat(randomUUID());
    await client.subscribe(identifier);
    client.perform(identifier, 'ask', { client_id: randomUUID(), message: '?' });
    await client.next(typed('chunk'));
    const closing = server.close({ drainMs: 60_000 });
    client.perform(identifier, 'ask', { client_id: randomUUID(), message: 'too late' });
    release();
    assert.equal(messageOf(await client.next(typed('complete')))['status'], 'complete');
    assert.equal((await client.next())['reason'], 'server_restart');
    await closing;
    assert.ok(!JSON.stringify(client.frames).includes('too late'));
  });

  test('one that does not finish is closed as interrupted, with what it had', async () => {
    const { provider } = gatedProvider();
    const { cableUrl, server } = await start({ provider });
    const client = await connect(cableUrl);
    const identifier = chat(randomUUID());
    await client.subscribe(identifier);
    client.perform(identifier, 'ask', { client_id: randomUUID(), message: '?' });
    await client.next(typed('chunk'));
    await server.close();
    const complete = messageOf(await client.next(typed('complete')));
    assert.deepEqual([complete['status'], complete['bytes']], ['failed', 'first '.length]);
    assert.deepEqual(await client.next(), { type: 'disconnect', reason: 'server_restart', reconnect: true });
  });

  test('starting at a taken port fails without touching anything', async () => {
    const { server } = await start();
    await assert.rejects(startTestServer({ environment: { HOST: '203.0.113.1' } }), { name: 'ListenError' });
    await assert.rejects(startTestServer({ cable: { pingInterval: -1 } }), { name: 'CableError' });
    assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
  });
});

test('the page’s files are where the page expects them', async () => {
  const { url } = await start();
  const health = await fetch(`${url}/healthz`);
  assert.deepEqual(await health.json(), { status: 'ok', connections: 0, open_answers: 0 });
  assert.equal((await fetch(`${url}/cable-chat/../../package.json`)).status, 404);
});
