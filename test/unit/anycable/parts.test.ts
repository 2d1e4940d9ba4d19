/** The pieces between a channel and an AnyCable server, each by itself. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import type { Channel } from '../../../templates/node/src/cable/channel.js';
import { listen } from '../../../templates/node/src/listen.js';
import { createLogger, silentLogger } from '../../../templates/node/src/logger.js';
import { Broadcaster } from '../../support/anycable/broadcaster.js';
import { AnyCableError } from '../../support/anycable/errors.js';
import { broadcastKey, rpcKey, signStreamName } from '../../support/anycable/keys.js';
import { RpcHandler } from '../../support/anycable/rpc-handler.js';
import { decodeRequest, STATUS } from '../../support/anycable/rpc-messages.js';

test('keys are those of AnyCable’s documentation: hex HMAC-SHA256 of the purpose', () => {
  // echo -n 'rpc-cable' | openssl dgst -sha256 -hmac 's3Krit'
  assert.equal(rpcKey('s3Krit'), '08ac56f1562c6377ddd5d2d55cee2e35e117a55959d6a6ea3a63548ef0a7e559');
  assert.equal(broadcastKey('s3Krit'), 'a239a7ca182c90fc32bdedf73703d271388cf433843affffd3a5e757041fc716');
});

test('an RPC is decoded as protobuf writes it: what is empty is left out', () => {
  assert.deepEqual(decodeRequest('connect', '{"env":{"url":"ws://x/cable?user=bo","headers":{"Cookie":"a=1"}}}'), {
    method: 'connect',
    env: { url: 'ws://x/cable?user=bo', headers: { cookie: 'a=1' } },
  });
  assert.deepEqual(decodeRequest('command', '{"command":"subscribe","identifier":"i","connection_identifiers":"c"}'), {
    method: 'command',
    command: 'subscribe',
    identifier: 'i',
    identifiers: 'c',
    data: '',
  });
  assert.deepEqual(decodeRequest('disconnect', '{}'), { method: 'disconnect', identifiers: '', subscriptions: [] });
});

test('what AnyCable would not send is named', () => {
  const bad: readonly (readonly [string, string, RegExp])[] = [
    ['connect', 'x', /not JSON/],
    ['connect', '[]', /not a JSON object/],
    ['connect', '{"env":7}', /env: expected/],
    ['connect', '{"env":{"headers":{"a":1}}}', /headers: expected/],
    ['command', '{"command":"destroy"}', /got "destroy"/],
    ['command', '{"command":"message","data":{}}', /data: expected/],
    ['disconnect', '{"subscriptions":[1]}', /subscriptions: expected/],
    ['shutdown', '{}', /unknown method "shutdown"/],
  ];
  for (const [method, body, expected] of bad) {
    assert.throws(
      () => decodeRequest(method, body),
      (error: unknown) =>
        error instanceof AnyCableError && error.reason === 'malformed_request' && expected.test(error.message),
    );
  }
});

const identifier = JSON.stringify({ channel: 'EchoChannel', room: 1 });
const identifiers = JSON.stringify({ user: 'ada' });

function handlerOf(channel: Channel, log: string[] = []): RpcHandler {
  return new RpcHandler({
    channels: { EchoChannel: channel },
    identify: ({ headers }) => (headers['cookie'] === undefined ? null : { user: headers['cookie'] }),
    logger: createLogger('debug', (line) => log.push(line)),
  });
}

const echo: Channel = {
  subscribed(context) {
    if (context.params['room'] !== 1) return context.reject();
    context.streamFrom(`echo/${context.identity.user}`);
    context.transmit({ greeting: 'hi' });
  },
  async perform(context, action, data) {
    await Promise.resolve();
    context.transmit({ action, data });
  },
};

const command = (name: 'subscribe' | 'unsubscribe' | 'message', of = identifier, data = '') =>
  ({ method: 'command', command: name, identifier: of, identifiers, data }) as const;

test('a session is welcomed with its id, or refused', async () => {
  const handler = handlerOf(echo);
  const env = (headers: Record<string, string>) => ({ method: 'connect', env: { url: '', headers } }) as const;
  assert.deepEqual(await handler.handle(env({ cookie: 'ada' }), 'sid-1'), {
    status: STATUS.success,
    identifiers,
    transmissions: ['{"type":"welcome","sid":"sid-1"}'],
  });
  assert.deepEqual(await handler.handle(env({}), 'sid-2'), {
    status: STATUS.failure,
    transmissions: ['{"type":"disconnect","reason":"unauthorized","reconnect":false}'],
  });
});

test('a channel is called with its parameters, and what it asks for comes back', async () => {
  const handler = handlerOf(echo);
  const subscribed = await handler.handle(command('subscribe'), '');
  assert.equal(subscribed.status, STATUS.success);
  assert.deepEqual(subscribed.streams, ['echo/ada']);
  assert.deepEqual(
    subscribed.transmissions?.map((text) => JSON.parse(text) as unknown),
    [
      { identifier, message: { greeting: 'hi' } },
      { type: 'confirm_subscription', identifier },
    ],
  );
  const performed = await handler.handle(command('message', identifier, '{"action":"say","text":"x"}'), '');
  assert.deepEqual(performed, {
    status: STATUS.success,
    transmissions: [JSON.stringify({ identifier, message: { action: 'say', data: { text: 'x' } } })],
  });
  assert.deepEqual(await handler.handle(command('unsubscribe'), ''), { status: STATUS.success, stop_streams: true });
});

test('presence and whispers travel as AnyCable keeps them: streams in the subscription’s state, one presence an answer', async () => {
  const handler = handlerOf({
    subscribed(context) {
      context.streamFrom('here', { presence: true, whisper: true });
      context.streamFrom('news');
      context.joinPresence('early');
      context.joinPresence('ada', { colour: 'red' });
    },
    perform(context, action) {
      if (action === 'leave') context.leavePresence();
      if (action === 'join') context.joinPresence('bo');
    },
    unsubscribed(context) {
      context.leavePresence();
    },
  });
  const subscribed = await handler.handle(command('subscribe'), '');
  assert.deepEqual(subscribed.streams, ['here', 'news']);
  assert.deepEqual(subscribed.env, { istate: { $p: 'here', $w: 'here' } });
  assert.deepEqual(subscribed.presence, { type: 'join', id: 'ada', info: '{"colour":"red"}' });
  const perform = (action: string) => handler.handle(command('message', identifier, JSON.stringify({ action })), '');
  assert.deepEqual((await perform('leave')).presence, { type: 'leave' });
  assert.deepEqual((await perform('join')).presence, { type: 'join', id: 'bo' });
  assert.ok(!('presence' in (await perform('nothing'))));
  assert.deepEqual(await handler.handle(command('unsubscribe'), ''), { status: STATUS.success, stop_streams: true });
  const failing = handlerOf({ ...echo, subscribed: (context) => (context.joinPresence('ada'), context.reject()) });
  assert.ok(!('presence' in (await failing.handle(command('subscribe'), ''))));
});

test('a signed name is Rails’ message: base64 of the JSON, and the hex HMAC-SHA256 of that', () => {
  // printf %s ImNoYXQvMSI= | openssl dgst -sha256 -hmac s3Krit
  assert.equal(
    signStreamName('chat/1', 's3Krit'),
    'ImNoYXQvMSI=--fb0d1378c0e5a497a30372a2d59137d51a79844aa651c868aec7c29ae641f0dd',
  );
});

test('a rejected and an unknown subscription are refused; a channel that throws is an error without its words', async () => {
  const log: string[] = [];
  const handler = handlerOf(
    {
      ...echo,
      perform() {
        throw new Error('secret detail');
      },
    },
    log,
  );
  for (const other of [JSON.stringify({ channel: 'EchoChannel', room: 2 }), '{"channel":"Nobody"}', 'nonsense']) {
    const refused = await handler.handle(command('subscribe', other), '');
    assert.deepEqual(refused, {
      status: STATUS.failure,
      transmissions: [JSON.stringify({ type: 'reject_subscription', identifier: other })],
    });
  }
  const failed = await handler.handle(command('message', identifier, '{"action":"say"}'), '');
  assert.deepEqual(failed, { status: STATUS.error, error_msg: 'channel failed in perform say' });
  assert.ok(log.some((line) => line.includes('secret detail')));
});

/** A stand-in for the broadcast endpoint, which answers as the test says. */
async function startSink(answers: (count: number) => number) {
  const bodies: { stream: string; data: string }[][] = [];
  const keys: (string | undefined)[] = [];
  let count = 0;
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const status = answers(++count);
      keys.push(request.headers.authorization);
      if (status === 0) return request.socket.resetAndDestroy();
      if (status < 300) bodies.push(JSON.parse(String(Buffer.concat(parts))) as { stream: string; data: string }[]);
      response.writeHead(status).end();
    });
  });
  const port = await listen(server, 0, '127.0.0.1');
  return {
    url: `http://127.0.0.1:${port}/_broadcast`,
    keys,
    get messages() {
      return bodies.flat().map(({ data }) => (JSON.parse(data) as { n: number }).n);
    },
    get requests() {
      return bodies.length;
    },
    stop: () => new Promise<void>((resolve) => (server.close(() => resolve()), server.closeAllConnections())),
  };
}

test('broadcasts keep their order and lose nothing when requests fail in between', async () => {
  // Every second request is reset, every third is answered 500.
  const sink = await startSink((count) => (count % 2 === 0 ? 0 : count % 3 === 0 ? 500 : 201));
  const broadcaster = new Broadcaster({ url: sink.url, secret: 's3Krit' });
  try {
    for (let n = 0; n < 60; n++) {
      broadcaster.broadcast('a', { n });
      if (n % 10 === 9) await broadcaster.settled();
    }
    assert.deepEqual(
      sink.messages,
      Array.from({ length: 60 }, (_, n) => n),
    );
    assert.ok(broadcaster.stats.retried > 0, 'nothing was sent again: the sink failed nothing');
    assert.deepEqual([...new Set(sink.keys)], [`Bearer ${broadcastKey('s3Krit')}`]);
    assert.deepEqual([broadcaster.stats.published, broadcaster.stats.dropped], [60, 0]);
  } finally {
    await broadcaster.stop();
    await sink.stop();
  }
});

test('what is published in one turn travels in one request', async () => {
  const sink = await startSink(() => 201);
  const broadcaster = new Broadcaster({ url: sink.url, secret: 's' });
  for (let n = 0; n < 20; n++) broadcaster.broadcast('a', { n });
  await broadcaster.settled();
  assert.equal(sink.requests, 1);
  await broadcaster.stop();
  await sink.stop();
});

test('a wrong key is said once for each request and not repeated; what nobody takes is dropped and counted', async () => {
  const log: string[] = [];
  const logger = createLogger('error', (line) => log.push(line));
  const refusing = await startSink(() => 401);
  const broadcaster = new Broadcaster({ url: refusing.url, secret: 'wrong', logger });
  broadcaster.broadcast('a', { n: 1 });
  await broadcaster.settled();
  assert.deepEqual(broadcaster.stats, { published: 0, retried: 0, dropped: 1 });
  assert.match(log[0] ?? '', /refused.*status=401/);
  await broadcaster.stop();
  await refusing.stop();

  const impatient = new Broadcaster({ url: refusing.url, secret: 's', patience: 0, logger: silentLogger });
  impatient.broadcast('a', { n: 1 });
  await impatient.settled();
  assert.equal(impatient.stats.dropped, 1);
  await impatient.stop();
});

test('stopping gives up at once what waits', async () => {
  const sink = await startSink(() => 500);
  const broadcaster = new Broadcaster({ url: sink.url, secret: 's' });
  broadcaster.broadcast('a', { n: 1 });
  await broadcaster.stop();
  assert.equal(broadcaster.stats.dropped, 1);
  broadcaster.broadcast('a', { n: 2 });
  await broadcaster.settled();
  assert.equal(broadcaster.stats.dropped, 1);
  await sink.stop();
});
