/** Connections through the proxy: untouched without a fault, and ended, cut and refused as told. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { after, afterEach, before, test } from 'node:test';
import { ChaosError, startChaosProxy } from '../../support/chaos/index.js';
import type { ChaosProxy, ChaosProxyOptions } from '../../support/chaos/index.js';
import { EchoClient, numbered, startEchoHost } from './echo-host.js';
import type { EchoHost } from './echo-host.js';

let host: EchoHost;
const proxies: ChaosProxy[] = [];

before(async () => {
  host = await startEchoHost();
});
afterEach(async () => {
  await Promise.all(proxies.splice(0).map((proxy) => proxy.stop()));
});
after(() => host.stop());

async function start(options: Partial<ChaosProxyOptions> = {}): Promise<ChaosProxy> {
  const proxy = await startChaosProxy({ target: host.url, ...options });
  proxies.push(proxy);
  return proxy;
}

test('without a fault nothing changes: HTTP, and megabytes both ways, counted to the byte', async () => {
  const proxy = await start();
  assert.equal(await (await fetch(proxy.urlOf(`http://127.0.0.1:${host.port}/`))).text(), 'hello over HTTP');
  const client = await EchoClient.connect(proxy.url);
  const large = randomBytes(3 << 20).toString('hex');
  client.send(...numbered(50), large, '');
  await client.received(52);
  assert.deepEqual(client.messages, [...numbered(50), large, '']);
  const { toClient, toServer } = proxy.connections.find(({ isWebSocket }) => isWebSocket)!.counts;
  assert.deepEqual([toClient.frames, toServer.frames], [52, 52]);
  assert.equal(toClient.received, toClient.bytes);
  assert.ok(toClient.bytes > large.length);
  client.socket.close(4000, 'done');
  assert.equal(await client.closed, 4000, "the closing frames' code came back");
  const { accepted, upgraded, cut } = proxy.counts;
  assert.deepEqual({ accepted, upgraded, cut }, { accepted: 2, upgraded: 1, cut: 0 });
});

test('half-closed connections stay half open: a request that ends is still answered', async () => {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.resume();
    socket.on('end', () => socket.end('answered after your end'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy = await start({ target: { host: '127.0.0.1', port: (server.address() as AddressInfo).port } });
  proxy.latency(5, { direction: 'to-client' });
  const socket = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true });
  socket.end('question');
  const answer = (await socket.toArray()).join('');
  assert.equal(answer, 'answered after your end');
  server.close();
});

for (const [ending, error] of [
  ['reset', 'ECONNRESET'],
  ['end', undefined],
] as const) {
  test(`${ending}: ${error ? 'RST' : 'FIN'} at both ends, on every connection`, async () => {
    const proxy = await start();
    const clients = [rawClient(proxy), rawClient(proxy)];
    await Promise.all(clients.map((client) => once(client, 'data')));
    const heard = [...clients, ...host.connections.slice(-2)].map(async (socket) => {
      const errors: unknown[] = [];
      socket.on('error', ({ code }: NodeJS.ErrnoException) => errors.push(code));
      if (!socket.closed) await new Promise((resolve) => socket.on('close', resolve));
      return errors[0];
    });
    proxy[ending]();
    assert.deepEqual(await Promise.all(heard), [error, error, error, error]);
    assert.equal(proxy.counts.cut, 2);
  });
}

for (const [first, second] of [
  ['end', 'reset'],
  ['reset', 'end'],
  ['end', 'end'],
] as const) {
  test(`${first}, and ${second} in the same moment: both ends close`, async () => {
    const proxy = await start();
    const client = await EchoClient.connect(proxy.url);
    client.send('something');
    await client.received(1);
    const connection = proxy.connections[0]!;
    connection[first]();
    connection[second]();
    await Promise.all([client.closed, connection.closed]);
  });
}

test('a reset that only the client hears leaves the server a connection that is silent', async () => {
  const proxy = await start();
  const client = await EchoClient.connect(proxy.url);
  const server = host.sockets.at(-1)!;
  proxy.reset({ side: 'client' });
  assert.equal(await client.closed, 1006);
  // It would have heard of a reset by the time that another connection has been made and used.
  const other = await EchoClient.connect(proxy.url);
  await other.roundTrip();
  assert.equal(server.readyState, server.OPEN);
  assert.equal(proxy.counts.open, 2);
  server.terminate();
});

test('the proxy hands on what the ends do: a reset, and a closed port', async () => {
  const proxy = await start();
  const client = await EchoClient.connect(proxy.url);
  host.sockets.at(-1)!.terminate();
  assert.equal(await client.closed, 1006);
  proxy.retarget({ host: '127.0.0.1', port: await freePort() });
  const refused = EchoClient.begin(proxy.url);
  await refused.closed;
  assert.deepEqual(refused.errors, ['ECONNRESET']);
  assert.equal(proxy.counts.unreachable, 1);
});

for (const ending of ['reset', 'end'] as const) {
  test(`cutAfter: exactly so many bytes more arrive, then ${ending}`, async () => {
    const proxy = await start();
    const socket = connect({ port: proxy.port, host: '127.0.0.1' });
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    const errors: unknown[] = [];
    socket.on('error', ({ message }) => errors.push(message));
    proxy.cutAfter(25, { ending });
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await new Promise((resolve) => socket.on('close', resolve));
    assert.equal(Buffer.concat(chunks).length, 25);
    assert.equal(errors.length, ending === 'reset' ? 1 : 0);
  });
}

for (const [name, part] of [
  ['header', 0],
  ['payload', 0.5],
  ['last byte', 0.9999],
] as const) {
  test(`cutInFrame: the connection ends in a frame's ${name}, and the frames before it are whole`, async () => {
    const proxy = await start();
    const client = await EchoClient.connect(proxy.url);
    const connection = proxy.connections[0]!;
    const { bytes } = connection.counts.toClient;
    proxy.cutInFrame({ skip: 3, part });
    client.send(...numbered(10));
    await client.closed;
    assert.deepEqual(client.messages, numbered(3));
    const frame = 2 + 'message 3'.length;
    const arrived = connection.counts.toClient.bytes - bytes - 3 * frame;
    assert.equal(arrived, part === 0 ? 1 : part === 0.5 ? 2 + Math.floor('message 3'.length / 2) : frame - 1);
    assert.equal(connection.counts.toClient.frames, 3);
  });
}

test('a cut without a connection hits the next one; with newcomers, all; lifted, none', async () => {
  const proxy = await start();
  const attempt = async (): Promise<number> => {
    const client = await EchoClient.connect(proxy.url);
    client.send(...numbered(2));
    const isCut = await Promise.race([client.closed.then(() => true), client.received(2).then(() => false)]);
    client.socket.terminate();
    await client.closed;
    return isCut ? client.messages.length : -1;
  };
  proxy.cutInFrame({ skip: 1 });
  assert.deepEqual([await attempt(), await attempt()], [1, -1]);
  const lift = proxy.cutInFrame({ skip: 1, newcomers: true });
  assert.deepEqual([await attempt(), await attempt()], [1, 1]);
  lift();
  assert.equal(await attempt(), -1);
});

test('refuse and down: new connections are reset until they are lifted; faults that overlap are lifted one by one', async () => {
  const proxy = await start();
  const client = await EchoClient.connect(proxy.url);
  const liftRefusal = proxy.refuse();
  await client.roundTrip();
  const liftDown = proxy.down();
  assert.equal(await client.closed, 1006);
  liftRefusal();
  liftRefusal();
  const refused = EchoClient.begin(proxy.url);
  await refused.closed;
  assert.deepEqual(refused.errors, ['ECONNRESET']);
  assert.equal(proxy.counts.refused, 1);
  liftDown();
  await (await EchoClient.connect(proxy.url)).roundTrip();
});

test('downFor ends by itself, and with the proxy', async () => {
  const proxy = await start();
  await proxy.downFor(1);
  await (await EchoClient.connect(proxy.url)).roundTrip();
  const down = proxy.downFor(3_600_000);
  await proxy.stop();
  await down;
});

test('harm: websocket leaves the page that loads through the same proxy alone', async () => {
  const proxy = await start({ harm: 'websocket' });
  proxy.blackHole({ newcomers: 'refuse' });
  assert.equal(await (await fetch(proxy.urlOf(`http://127.0.0.1:${host.port}/`))).text(), 'hello over HTTP');
  const refused = EchoClient.begin(proxy.url);
  await refused.closed;
  assert.deepEqual(refused.errors, ['ECONNRESET']);
  proxy.heal();
  const client = await EchoClient.connect(proxy.url);
  await client.roundTrip();
  proxy.reset();
  assert.equal(await client.closed, 1006);
});

test('progress is counted as it is delivered, and whoever waits when it stops is told', async () => {
  const proxy = await start();
  const client = await EchoClient.connect(proxy.url);
  client.send(...numbered(5));
  await proxy.progress.reached('frames', 5);
  const { connections, frames } = proxy.progress.snapshot();
  assert.deepEqual({ connections, frames }, { connections: 1, frames: 5 });
  const never = assert.rejects(
    proxy.progress.reached('frames', 6),
    (error) => error instanceof ChaosError && error.reason === 'stopped',
  );
  await proxy.stop();
  await never;
});

test('stop leaves nothing behind: every connection is gone at both ends, whatever it was under', async () => {
  const proxy = await start();
  const clients = await Promise.all(numbered(4).map(() => EchoClient.connect(proxy.url)));
  const servers = host.sockets.slice(-4).map((socket) => once(socket, 'close'));
  proxy.pause();
  clients[0]!.send('held back');
  proxy.connections[1]!.blackHole();
  clients[1]!.send('swallowed');
  proxy.connections[2]!.reset({ side: 'client' });
  proxy.connections[3]!.reset({ side: 'server' });
  const swallowed = (proxy.blackHole(), connect(proxy.port, '127.0.0.1'));
  swallowed.on('error', () => {});
  await proxy.progress.reached('connections', 5);
  await proxy.stop();
  await Promise.all([...clients.map(({ closed }) => closed), ...servers]);
  assert.equal(proxy.counts.open, 0);
  if (!swallowed.destroyed) await once(swallowed, 'close');
  await assert.rejects(EchoClient.connect(proxy.url));
});

test('a target that is no address is refused with what is wrong', async () => {
  await assert.rejects(
    startChaosProxy({ target: 'not an address' }),
    (error) =>
      error instanceof ChaosError && error.reason === 'bad-address' && error.message.includes('not an address'),
  );
});

/** The handshake and nothing more, by hand: `ws` keeps the network's errors to itself. */
function rawClient(proxy: ChaosProxy): Socket {
  const socket = connect({ port: proxy.port, host: '127.0.0.1' });
  socket.write(
    'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  return socket;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
