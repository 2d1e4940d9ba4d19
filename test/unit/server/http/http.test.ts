/** The web server over real sockets: files, headers, cookies, and what must not be served. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { createHttpServer } from '../../../../templates/node/src/http/server.js';
import { VisitorCookies } from '../../../../templates/node/src/http/visitor.js';
import { ListenError, listen } from '../../../../templates/node/src/listen.js';
import { silentLogger } from '../../../../templates/node/src/logger.js';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly bytes: Buffer;
}

let directory: string;
let server: Server;
let port: number;

/** Not `fetch`, which would tidy up the path before it is sent. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET', at = port): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port: at, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: String(Buffer.concat(chunks)),
          bytes: Buffer.concat(chunks),
        }),
      );
    });
    outgoing.on('error', reject).end();
  });
}

function build(trustProxy: boolean): Server {
  return createHttpServer({
    mounts: [
      { prefix: '/', directory: join(directory, 'public') },
      { prefix: '/cable-chat/', directory: join(directory, 'dist'), isShared: true },
      { prefix: '/missing/', directory: join(directory, 'nowhere') },
    ],
    visitors: new VisitorCookies({ trustProxy }),
    logger: silentLogger,
    health: () => ({ connections: 0 }),
  });
}

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cable-chat-http-'));
  await mkdir(join(directory, 'public', 'sub'), { recursive: true });
  await mkdir(join(directory, 'dist'));
  const files = {
    'secret.txt': 'secret',
    'public/index.html': '<p>home',
    'public/sub/index.html': '<p>sub',
    'public/app.js': 'app()',
    'public/ü x.css': 'p{}',
    'public/long.js': 'say(1);\n'.repeat(500),
    'public/empty.txt': '',
    'public/.env.txt': 'secret',
    'public/data.sqlite3': 'secret',
    'dist/bundle.js': 'bundle()',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
  await symlink(join(directory, 'secret.txt'), join(directory, 'public', 'link.txt'));
  server = build(false);
  port = await listen(server, 0, '127.0.0.1');
});

after(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(directory, { recursive: true });
});

describe('files', () => {
  test('text of some length is compressed for whoever takes it', async () => {
    const text = 'say(1);\n'.repeat(500);
    for (const coding of ['gzip', 'br, gzip;q=0.5', '*']) {
      const { headers, bytes } = await get('/long.js', { 'accept-encoding': coding });
      assert.equal(headers['content-encoding'], 'gzip', coding);
      assert.equal(headers.vary, 'Accept-Encoding');
      assert.equal(gunzipSync(bytes).toString(), text);
    }
    for (const coding of ['', 'br', 'gzip;q=0', 'gzip;q=0.0']) {
      const { headers, body } = await get('/long.js', { 'accept-encoding': coding });
      assert.equal(headers['content-encoding'], undefined, coding);
      assert.equal(body, text);
    }
    assert.equal((await get('/app.js', { 'accept-encoding': 'gzip' })).headers['content-encoding'], undefined);
  });

  test('the widget may be loaded by pages of other origins, the rest may not', async () => {
    const widget = await get('/cable-chat/bundle.js');
    assert.equal(widget.headers['cross-origin-resource-policy'], 'cross-origin');
    assert.equal(widget.headers['access-control-allow-origin'], '*');
    const own = await get('/app.js');
    assert.equal(own.headers['cross-origin-resource-policy'], 'same-origin');
    assert.equal(own.headers['access-control-allow-origin'], undefined);
  });

  const served: [path: string, type: string, body: string][] = [
    ['/', 'text/html; charset=utf-8', '<p>home'],
    ['/?x=../y', 'text/html; charset=utf-8', '<p>home'],
    ['/index.html', 'text/html; charset=utf-8', '<p>home'],
    ['/sub/', 'text/html; charset=utf-8', '<p>sub'],
    ['/app.js', 'text/javascript; charset=utf-8', 'app()'],
    ['/%C3%BC%20x.css', 'text/css; charset=utf-8', 'p{}'],
    ['/empty.txt', 'text/plain; charset=utf-8', ''],
    ['/cable-chat/bundle.js', 'text/javascript; charset=utf-8', 'bundle()'],
    ['http://other.test/sub/index.html?x', 'text/html; charset=utf-8', '<p>sub'],
    ['HTTP://other.test:81', 'text/html; charset=utf-8', '<p>home'],
    ['https://other.test?x', 'text/html; charset=utf-8', '<p>home'],
  ];
  for (const [path, type, body] of served) {
    test(`${path} is served as ${type}`, async () => {
      const answer = await get(path);
      assert.deepEqual([answer.status, answer.headers['content-type'], answer.body], [200, type, body]);
    });
  }

  const absent = [
    '/nothing.html',
    '/sub',
    '/app.js/',
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/sub/../../secret.txt',
    '/..%5csecret.txt',
    '/cable-chat/../../secret.txt',
    '/cable-chat/%2e%2e%2fsecret.txt',
    '/link.txt',
    '/.env.txt',
    '/data.sqlite3',
    '/%00.html',
    '/%zz.html',
    '/missing/x.js',
    `/${'x'.repeat(5000)}.js`,
    '//etc/hostname.txt',
    'http://other.test/../secret.txt',
    'http://other.test/nothing.html',
    'ftp://other.test/app.js',
  ];
  for (const path of absent) {
    test(`there is nothing at ${path.slice(0, 40)}`, async () => {
      const answer = await get(path);
      assert.equal(answer.status, 404);
      assert.ok(!answer.body.includes('secret') && !answer.body.includes(directory));
    });
  }

  test('a file that did not change is not sent again', async () => {
    const etag = String((await get('/app.js')).headers['etag']);
    const again = await get('/app.js', { 'if-none-match': `"other", ${etag}` });
    assert.deepEqual([again.status, again.body, again.headers['cache-control']], [304, '', 'no-cache']);
    await writeFile(join(directory, 'public', 'app.js'), 'app(2)');
    assert.equal((await get('/app.js', { 'if-none-match': etag })).body, 'app(2)');
  });

  test('HEAD gives the headers only, other methods are refused', async () => {
    const head = await get('/sub/', {}, 'HEAD');
    assert.deepEqual([head.status, head.headers['content-length'], head.body], [200, '6', '']);
    const post = await get('/', {}, 'POST');
    assert.deepEqual([post.status, post.headers['allow']], [405, 'GET, HEAD']);
    assert.equal((await get('/nothing', {}, 'HEAD')).body, '');
  });
});

test('health is for every monitor, and for no cache', async () => {
  const answer = await get('/healthz?x');
  assert.deepEqual([answer.status, JSON.parse(answer.body)], [200, { status: 'ok', connections: 0 }]);
  assert.equal(answer.headers['cache-control'], 'no-store');
});

describe('security headers', () => {
  test('are on every response', async () => {
    for (const path of ['/', '/nothing', '/healthz', '/app.js']) {
      const { headers } = await get(path);
      const policy = String(headers['content-security-policy']);
      for (const part of [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "require-trusted-types-for 'script'",
        'trusted-types lit-html',
        `connect-src 'self' ws://127.0.0.1:${port} wss://127.0.0.1:${port}`,
      ]) {
        assert.ok(policy.split('; ').includes(part), `${path}: ${part} in ${policy}`);
      }
      assert.equal(headers['x-content-type-options'], 'nosniff');
    }
  });

  test('take the host from a target that names one', async () => {
    const { headers } = await get('http://other.test:81/app.js');
    assert.ok(String(headers['content-security-policy']).includes("connect-src 'self' ws://other.test:81 wss://o"));
  });

  test('repeat no Host header that is none', async () => {
    const { headers } = await get('/', { host: "a.test; script-src 'unsafe-inline'" });
    assert.ok(String(headers['content-security-policy']).includes("connect-src 'self';"));
  });
});

describe('the visitor’s cookie', () => {
  const cookieOf = ({ headers }: Answer) => headers['set-cookie']?.[0] ?? '';

  test('comes with a page, is kept from scripts and caches, and is not sent twice', async () => {
    const answer = await get('/');
    assert.match(cookieOf(answer), /^visitor=[\w-]{24}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/);
    assert.equal(answer.headers['cache-control'], 'private, no-cache');
    const cookie = cookieOf(answer).split(';')[0] ?? '';
    const again = await get('/', { cookie: `theme=dark; ${cookie}` });
    assert.deepEqual([cookieOf(again), again.headers['cache-control']], ['', 'no-cache']);
    assert.equal(cookieOf(await get('/app.js')), '');
  });

  test('is replaced when it could be guessed', async () => {
    for (const cookie of ['visitor=', 'visitor=1', `visitor=${'x'.repeat(21)}`, `visitor=${'é'.repeat(30)}`]) {
      assert.notEqual(cookieOf(await get('/', { cookie: encodeURI(cookie) })), '', cookie);
    }
  });

  test('the user’s id is made from it, and does not give it away', () => {
    const visitors = new VisitorCookies({ trustProxy: false });
    const token = 'x'.repeat(24);
    const visitorOf = (cookie: string) =>
      visitors.visitorOf({ headers: { cookie }, socket: {} } as unknown as Parameters<VisitorCookies['visitorOf']>[0]);
    const { user, setCookie } = visitorOf(`visitor=${token}`);
    assert.match(user, /^[\w-]{43}$/);
    assert.ok(!user.includes(token) && setCookie === undefined);
    assert.equal(visitorOf(`a=b; visitor=${token}`).user, user);
    assert.notEqual(visitorOf(`visitor=${'y'.repeat(24)}`).user, user);
  });

  test('is Secure behind a proxy that says https, if that proxy is trusted', async () => {
    const https = { 'x-forwarded-proto': 'https' };
    assert.ok(!cookieOf(await get('/', https)).includes('Secure'));
    const trusting = build(true);
    const at = await listen(trusting, 0, '127.0.0.1');
    assert.ok(cookieOf(await get('/', https, 'GET', at)).endsWith('; Secure'));
    assert.ok(!cookieOf(await get('/', {}, 'GET', at)).includes('Secure'));
    await new Promise((resolve) => trusting.close(resolve));
  });
});

describe('listen', () => {
  test('says which port is taken, and how to choose another', async () => {
    await assert.rejects(listen(build(false), port, '127.0.0.1'), (error) => {
      assert.ok(error instanceof ListenError && error.code === 'EADDRINUSE');
      assert.ok(error.message.includes(`Port ${port} on 127.0.0.1`) && error.message.includes(`PORT=${port + 1}`));
      return true;
    });
  });

  test('says when an address is not this machine’s', async () => {
    await assert.rejects(listen(build(false), 0, '203.0.113.1'), {
      name: 'ListenError',
      message: /HOST 203\.0\.113\.1/,
    });
  });
});
