/** What a connection can be under: bytes one by one, late, held back, swallowed. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, afterEach, before, test } from 'node:test';
import { startChaosProxy } from '../../support/chaos/index.js';
import type { ChaosProxy } from '../../support/chaos/index.js';
import { EchoClient, numbered, startEchoHost } from './echo-host.js';
import type { EchoHost } from './echo-host.js';

let host: EchoHost;
let proxy: ChaosProxy;

before(async () => {
  host = await startEchoHost();
});
afterEach(() => proxy.stop());
after(() => host.stop());

/** Two clients: one for the fault, and one that shows by its round trips how long nothing happened to the first. */
async function startPair() {
  proxy = await startChaosProxy({ target: host.url });
  const harmed = await EchoClient.connect(proxy.url);
  const server = host.sockets.at(-1)!;
  const connection = proxy.connections[0]!;
  const bystander = await EchoClient.connect(proxy.url);
  return { harmed, server, connection, bystander };
}

test('split: each byte comes by itself, and texts of many bytes a character are whole', async () => {
  const { harmed, connection, bystander } = await startPair();
  const sizes: number[] = [];
  (harmed.socket as unknown as { _socket: NodeJS.EventEmitter })._socket.on('data', ({ length }: Buffer) =>
    sizes.push(length),
  );
  connection.split();
  await harmed.roundTrip('Grüße 👋🏽');
  assert.equal(harmed.messages[0], 'Grüße 👋🏽');
  assert.equal(sizes.length, 2 + Buffer.byteLength('Grüße 👋🏽'));
  assert.ok(sizes.every((size) => size === 1));
  proxy.split({ bytes: 3 });
  await bystander.roundTrip('x'.repeat(2_000));
});

test('latency: what is late stays in order, however much the delay varies', async () => {
  const { harmed, connection, bystander } = await startPair();
  connection.latency(1, { jitter: 5 });
  harmed.send(...numbered(100));
  await harmed.received(100);
  assert.deepEqual(harmed.messages, numbered(100));
  connection.latency(3_600_000);
  harmed.send('not within this test');
  await bystander.roundTrip();
  assert.equal(harmed.messages.length, 100);
});

test('pause: everything is held back, megabytes too, and then comes in order', async () => {
  const { harmed, connection, bystander } = await startPair();
  const large = 'x'.repeat(4 << 20);
  const lift = connection.pause({ direction: 'to-client' });
  harmed.send(...numbered(5), large, 'last');
  await bystander.roundTrip();
  assert.deepEqual(harmed.messages, []);
  lift();
  await harmed.received(7);
  assert.deepEqual(harmed.messages, [...numbered(5), large, 'last']);
});

test('black hole: open and silent, newcomers too, and what lost something is never whole again', async () => {
  const { harmed, server, bystander } = await startPair();
  let heard = 0;
  server.on('message', () => heard++);
  const lift = proxy.blackHole();
  harmed.send('swallowed');
  const newcomer = EchoClient.begin(proxy.url);
  await Promise.all([proxy.progress.reached('connections', 3), swallowed('toServer')]);
  lift();
  harmed.send('swallowed, too');
  server.send('swallowed as well');
  await (await EchoClient.connect(proxy.url)).roundTrip();
  // Nothing of the bystander's was lost: for it, there was no hole.
  await bystander.roundTrip();
  assert.deepEqual([heard, harmed.messages], [0, []]);
  assert.equal(harmed.socket.readyState, harmed.socket.OPEN);
  assert.equal(newcomer.socket.readyState, newcomer.socket.CONNECTING);
  assert.equal(proxy.counts.swallowed, 1);
  newcomer.socket.terminate();
});

test('black hole: neither end hears that the other is gone', async () => {
  const { harmed, server, connection, bystander } = await startPair();
  connection.blackHole();
  server.terminate();
  await once(server, 'close');
  await bystander.roundTrip();
  assert.equal(harmed.socket.readyState, harmed.socket.OPEN);

  const second = await EchoClient.connect(proxy.url);
  proxy.connections.at(-1)!.blackHole();
  second.socket.terminate();
  await second.closed;
  await bystander.roundTrip();
  const serverOfSecond = host.sockets.at(-1)!;
  assert.equal(serverOfSecond.readyState, serverOfSecond.OPEN);
  serverOfSecond.terminate();
});

test('black hole with a reset afterwards: whoever lost something is told, newcomers included', async () => {
  const { harmed, bystander } = await startPair();
  const lift = proxy.blackHole({ afterwards: 'reset' });
  const newcomer = EchoClient.begin(proxy.url);
  harmed.send('swallowed');
  await Promise.all([proxy.progress.reached('connections', 3), swallowed('toServer')]);
  lift();
  await Promise.all([harmed.closed, newcomer.closed]);
  await bystander.roundTrip();
});

test('black hole in one direction: the other one goes on', async () => {
  const { harmed, server, connection } = await startPair();
  const liftToClient = connection.blackHole({ direction: 'to-client' });
  const heard = once(server, 'message');
  harmed.send('heard, and never answered');
  assert.equal(String((await heard)[0]), 'heard, and never answered');
  await swallowed('toClient');
  assert.deepEqual(harmed.messages, []);
  liftToClient();

  const second = await EchoClient.connect(proxy.url);
  proxy.connections.at(-1)!.blackHole({ direction: 'to-server' });
  second.send('never heard');
  host.sockets.at(-1)!.send('said all the same');
  await second.received(1);
  assert.deepEqual(second.messages, ['said all the same']);
});

test('black hole that spares newcomers: a client that comes back is well again', async () => {
  const { harmed } = await startPair();
  proxy.blackHole({ newcomers: 'pass' });
  const again = await EchoClient.connect(proxy.url);
  // Whatever else begins or ends meanwhile.
  proxy.latency(0)();
  await again.roundTrip();
  harmed.send('swallowed');
  await again.roundTrip();
  assert.deepEqual(harmed.messages, []);
});

/** Waits, turn by turn of the event loop, until the first connection has lost something. */
async function swallowed(direction: 'toServer' | 'toClient'): Promise<void> {
  const connection = proxy.connections[0]!;
  const deadline = Date.now() + 10_000;
  while (connection.counts[direction].swallowed === 0) {
    assert.ok(Date.now() < deadline, 'nothing was swallowed');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
