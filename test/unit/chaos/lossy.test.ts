/** A live connection that loses, doubles and swaps messages, and stays a valid WebSocket while it does. */
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { Channel } from '../../../templates/node/src/cable/channel.js';
import { startCableHost } from '../../support/cable-host.js';
import { CableClient } from '../../support/cable-client.js';
import { startChaosProxy } from '../../support/chaos/index.js';
import type { ChaosProxy, ChaosProxyOptions } from '../../support/chaos/index.js';
import { seed } from '../../support/seed.js';
import { EchoClient, numbered, startEchoHost } from './echo-host.js';
import type { EchoHost } from './echo-host.js';

let host: EchoHost;
let proxy: ChaosProxy;

before(async () => {
  host = await startEchoHost();
});
afterEach(() => proxy.stop());
after(() => host.stop());

async function start(options: Partial<ChaosProxyOptions> = {}): Promise<EchoClient> {
  proxy = await startChaosProxy({ target: host.url, ...options });
  return EchoClient.connect(proxy.url);
}

/** Sends, and returns what came of it. The two messages at the end are never harmed; what is late comes between them. */
async function survivors(client: EchoClient, sent: readonly string[]): Promise<string[]> {
  const before = client.messages.length;
  const ends = [`end of ${before}`, `very end of ${before}`];
  client.send(...sent, ...ends);
  while (client.messages.at(-1) !== ends[1]) await client.received(client.messages.length + 1);
  return client.messages.slice(before).filter((text) => !ends.includes(text));
}

test('drop: some are lost, the others come once and in order', async () => {
  const client = await start();
  proxy.lossy({ drop: 0.3, only: '^message', seed });
  const came = await survivors(client, numbered(200));
  const { dropped, frames } = proxy.counts.toClient;
  assert.equal(came.length, 200 - dropped, `SEED=${seed}`);
  assert.ok(dropped > 0 && came.length > 0);
  assert.deepEqual(
    came,
    numbered(200).filter((text) => came.includes(text)),
  );
  assert.equal(frames, came.length + 2);
});

test('double: some come twice in a row, none is lost', async () => {
  const client = await start();
  proxy.lossy({ double: 0.3, only: '^message', seed });
  const came = await survivors(client, numbered(200));
  assert.equal(came.length, 200 + proxy.counts.toClient.doubled, `SEED=${seed}`);
  assert.deepEqual(
    came.filter((text, index) => text !== came[index - 1]),
    numbered(200),
  );
});

test('reorder: some are overtaken, none is lost, and lifting lets the last one go', async () => {
  const client = await start();
  const lift = proxy.lossy({ reorder: 0.3, only: '^message', seed });
  const came = await survivors(client, numbered(200));
  assert.ok(proxy.counts.toClient.reordered > 0, `SEED=${seed}`);
  assert.notDeepEqual(came, numbered(200));
  assert.deepEqual([...came].sort(byNumber), numbered(200));
  const always = proxy.lossy({ reorder: 1 });
  client.send('message of its own');
  const { reordered } = proxy.counts.toClient;
  while (proxy.counts.toClient.reordered === reordered) await new Promise((resolve) => setImmediate(resolve));
  lift();
  always();
  await client.received(203);
  assert.equal(client.messages.at(-1), 'message of its own');
});

test('the same seed does the same, connection by connection; another one something else', async () => {
  const fates: string[] = [];
  for (const [chance, isBusy] of [
    [seed, false],
    [seed, true],
    [seed + 1, false],
  ] as const) {
    const client = await start({ seed: chance });
    proxy.lossy({ drop: 0.2, double: 0.2, reorder: 0.2, only: '^message' });
    // Other conditions that come and go between messages change nothing about it.
    for (const text of isBusy ? numbered(40) : []) {
      const { received } = proxy.counts.toClient;
      client.send(text);
      while (proxy.counts.toClient.received === received) await new Promise((resolve) => setImmediate(resolve));
      proxy.latency(0)();
    }
    await survivors(client, isBusy ? numbered(60, 40) : numbered(100));
    const first = client.messages.filter((text) => text.startsWith('message'));
    const second = await survivors(await EchoClient.connect(proxy.url), numbered(100));
    assert.notDeepEqual(first, second);
    fates.push(JSON.stringify([first, second]));
    await proxy.stop();
  }
  assert.equal(fates[0], fates[1], `SEED=${seed}`);
  assert.notEqual(fates[0], fates[2]);
});

test('what a client says can be lost, too: masked frames', async () => {
  const client = await start();
  proxy.lossy({ drop: 1, only: '^secret', direction: 'to-server' });
  assert.deepEqual(await survivors(client, ['a', 'secret', 'b']), ['a', 'b']);
  assert.equal(proxy.counts.toServer.dropped, 1);
});

test('control frames, binary and fragmented messages pass; those between fragments, too', async () => {
  const client = await start();
  proxy.lossy({ drop: 1, only: '^(?!end of|very end of)' });
  const server = host.sockets.at(-1)!;
  const pinged = new Promise<void>((resolve) => client.socket.on('ping', () => resolve()));
  server.send('in ', { fin: false });
  server.ping();
  server.send('fragments', { fin: true });
  server.send(Buffer.from('binary'), { binary: true });
  server.send('lost');
  await Promise.all([pinged, client.received(2)]);
  assert.deepEqual(await survivors(client, ['lost as well']), []);
  assert.deepEqual(client.messages.slice(0, 2), ['in fragments', 'binary']);
});

test('a change takes effect between frames: switching to and fro under load breaks nothing', async () => {
  const client = await start();
  const sent = Array.from({ length: 300 }, (_, index) => `message ${index} ${'x'.repeat(index * 37)}`);
  let lift = proxy.lossy({ reorder: 0.5 });
  proxy.split({ bytes: 1_000 });
  client.socket.on('message', () => {
    lift();
    lift = client.messages.length % 3 === 0 ? () => {} : proxy.lossy({ reorder: 0.5, only: '^message' });
  });
  const came = await survivors(client, sent);
  assert.deepEqual(
    [...came].sort(byNumber).map(({ length }) => length),
    sent.map(({ length }) => length),
  );
});

test('compressed messages pass and are counted; with compression refused they are harmed', async () => {
  const compressing = await startEchoHost({ compression: true });
  try {
    for (const compression of ['keep', 'refuse'] as const) {
      proxy = await startChaosProxy({ target: compressing.url, compression });
      const client = await EchoClient.connect(proxy.url, { perMessageDeflate: { threshold: 0 } });
      proxy.lossy({ drop: 1, only: '^message' });
      const came = await survivors(client, numbered(3));
      const { dropped, compressed } = proxy.counts.toClient;
      assert.deepEqual(
        { came: came.length, dropped, compressed: compressed > 0 },
        compression === 'keep' ? { came: 3, dropped: 0, compressed: true } : { came: 0, dropped: 3, compressed: false },
      );
      await proxy.stop();
    }
  } finally {
    await compressing.stop();
  }
});

test('on a real cable: what the link lost is missing, and what came is what the server sent', async () => {
  const identifier = JSON.stringify({ channel: 'Numbers' });
  const numbers: Channel = { subscribed: ({ streamFrom }) => streamFrom('numbers'), perform: () => {} };
  const cable = await startCableHost({ channels: { Numbers: numbers } });
  proxy = await startChaosProxy({ target: cable.url });
  try {
    const client = await CableClient.connect(proxy.url);
    await client.subscribe(identifier);
    proxy.lossy({ drop: 0.5, only: '"n":', seed });
    for (let n = 0; n < 60; n++) cable.cable.broadcast('numbers', { n });
    const came = (await client.settled()).map(({ message }) => (message as { n: number }).n);
    const { dropped } = proxy.counts.toClient;
    assert.equal(came.length, 60 - dropped, `SEED=${seed}`);
    assert.ok(dropped > 0);
    assert.deepEqual(
      came,
      [...came].sort((a, b) => a - b),
    );
    // The cable itself lives on: history has what the link lost.
    proxy.reset();
    assert.equal((await client.closed).code, 1006);
  } finally {
    await cable.stop();
  }
});

function byNumber(one: string, other: string): number {
  return Number(one.split(' ')[1]) - Number(other.split(' ')[1]);
}
