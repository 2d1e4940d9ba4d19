/** Bodies that are too long, too slow, broken off or no text, over real sockets. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, test } from 'node:test';
import { readText } from '../../../../templates/node/src/http/body.js';
import { sendJson } from '../../../../templates/node/src/http/exchange.js';
import { postRoute } from '../../../../templates/node/src/http/route.js';
import { createHttpServer } from '../../../../templates/node/src/http/server.js';
import { VisitorCookies } from '../../../../templates/node/src/http/visitor.js';
import { listen } from '../../../../templates/node/src/listen.js';
import { createLogger } from '../../../../templates/node/src/logger.js';

const MOST = 1_000;
const log: string[] = [];
let server: Server;

/** Answers with the length of what it was sent. `read` settles with what became of the next body. */
async function start(requestTimeout?: number): Promise<{ readonly port: number; readonly read: Promise<unknown> }> {
  const logger = createLogger('debug', (line) => log.push(line));
  let settle!: (result: unknown) => void;
  const read = new Promise((resolve) => (settle = resolve));
  const echo = postRoute({
    path: '/echo',
    logger,
    answer: async (request, response) => {
      const text = readText(request, MOST);
      text.then(settle, settle);
      sendJson(response, 200, { length: (await text).length });
    },
  });
  const fail = postRoute({
    path: '/fail',
    logger,
    answer: async () => {
      throw new Error('a detail of ours');
    },
  });
  server = createHttpServer({
    mounts: [],
    handlers: [echo, fail],
    visitors: new VisitorCookies({ trustProxy: false }),
    logger,
    health: () => ({}),
    ...(requestTimeout !== undefined && { requestTimeout }),
  });
  return { port: await listen(server, 0, '127.0.0.1'), read };
}
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  log.length = 0;
});

const post = (port: number, path: string, body: string | Uint8Array<ArrayBuffer>) =>
  fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body });

const head = (length: number) => `POST /echo HTTP/1.1\r\nHost: a.test\r\nContent-Length: ${length}\r\n\r\n`;

/** Everything that the server says on this connection until it closes it. */
async function conversation(port: number, ...texts: string[]) {
  const socket = connect(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  for (const text of texts) socket.write(text);
  await once(socket, 'close');
  return String(Buffer.concat(chunks));
}

describe('a body', () => {
  test('of the greatest length is read, in whatever pieces', async () => {
    const { port } = await start();
    const text = 'é'.repeat(MOST / 2);
    assert.deepEqual(await (await post(port, '/echo', text)).json(), { length: MOST / 2 });
  });

  test('that is too long is refused, and the connection goes on with the next request', async () => {
    const { port } = await start();
    const long = 'x'.repeat(2_000_000);
    const answer = await conversation(
      port,
      `${head(long.length)}${long}`,
      `${head(2).replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')}ab`,
    );
    assert.match(answer, /^HTTP\/1\.1 413 [^]*"too_large"[^]*at most 1000 bytes[^]*HTTP\/1\.1 200 [^]*"length":2/);
  });

  test('that is no UTF-8 is refused', async () => {
    const { port } = await start();
    const answer = await post(port, '/echo', Uint8Array.of(0x22, 0xff, 0x22));
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), /not UTF-8/);
  });

  test('that stops half-way is answered 408, and its connection ends', async () => {
    const { port, read } = await start(100);
    assert.match(await conversation(port, `${head(10)}half`), /^HTTP\/1\.1 408 /);
    assert.equal(((await read) as { code: unknown }).code, 'invalid');
  });

  test('that is broken off is nobody’s fault here', async () => {
    const { port, read } = await start();
    const socket = connect(port, '127.0.0.1');
    socket.write(`${head(10)}half`);
    await new Promise((resolve) => server.once('request', resolve));
    socket.destroy();
    assert.equal(((await read) as { code: unknown }).code, 'invalid');
    assert.deepEqual(log, []);
  });
});

test('a failure of ours is told without its details, and logged with them', async () => {
  const { port } = await start();
  const answer = await post(port, '/fail', '');
  assert.equal(answer.status, 500);
  assert.deepEqual(await answer.json(), { error: { code: 'internal', message: 'Something went wrong.' } });
  assert.match(log.join('\n'), /ERROR request failed path=\/fail error="Error: a detail of ours"/);
});
