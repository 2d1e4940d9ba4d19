/** `POST /cable_chat/actions`: the chat without a channel, over a signed stream and HTTP. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { afterEach, describe, test } from 'node:test';
import type { Provider } from '../../../../templates/node/src/providers/provider.js';
import { CableClient } from '../../../support/cable-client.js';
import { forgeToken } from '../../../support/forged-token.js';
import type { TestServer, TestServerOptions } from '../../../support/server.js';
import { SECRET, cookieOf, send, startWithSecret } from './support/api.js';
import type { RequestHeaders } from './support/api.js';

let host: TestServer | undefined;
const start = async (options: TestServerOptions = {}) => (host = await startWithSecret(options));
afterEach(async () => {
  await host?.stop();
  host = undefined;
});

type Frames = readonly Readonly<Record<string, unknown>>[];

async function post(visitor: string | undefined, body: unknown, headers: RequestHeaders = {}) {
  const { url } = host!;
  const cookie = visitor && cookieOf(visitor);
  const all = { 'content-type': 'application/json', origin: url, ...(cookie && { cookie }), ...headers };
  const answer = await send(`${url}/cable_chat/actions`, all, body);
  return { ...answer, frames: (answer.json['frames'] ?? []) as Frames };
}

const bearer = (user: string, more: Record<string, unknown> = {}) => ({
  authorization: `Bearer ${forgeToken({ secret: SECRET, payload: { ext: JSON.stringify({ user }), ...more } })}`,
});

describe('the chat', () => {
  test('answers over the signed stream what was asked by HTTP', async () => {
    const { cableUrl, server } = await start();
    const conversation = randomUUID();
    const named = await post('ada', { action: 'stream', conversation_id: conversation });
    assert.deepEqual([named.status, named.frames], [200, []]);
    // Without a cookie: the name is all that it takes to listen.
    const client = await CableClient.connect(cableUrl);
    const signed_stream_name = String(named.json['signed_stream_name']);
    const identifier = JSON.stringify({ channel: '$pubsub', signed_stream_name });
    assert.equal((await client.subscribe(identifier))['type'], 'confirm_subscription');

    const clientId = randomUUID();
    const asked = await post('ada', {
      action: 'ask',
      conversation_id: conversation,
      client_id: clientId,
      message: 'Hello!',
    });
    assert.equal(asked.headers.get('cache-control'), 'no-store');
    assert.equal(asked.frames[0]?.['type'], 'snapshot');
    assert.ok(JSON.stringify(asked.frames[0]).includes(clientId));
    const typed = (type: string) => (frame: Readonly<Record<string, unknown>>) =>
      (frame['message'] as Record<string, unknown> | undefined)?.['type'] === type;
    const complete = await client.next(typed('complete'));
    const { message_id: answer, status } = complete['message'] as Record<string, unknown>;
    assert.equal(status, 'complete');
    assert.ok(Number(complete['offset']) > 0, 'it has its place in the stream');

    const resumed = await post('ada', { action: 'resume', conversation_id: conversation, cursors: {} });
    assert.deepEqual(
      resumed.frames.map(({ type }) => type),
      ['hello', 'snapshot'],
    );
    assert.ok(JSON.stringify(resumed.frames).includes(JSON.stringify(server.chat.storedText(String(answer))?.text)));
  });

  test('knows a visitor by token as the same one on the cable', async () => {
    await start();
    const conversation = randomUUID();
    const { frames } = await post(undefined, { action: 'resume', conversation_id: conversation }, bearer('ada'));
    assert.equal(frames[0]?.['user'], 'ada');
  });

  test('keeps a conversation from everybody else, and refuses in its own words', async () => {
    await start();
    const conversation = randomUUID();
    await post('ada', { action: 'ask', conversation_id: conversation, client_id: randomUUID(), message: 'A secret' });
    for (const action of ['resume', 'history', 'ask', 'stop']) {
      const data = { client_id: randomUUID(), message: '?', message_id: randomUUID(), before: 9 };
      const answer = await post('eve', { action, conversation_id: conversation, ...data });
      assert.equal(answer.status, 200);
      assert.deepEqual(
        answer.frames.map(({ type, code }) => [type, code]),
        [['error', 'forbidden']],
        action,
      );
      assert.ok(!answer.text.includes('A secret'));
    }
    const name = async (visitor: string) =>
      (await post(visitor, { action: 'stream', conversation_id: conversation })).json['signed_stream_name'];
    assert.notEqual(await name('eve'), await name('ada'), 'and its stream is another one');
  });

  test('names no stream that the cable would reject for its length', async () => {
    const { cableUrl } = await start();
    const conversation_id = randomUUID();
    const ask = (length: number) => post(undefined, { action: 'stream', conversation_id }, bearer('x'.repeat(length)));
    const long = await ask(2_900);
    assert.equal(long.status, 200);
    const client = await CableClient.connect(cableUrl);
    const { signed_stream_name } = long.json;
    const identifier = JSON.stringify({ channel: '$pubsub', signed_stream_name });
    assert.equal((await client.subscribe(identifier))['type'], 'confirm_subscription');
    const tooLong = await ask(3_100);
    assert.deepEqual([tooLong.status, tooLong.code], [422, 'unprocessable']);
  });

  test('obeys its limits here as well', async () => {
    await start({ environment: { ASKS_PER_MINUTE: '1' } });
    const ask = () =>
      post('ada', { action: 'ask', conversation_id: randomUUID(), client_id: randomUUID(), message: 'Hello!' });
    await ask();
    assert.equal((await ask()).frames[0]?.['code'], 'rate_limited');
    const unknown = await post('ada', { action: 'dance', conversation_id: randomUUID() });
    assert.equal(unknown.frames[0]?.['code'], 'invalid');
  });
});

describe('who may', () => {
  const refused: [name: string, headers: RequestHeaders, status: number, code: string][] = [
    ['no page of another origin', { origin: 'https://elsewhere.test' }, 403, 'forbidden_origin'],
    ['nor with a token', { origin: 'https://elsewhere.test', ...bearer('ada') }, 403, 'forbidden_origin'],
    ['no page of another site', { origin: undefined, 'sec-fetch-site': 'cross-site' }, 403, 'forbidden_origin'],
    ['no form', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'unsupported_media_type'],
    ['no form that pretends', { 'content-type': 'text/plain; application/json' }, 415, 'unsupported_media_type'],
    ['nobody without saying what it is', { 'content-type': undefined }, 415, 'unsupported_media_type'],
    ['no expired token', bearer('ada', { exp: 1 }), 401, 'token_expired'],
    ['no forged token', { authorization: `Bearer ${forgeToken({ secret: 'mine' })}` }, 401, 'unauthorized'],
    [
      'no unsigned token',
      { authorization: `Bearer ${forgeToken({ secret: SECRET, header: { alg: 'none' }, hash: 'none' })}` },
      401,
      'unauthorized',
    ],
    ['no token that is none', { authorization: 'Bearer ada' }, 401, 'unauthorized'],
    ['no bearer of nothing, although there is a cookie', { authorization: 'Bearer' }, 401, 'unauthorized'],
    ['no bearer of several things', { authorization: 'Bearer a b' }, 401, 'unauthorized'],
  ];
  for (const [name, headers, status, code] of refused) {
    test(name, async () => {
      const { server } = await start();
      const conversation = randomUUID();
      const asked = { action: 'ask', conversation_id: conversation, client_id: randomUUID(), message: 'Hello!' };
      const answer = await post('ada', JSON.stringify(asked), headers);
      assert.deepEqual([answer.status, answer.code], [status, code]);
      assert.equal(server.chat.ownerOf(asked.client_id), undefined, 'nothing was done');
    });
  }

  test('a token counts before the cookie; another scheme is no token', async () => {
    await start();
    const resume = { action: 'resume', conversation_id: randomUUID() };
    assert.equal((await post('eve', resume, bearer('ada'))).frames[0]?.['user'], 'ada');
    const basic = await post('eve', resume, { authorization: 'Basic YTpi' });
    assert.equal(basic.frames[0]?.['user'], (await post('eve', resume)).frames[0]?.['user']);
  });

  test('where tokens are enforced, nobody without one', async () => {
    await start({ environment: { ENFORCE_JWT: '1' } });
    const resume = { action: 'resume', conversation_id: randomUUID() };
    const answer = await post('ada', resume);
    assert.deepEqual([answer.status, answer.code], [401, 'unauthorized']);
    assert.equal((await post(undefined, resume, bearer('ada'))).status, 200);
  });

  test('where tokens are enforced, a site’s own way to identify is for the token endpoint only', async () => {
    await start({ environment: { ENFORCE_JWT: '1' }, identify: () => ({ user: 'ada' }) });
    const answer = await post(undefined, { action: 'resume', conversation_id: randomUUID() });
    assert.deepEqual([answer.status, answer.code], [401, 'unauthorized']);
  });

  test('a program without an origin, with a token, also where origins are listed', async () => {
    await start({ environment: { ALLOWED_ORIGINS: 'www.example.test' } });
    const resume = { action: 'resume', conversation_id: randomUUID() };
    assert.equal((await post(undefined, resume, { origin: undefined, ...bearer('ada') })).status, 200);
    const listed = await post(undefined, resume, { origin: 'https://www.example.test', ...bearer('ada') });
    assert.equal(listed.headers.get('access-control-allow-origin'), 'https://www.example.test');
  });
});

describe('what is no action', () => {
  const conversation = randomUUID();
  const bad: [name: string, body: string, status: number, message: RegExp][] = [
    ['nothing', '', 400, /not JSON/],
    ['no JSON', '{"action":', 400, /not JSON/],
    ['no object', '[]', 400, /JSON object/],
    ['no name', JSON.stringify({ conversation_id: conversation }), 400, /^action must be/],
    ['a name that is none', JSON.stringify({ action: 7, conversation_id: conversation }), 400, /^action must be/],
    ['no conversation', '{"action":"resume"}', 400, /^conversation_id must be a UUID/],
    ['a conversation that is none', '{"action":"resume","conversation_id":"x"}', 400, /UUID/],
    ['too much', JSON.stringify({ action: 'ask', message: 'x'.repeat(70_000) }), 413, /65536 bytes/],
    ['far too much', JSON.stringify({ action: 'ask', message: 'x'.repeat(3_000_000) }), 413, /65536 bytes/],
  ];
  for (const [name, body, status, message] of bad) {
    test(`${name} is answered ${status}`, async () => {
      await start();
      const answer = await post('ada', body);
      assert.equal(answer.status, status);
      assert.equal(answer.headers.get('content-type'), 'application/json; charset=utf-8');
      assert.match(String((answer.json['error'] as { message: string }).message), message);
    });
  }
});

test('a flood of one visitor is slowed down, and nobody else waits for it', async () => {
  await start();
  const resume = { action: 'resume', conversation_id: randomUUID() };
  const flood = Array.from({ length: 200 }, () => post('eve', resume));
  const ada = await Promise.all(Array.from({ length: 5 }, () => post('ada', resume)));
  assert.deepEqual([...new Set(ada.map(({ status }) => status))], [200]);
  const statuses = new Set((await Promise.all(flood)).map(({ status, code }) => `${status} ${String(code)}`));
  for (const status of statuses) assert.match(status, /^(200 undefined|429 rate_limited)$/);
});

test('a server that shuts down takes none any more', async () => {
  let release!: () => void;
  const gate = new Promise<void>((resolve) => (release = resolve));
  const provider: Provider = {
    name: 'gated',
    async *answer() {
      yield 'first ';
      await gate;
      return 'stop';
    },
  };
  const { server, url } = await start({ provider });
  const conversation_id = randomUUID();
  await post('ada', { action: 'ask', conversation_id, client_id: randomUUID(), message: 'Hello!' });
  // This one began before: its headers have arrived, and the rest of its body comes later.
  const body = JSON.stringify({ action: 'resume', conversation_id });
  const headers = {
    'content-type': 'application/json',
    'content-length': body.length,
    origin: url,
    expect: '100-continue',
  };
  const outgoing = request(`${url}/cable_chat/actions`, { method: 'POST', headers, agent: false });
  const answered = new Promise<IncomingMessage>((resolve, reject) =>
    outgoing.on('response', resolve).on('error', reject),
  );
  await new Promise<void>((resolve) => {
    outgoing.on('continue', () => resolve());
    outgoing.flushHeaders();
  });
  const closing = server.close({ drainMs: 60_000 });
  outgoing.end(body);
  const response = await answered;
  assert.deepEqual([response.statusCode, response.headers['retry-after']], [503, '1']);
  assert.match(String(await response.toArray()), /"code":"shutting_down"/);
  release();
  await closing;
});
