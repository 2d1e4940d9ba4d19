/** AnyCable's own client against our server: it must not notice whose it is. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { createCable } from '@anycable/core';
import type { Cable, Message, MessageMeta } from '@anycable/core';
import WebSocket from 'ws';
import { signStreamName } from '../../../../templates/node/src/cable/index.js';
import { startCableHost } from '../../../support/cable-host.js';
import type { CableHost } from '../../../support/cable-host.js';

const KEY = 'a secret';
let host: CableHost;
let cable: Cable;

const build = (protocol: 'actioncable-v1-json' | 'actioncable-v1-ext-json') =>
  createCable(host.url, {
    protocol,
    websocketImplementation: WebSocket,
    lazy: true,
    monitor: false,
    logLevel: 'error',
    // Its timer outlives the test, and the process waits for it.
    protocolOptions: { subscribeRetryInterval: 2_000 },
  });

beforeEach(async () => {
  host = await startCableHost({
    options: { streams: { key: KEY, public: true } },
    channels: {
      Room: {
        subscribed: ({ params, streamFrom, reject }) => (params['room'] === 'closed' ? reject() : streamFrom('s')),
        perform: ({ transmit }, action, data) => transmit({ action, ...data }),
      },
    },
  });
});
afterEach(async () => {
  cable.disconnect();
  await host.stop();
});

/** Messages of a channel, awaited one by one. */
function messagesOf(channel: ReturnType<Cable['subscribeTo']>) {
  const queue: { message: Message; meta: MessageMeta | undefined }[] = [];
  let wake: () => void = () => undefined;
  channel.on('message', (message, meta) => {
    queue.push({ message, meta });
    wake();
  });
  return async () => {
    while (queue.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    return queue.shift() as (typeof queue)[number];
  };
}

for (const protocol of ['actioncable-v1-json', 'actioncable-v1-ext-json'] as const) {
  describe(protocol, () => {
    test('connects, subscribes, performs, receives, is rejected, disconnects', async () => {
      cable = build(protocol);
      await cable.connect();
      const channel = cable.subscribeTo('Room', { room: 'one' });
      const next = messagesOf(channel);
      await channel.ensureSubscribed();
      await channel.perform('say', { text: 'ü' });
      assert.deepEqual((await next()).message, { action: 'say', text: 'ü' });
      host.cable.broadcast('s', { n: 1 });
      const { message, meta } = await next();
      assert.deepEqual(message, { n: 1 });
      if (protocol === 'actioncable-v1-ext-json') {
        assert.deepEqual(meta, { stream: 's', epoch: host.cable.stats.history.epoch, offset: 1 });
      }
      await assert.rejects(cable.subscribeTo('Room', { room: 'closed' }).ensureSubscribed(), {
        name: 'SubscriptionRejectedError',
      });
      const closed = new Promise<{ reason?: string | undefined }>((resolve) =>
        cable.on('close', (event) => resolve(event ?? {})),
      );
      host.cable.disconnect('ada', { reconnect: false });
      assert.equal((await closed).reason, 'remote');
    });
  });
}

test('the extended client comes back to its session, and history fills the gap', async () => {
  cable = build('actioncable-v1-ext-json');
  await cable.connect();
  const channel = cable.subscribeTo('Room', { room: 'one' });
  const next = messagesOf(channel);
  await channel.ensureSubscribed();
  host.cable.broadcast('s', { n: 1 });
  await next();
  const lost = new Promise<unknown>((resolve) => cable.on('disconnect', resolve));
  host.cable.cut('ada');
  await lost;
  host.cable.broadcast('s', { n: 2 });
  const restored = new Promise<unknown>((resolve) => cable.on('connect', resolve));
  await cable.connect();
  assert.equal(((await restored) as { restored: boolean }).restored, true);
  assert.deepEqual((await next()).message, { n: 2 });
  host.cable.broadcast('s', { n: 3 });
  assert.deepEqual((await next()).message, { n: 3 });
});

test('presence by a signed stream: joins, is told, lists, and is never away through a reconnect', async () => {
  const watcher = await host.connect({ user: 'watcher' });
  const identifier = JSON.stringify({ channel: '$pubsub', stream_name: 'room' });
  await watcher.subscribe(identifier);
  cable = build('actioncable-v1-ext-json');
  await cable.connect();
  const channel = cable.streamFromSigned(signStreamName('room', KEY));
  await channel.ensureSubscribed();
  await channel.presence.join('ada', { name: 'Ada' });
  assert.deepEqual((await watcher.next({ type: 'presence' }))['message'], {
    type: 'join',
    id: 'ada',
    info: { name: 'Ada' },
  });
  assert.deepEqual(await channel.presence.info(), { ada: { name: 'Ada' } });
  const lost = new Promise<unknown>((resolve) => cable.on('disconnect', resolve));
  host.cable.cut('ada');
  await lost;
  await cable.connect();
  watcher.command('join', identifier, { presence: { id: 'marker' } });
  assert.deepEqual((await watcher.next({ type: 'presence' }))['message'], { type: 'join', id: 'marker' });
  assert.deepEqual([...host.cable.presence('room').keys()], ['ada', 'marker']);
});

test('whispers on a public stream', async () => {
  const other = await host.connect({ user: 'other' });
  const identifier = JSON.stringify({ channel: '$pubsub', stream_name: 'lobby' });
  await other.subscribe(identifier);
  cable = build('actioncable-v1-ext-json');
  await cable.connect();
  const channel = cable.streamFrom('lobby');
  const next = messagesOf(channel);
  await channel.ensureSubscribed();
  await channel.whisper({ typing: true });
  assert.deepEqual((await other.next())['message'], { typing: true });
  other.command('whisper', identifier, { data: { typing: false } });
  assert.deepEqual(await next(), { message: { typing: false }, meta: undefined });
});
