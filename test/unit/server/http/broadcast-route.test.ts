/** `POST /_broadcast`: what a site's backend publishes, as it would with AnyCable. */
import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { Broadcaster } from '../../../support/anycable/broadcaster.js';
import { broadcastKey, signStreamName } from '../../../support/anycable/keys.js';
import { CableClient } from '../../../support/cable-client.js';
import { identifyByHeader } from '../../../support/server.js';
import type { TestServer } from '../../../support/server.js';
import { SECRET, send, startWithSecret } from './support/api.js';
import type { RequestHeaders } from './support/api.js';

let host: TestServer | undefined;
afterEach(async () => {
  await host?.stop();
  host = undefined;
});

const KEY = { authorization: `Bearer ${broadcastKey(SECRET)}` };
const news = JSON.stringify({ channel: '$pubsub', signed_stream_name: signStreamName('news', SECRET) });

const publish = (body: unknown, headers: RequestHeaders = KEY) => send(`${host!.url}/_broadcast`, headers, body);

/** A reader of the stream `news`. */
async function connect(user = 'ada') {
  const client = await CableClient.connect(host!.cableUrl, { headers: { 'x-user': user } });
  const { sid } = await client.next({ type: 'welcome' });
  await client.subscribe(news);
  return { client, sid: String(sid) };
}

const start = async () => (host = await startWithSecret({ identify: identifyByHeader }));

describe('with the key', () => {
  test('a message goes to the readers of its stream, and into its history', async () => {
    const { server } = await start();
    const { client } = await connect();
    const answer = await publish({ stream: 'news', data: '{"b":1,"a":[null]}' });
    assert.deepEqual([answer.status, answer.text], [201, '']);
    const frame = await client.next();
    assert.deepEqual(frame, {
      identifier: news,
      message: { b: 1, a: [null] },
      stream_id: 'news',
      epoch: server.cable.stats.history.epoch,
      offset: 1,
    });
    const late = await CableClient.connect(host!.cableUrl);
    await late.subscribe(news, { history: { since: 1 } });
    assert.deepEqual(await late.next({ offset: 1 }), frame);
  });

  test('messages of a batch arrive in their order, to whom they are for', async () => {
    await start();
    const { client } = await connect();
    const batch = [1, 2, 3].map((number) => ({ stream: 'news', data: String(number) }));
    const answer = await publish([batch[0], { stream: 'other', data: '9' }, ...batch.slice(1)]);
    assert.equal(answer.status, 201);
    const got = [await client.next(), await client.next(), await client.next()];
    assert.deepEqual(
      got.map(({ message, offset }) => [message, offset]),
      [
        [1, 1],
        [2, 2],
        [3, 3],
      ],
    );
  });

  test('a message can leave somebody out, be of a type, and be in no history', async () => {
    await start();
    const [ada, eve] = [await connect('ada'), await connect('eve')];
    const meta = { exclude_socket: ada.sid, broadcast_type: 'typing', transient: true };
    assert.equal((await publish({ stream: 'news', data: '"eve only"', meta })).status, 201);
    assert.equal((await publish({ stream: 'news', data: '"all"' })).status, 201);
    assert.deepEqual(await eve.client.next(), { type: 'typing', identifier: news, message: 'eve only' });
    assert.deepEqual([(await ada.client.next())['message'], (await eve.client.next())['offset']], ['all', 1]);
  });

  test('all connections of somebody end', async () => {
    await start();
    const [one, two, eve] = [await connect('ada'), await connect('ada'), await connect('eve')];
    const payload = { identifier: '{"user":"ada"}', reconnect: false };
    assert.equal((await publish({ command: 'disconnect', payload })).status, 201);
    for (const { client } of [one, two]) {
      assert.deepEqual(await client.next(), { type: 'disconnect', reason: 'remote', reconnect: false });
      await client.closed;
    }
    assert.deepEqual(await eve.client.settled(), []);
    const nobody = { identifier: '{"user":"nobody"}', reconnect: true };
    assert.equal((await publish({ command: 'disconnect', payload: nobody })).status, 201, 'nor is it an error');
  });

  test('a publisher written for AnyCable works', async () => {
    const { url } = await start();
    const { client } = await connect();
    const broadcaster = new Broadcaster({ url: `${url}/_broadcast`, secret: SECRET });
    for (const number of [1, 2]) broadcaster.broadcast('news', { number });
    await broadcaster.settled();
    await broadcaster.stop();
    assert.deepEqual([(await client.next())['offset'], (await client.next())['offset']], [1, 2]);
  });

  test('what cannot be carried out is not, not even a part of it, and what is wrong is said', async () => {
    await start();
    const { client } = await connect();
    const malformed: [body: unknown, message: RegExp][] = [
      ['{"stream":"news","data":', /not JSON/],
      [{ stream: 'news', data: { a: 1 } }, /data must be a string/],
      [[{ stream: 'news', data: '1' }, { data: '2' }], /\[1\]\.stream/],
      [{ command: 'reboot' }, /disconnect/],
    ];
    for (const [body, message] of malformed) {
      const answer = await publish(body);
      assert.deepEqual([answer.status, answer.code], [422, 'unprocessable']);
      assert.match(answer.text, message);
    }
    assert.equal((await publish('x'.repeat(8 * 1_024 * 1_024 + 1))).status, 413);
    assert.deepEqual(await client.settled(), []);
  });

  test('a batch of some megabytes is no problem', async () => {
    await start();
    const batch = Array.from({ length: 40 }, () => ({ stream: 'big', data: JSON.stringify('x'.repeat(100_000)) }));
    assert.equal((await publish(batch)).status, 201);
  });
});

describe('without it', () => {
  const wrong: [name: string, headers: RequestHeaders][] = [
    ['no key', {}],
    ['another one', { authorization: `Bearer ${broadcastKey('another secret')}` }],
    ['the secret itself', { authorization: `Bearer ${SECRET}` }],
    ['a part of it', { authorization: KEY.authorization.slice(0, -1) }],
    ['more than it', { authorization: `${KEY.authorization}0` }],
    ['another scheme', { authorization: KEY.authorization.replace('Bearer', 'Basic') }],
    ['a cookie', { cookie: `visitor=${broadcastKey(SECRET)}` }],
  ];
  for (const [name, headers] of wrong) {
    test(`${name}: nothing is published`, async () => {
      await start();
      const { client } = await connect();
      const answer = await publish({ stream: 'news', data: '1' }, headers);
      assert.deepEqual([answer.status, answer.code], [401, 'unauthorized']);
      assert.equal(answer.headers.get('www-authenticate'), 'Bearer');
      assert.ok(!answer.text.includes(SECRET) && !answer.text.includes(broadcastKey(SECRET)));
      assert.deepEqual(await client.settled(), []);
    });
  }

  test('neither a page may, nor another method', async () => {
    const { url } = await start();
    const question = await send(`${url}/_broadcast`, { origin: 'https://a.test' }, undefined, 'OPTIONS');
    assert.deepEqual([question.status, question.headers.get('access-control-allow-origin')], [405, null]);
    for (const method of ['GET', 'PUT']) {
      assert.equal((await send(`${url}/_broadcast`, KEY, undefined, method)).status, 405);
    }
  });
});
