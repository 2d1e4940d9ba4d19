/** The lab on the whole server, through its sockets and routes: each fault, and whom it may hit. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { afterEach, describe, test } from 'node:test';
import type { Provider } from '../../../../templates/node/src/providers/provider.js';
import { CableClient, EXTENDED } from '../../../support/cable-client.js';
import type { CableClientOptions, RawFrame } from '../../../support/cable-client.js';
import { forgeToken } from '../../../support/forged-token.js';
import { identifyByHeader, startTestServer } from '../../../support/server.js';
import type { TestServer, TestServerOptions } from '../../../support/server.js';

let host: TestServer | undefined;
const start = async ({ environment, ...options }: TestServerOptions = {}) =>
  (host = await startTestServer({ ...options, environment: { LAB: '1', ...environment } }));
afterEach(async () => {
  await host?.stop();
  host = undefined;
});

const messageOf = (frame: RawFrame) => (frame['message'] ?? {}) as Record<string, unknown>;
const typed = (type: string) => (frame: RawFrame) => messageOf(frame)['type'] === type;
const chat = (conversation: string) => JSON.stringify({ channel: 'AssistantChannel', conversation_id: conversation });
const cookieOf = (visitor: string) => `visitor=${visitor.padEnd(24, '-')}`;

/** Says one word, then nothing until it is aborted. */
const hanging: Provider = {
  name: 'hanging',
  async *answer({ signal }) {
    yield 'first ';
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    signal.throwIfAborted();
    return 'stop';
  },
};

async function connect({ cableUrl }: TestServer, visitor: string, options: CableClientOptions = {}) {
  const client = await CableClient.connect(cableUrl, { ...options, headers: { cookie: cookieOf(visitor) } });
  return { client, first: await client.next() };
}

async function post(
  path: string,
  visitor: string,
  body: unknown = {},
  headers: Record<string, string | undefined> = {},
) {
  const { url } = host!;
  const all = { 'content-type': 'application/json', origin: url, cookie: cookieOf(visitor), ...headers };
  const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const response = await fetch(`${url}/lab/${path}`, {
    method: 'POST',
    headers: given,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const json = (await response.json()) as Record<string, unknown> & { error?: { code: string } };
  return { status: response.status, json, code: json.error?.code };
}

const stored = (visitor: string, id: string) =>
  fetch(`${host!.url}/lab/stored?message_id=${id}`, { headers: { cookie: cookieOf(visitor) } });

/** Asks, and waits for the first piece of the answer. Returns its id. */
async function ask(client: CableClient, identifier: string): Promise<string> {
  await client.subscribe(identifier);
  client.perform(identifier, 'ask', { client_id: randomUUID(), message: 'Hello!' });
  return String(messageOf(await client.next(typed('chunk')))['message_id']);
}

describe('off', () => {
  test('there are no routes, and the page is the plain one', async () => {
    await start({ environment: { LAB: '' } });
    const { url } = host!;
    assert.equal((await fetch(`${url}/lab/stored?message_id=${randomUUID()}`)).status, 404);
    for (const path of ['/lab/cut', '/lab/token', '/lab/restart']) {
      const response = await fetch(`${url}${path}`, { method: 'POST', headers: { origin: url } });
      assert.equal(response.status, 405, 'as for every other path');
      await response.text();
    }
    assert.equal((await fetch(`${url}/lab.js`)).status, 404);
    assert.doesNotMatch(await (await fetch(url)).text(), /lab\.js/);
  });

  test('it stays off where visitors are not known by their cookie', async () => {
    await start({ identify: identifyByHeader });
    assert.equal((await fetch(`${host!.url}/lab.js`)).status, 404);
  });
});

describe('who may do it', () => {
  test('a page of this server, with the visitor’s cookie and a JSON object', async () => {
    await start();
    const tries: [string, number, unknown, Record<string, string | undefined>][] = [
      ['forbidden_origin', 403, {}, { origin: 'https://elsewhere.test' }],
      ['forbidden_origin', 403, {}, { origin: 'null' }],
      ['forbidden_origin', 403, {}, { origin: undefined }],
      ['not_found', 404, {}, { cookie: undefined }],
      ['unsupported_media_type', 415, '{}', { 'content-type': 'text/plain' }],
      ['invalid', 400, '[]', {}],
      ['invalid', 400, '{', {}],
      ['invalid', 400, { message_id: 'x' }, {}],
      ['too_large', 413, { message_id: 'x'.repeat(2_000) }, {}],
    ];
    for (const [code, status, body, headers] of tries) {
      const answer = await post('cut', 'ada', body, headers);
      assert.deepEqual([answer.code, answer.status], [code, status]);
    }
    const get = await fetch(`${host!.url}/lab/cut`);
    assert.deepEqual([get.status, get.headers.get('allow')], [405, 'POST']);
    await get.text();
    assert.equal((await post('cut', 'ada')).status, 200);
    assert.equal((await post('no-such-fault', 'ada').catch(() => ({ status: 405 }))).status, 405);
  });

  test('so often, and no more', async () => {
    await start();
    let answer = await post('cut', 'ada');
    for (let count = 0; answer.status === 200 && count < 100; count++) answer = await post('cut', 'ada');
    assert.equal(answer.code, 'rate_limited');
    assert.equal((await post('cut', 'eve')).status, 200, 'others are not concerned');
  });

  test('a restart needs somebody who can do it', async () => {
    await start();
    assert.equal((await post('restart', 'ada')).code, 'not_found');
  });
});

describe('the faults', () => {
  test('cut: the visitor’s connections end without a word, nobody else’s', async () => {
    const server = await start();
    const [ada, eve] = [await connect(server, 'ada'), await connect(server, 'eve')];
    assert.deepEqual((await post('cut', 'ada')).json, { connections: 1 });
    assert.equal((await ada.client.closed).code, 1006);
    await eve.client.subscribe(chat(randomUUID()));
  });

  test('black hole: nothing comes out of it and nothing gets in; the next connection works', async () => {
    const server = await start();
    const [lost, eve] = [await connect(server, 'ada'), await connect(server, 'eve')];
    const [identifier, other] = [chat(randomUUID()), chat(randomUUID())];
    await lost.client.subscribe(identifier);
    const { length } = lost.client.transcript;
    assert.deepEqual((await post('black-hole', 'ada')).json, { connections: 1 });
    lost.client.command('subscribe', other);
    const next = await connect(server, 'ada');
    await ask(next.client, identifier);
    await next.client.next(typed('complete'));
    await next.client.subscribe(other);
    await eve.client.subscribe(identifier);
    assert.equal(lost.client.transcript.length, length);
    await lost.client.cut();
  });

  test('forget history: it is refused to who comes back, and the session and the database are there', async () => {
    const server = await start();
    const { client, first } = await connect(server, 'ada');
    const identifier = chat(randomUUID());
    const answer = await ask(client, identifier);
    const last = await client.next(typed('complete'));
    const eve = await connect(server, 'eve');
    const other = chat(randomUUID());
    await ask(eve.client, other);
    const hers = await eve.client.next(typed('complete'));
    assert.deepEqual((await post('forget-history', 'ada')).json, { streams: 1, connections: 1 });
    await client.closed;

    const position = (frame: RawFrame) => ({
      history: {
        streams: { [String(frame['stream_id'])]: { epoch: frame['epoch'], offset: Number(frame['offset']) - 1 } },
      },
    });
    const back = await connect(server, 'ada', { sid: String(first['sid']) });
    assert.equal(back.first['restored'], true);
    back.client.command('history', identifier, position(last));
    assert.equal((await back.client.next())['type'], 'reject_history');
    back.client.perform(identifier, 'resume', { cursors: { [answer]: 0 } });
    assert.ok(JSON.stringify(await back.client.next(typed('snapshot'))).includes(answer));
    eve.client.command('history', other, position(hers));
    assert.deepEqual(messageOf(await eve.client.next()), messageOf(hers), 'nobody else’s is forgotten');
  });

  test('expire the token: the way back with it is refused as expired, with another one it is open', async () => {
    const server = await start();
    const mint = async () => {
      const { json } = await post('token', 'ada');
      assert.equal(json['expires_in'], 300);
      return { protocols: [EXTENDED, `anycable-token.${String(json['token'])}`] };
    };
    const old = await mint();
    const { client, first } = await connect(server, 'ada', old);
    assert.deepEqual([first['type'], client.protocol], ['welcome', EXTENDED]);
    await post('expire-token', 'ada');
    await client.closed;
    const refused = { type: 'disconnect', reason: 'token_expired', reconnect: false };
    assert.deepEqual((await connect(server, 'ada', old)).first, refused);
    assert.equal((await connect(server, 'ada', await mint())).first['type'], 'welcome');
    const foreign = { protocols: [EXTENDED, `anycable-token.${forgeToken({ secret: 'another server’s' })}`] };
    assert.deepEqual(
      (await connect(server, 'ada', foreign)).first,
      refused,
      'of before a restart, with another secret',
    );
    assert.equal((await connect(server, 'ada')).first['type'], 'welcome', 'without one the cookie is enough');
  });

  test('kill the job: the owner may; the answer is closed as interrupted when its lease is over', async () => {
    const server = await start({ provider: hanging, chat: { leaseMs: 300 } });
    const { client } = await connect(server, 'ada');
    const answer = await ask(client, chat(randomUUID()));
    assert.equal((await post('kill-job', 'eve', { message_id: answer })).code, 'not_found');
    assert.equal((await post('kill-job', 'ada', { message_id: randomUUID() })).code, 'not_found');
    assert.equal((await post('kill-job', 'ada')).code, 'not_found');
    assert.equal(server.server.chat.openAnswers, 1);
    assert.deepEqual((await post('kill-job', 'ada', { message_id: answer })).json, { killed: answer });
    const complete = messageOf(await client.next(typed('complete')));
    assert.equal((complete['error'] as { code: string }).code, 'interrupted');
    assert.equal((await post('kill-job', 'ada', { message_id: answer })).code, 'no_job');
  });

  test('slow: it says for how long', async () => {
    const server = await start();
    await connect(server, 'ada');
    assert.deepEqual((await post('slow', 'ada')).json, { connections: 1, seconds: 15 });
  });
});

test('the stored text’s proof is for its owner', async () => {
  const server = await start();
  const { client } = await connect(server, 'ada');
  const answer = await ask(client, chat(randomUUID()));
  await client.next(typed('complete'));
  const { text, ...proof } = server.server.chat.storedText(answer) ?? {};
  const response = await stored('ada', answer);
  assert.equal(response.headers.get('cache-control'), 'no-store');
  assert.deepEqual(await response.json(), proof);
  assert.ok(text);
  for (const [visitor, id, status] of [
    ['eve', answer, 404],
    ['ada', randomUUID(), 404],
    ['ada', '', 400],
  ] as const) {
    assert.equal((await stored(visitor, id)).status, status);
  }
});
