/** Upgrades over real sockets: WebSockets are handed over, every other offer is declined by a plain answer. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';
import { onWebSocketUpgrade } from '../../../../templates/node/src/http/upgrade.js';
import { listen } from '../../../../templates/node/src/listen.js';
import { startTestServer } from '../../../support/server.js';

/** As `curl --http2` and Java's HttpClient send it. */
const OFFER = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n';

let server: Server;
let socket: Socket;
let received: string;
let accepted: string[];

beforeEach(async () => {
  accepted = [];
  received = '';
  server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () =>
      response.end(
        `[${incoming.method} ${incoming.url} ${String(incoming.headers['x-name'])} ${Buffer.concat(chunks)}]`,
      ),
    );
  });
  onWebSocketUpgrade(server, (incoming, upgraded, head) => {
    accepted.push(`${incoming.url} ${incoming.headers.upgrade} ${head}`);
    upgraded.end('HTTP/1.1 101 Switching Protocols\r\n\r\n[upgraded]');
  });
  socket = connect(await listen(server, 0, '127.0.0.1'), '127.0.0.1');
  socket.on('data', (data) => (received += data.toString('latin1')));
});

afterEach(async () => {
  socket.destroy();
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
});

/** Resolves when the server has sent so many bodies; fails when it closes before. */
async function bodies(count: number): Promise<readonly string[]> {
  const found = () => received.match(/\[.*?\]/g) ?? [];
  while (found().length < count) {
    if (socket.readableEnded) assert.fail(`closed after: ${received}`);
    await Promise.race([once(socket, 'data'), once(socket, 'end')]);
  }
  return found();
}

test('another offer is declined, and the connection serves on', async () => {
  socket.write(`GET /a HTTP/1.1\r\nHost: x\r\nX-Name: \xfc\r\n${OFFER}\r\n`, 'latin1');
  assert.deepEqual(await bodies(1), ['[GET /a \xc3\xbc ]'], 'headers are bytes as they were, sent back as UTF-8');
  assert.match(received, /^HTTP\/1\.1 200 OK\r\n/);
  socket.write(`GET /b HTTP/1.1\r\nHost: x\r\n${OFFER}\r\nGET /c HTTP/1.1\r\nHost: x\r\n\r\n`);
  assert.deepEqual((await bodies(3)).slice(1), ['[GET /b undefined ]', '[GET /c undefined ]']);
  assert.deepEqual(accepted, []);
});

test('a body comes with it, also in pieces', async () => {
  socket.write(`POST /a HTTP/1.1\r\nHost: x\r\n${OFFER}Content-Length: 5\r\n\r\nhe`);
  socket.write('llo');
  assert.deepEqual(await bodies(1), ['[POST /a undefined hello]']);
});

test('an offer of any name is declined, and a WebSocket’s is taken in any case', async () => {
  socket.write('GET /a HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nupgrade: TLS/1.0\r\n\r\n');
  assert.deepEqual(await bodies(1), ['[GET /a undefined ]']);
  socket.write('GET /b HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n\r\nfirst');
  assert.equal((await bodies(2))[1], '[upgraded]');
  assert.deepEqual(accepted, ['/b WebSocket first']);
});

test('declining does not keep the server from closing', async () => {
  socket.write(`GET /a HTTP/1.1\r\nHost: x\r\n${OFFER}\r\n`);
  await bodies(1);
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  await closed;
});

test('the whole server gives such a client its page, and a WebSocket at a wrong path a 404', async () => {
  const host = await startTestServer();
  const status = async (headers: Record<string, string>) => {
    const outgoing = request(host.url, { agent: false, headers: { connection: 'Upgrade', ...headers } }).end();
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    response.resume();
    return response.statusCode;
  };
  try {
    assert.equal(await status({ upgrade: 'h2c' }), 200);
    assert.equal(await status({ upgrade: 'websocket' }), 404);
  } finally {
    await host.stop();
  }
});
