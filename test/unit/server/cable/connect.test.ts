/** Opening, identifying, pinging and ending connections of a real CableServer. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { afterEach, describe, test } from 'node:test';
import { BASE, EXTENDED, UpgradeRefused } from '../../../support/cable-client.js';
import { startCableHost } from '../../../support/cable-host.js';
import type { CableHost, CableHostOptions } from '../../../support/cable-host.js';

let host: CableHost | undefined;
const start = async (options?: CableHostOptions) => (host = await startCableHost(options));
afterEach(async () => {
  await host?.stop();
  host = undefined;
});

const refusedWith = (status: number) => (error: unknown) => error instanceof UpgradeRefused && error.status === status;

describe('opening', () => {
  test('a client is welcomed with a session id of its own', async () => {
    const { open } = await start();
    const [one, two] = await Promise.all([open(), open()]);
    const welcomes = await Promise.all([one.next(), two.next()]);
    for (const welcome of welcomes) {
      assert.deepEqual(Object.keys(welcome), ['type', 'sid']);
      assert.match(String(welcome['sid']), /^[\w-]{22}$/);
    }
    assert.notEqual(welcomes[0]['sid'], welcomes[1]['sid']);
  });

  test('the sub-protocol is negotiated; a token beside it is neither chosen nor logged', async () => {
    const { open, log } = await start();
    assert.equal((await open({ protocols: [BASE] })).protocol, BASE);
    assert.equal((await open({ protocols: ['anycable-token.s3cret', EXTENDED] })).protocol, EXTENDED);
    await assert.rejects(open({ protocols: ['anycable-token.s3cret'] }), /no subprotocol/i);
    const bare = await open({ protocols: [] });
    assert.equal(bare.protocol, '');
    assert.equal((await bare.next())['type'], 'welcome', 'as with AnyCable: served as the base protocol');
    assert.ok(!log.join('\n').includes('s3cret'));
  });

  test('other origins and other paths are refused', async () => {
    const { open, url, log } = await start({ options: { allowedOrigins: ['*.b.test'] } });
    const own = url.replace('ws:', 'http:').replace('/cable', '');
    await open({ headers: { origin: own } });
    await open({ headers: { origin: 'https://x.b.test' } });
    await assert.rejects(open({ headers: { origin: 'https://evil.test' } }), refusedWith(403));
    await assert.rejects(open({ headers: { origin: 'null' } }), refusedWith(403));
    assert.ok(log.some((line) => line.includes('https://evil.test') && line.includes('ALLOWED_ORIGINS')));
    const { CableClient } = await import('../../../support/cable-client.js');
    await assert.rejects(CableClient.connect(url.replace('/cable', '/other')), refusedWith(404));
    await assert.rejects(CableClient.connect(url.replace('/cable', '/cable/../x')), refusedWith(404));
  });

  test('an upgrade that is none gets a 400 and harms nobody', async () => {
    const { url, connect } = await start();
    const status = await new Promise((resolve, reject) => {
      const upgrade = request(url.replace('ws:', 'http:'), {
        headers: { Connection: 'Upgrade', Upgrade: 'websocket' },
      });
      upgrade
        .on('response', (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end();
    });
    assert.equal(status, 400);
    await connect();
  });

  test('who is not identified is told so, and does not come back', async () => {
    const { open, cable } = await start();
    const client = await open({ user: 'nobody' });
    assert.deepEqual(await client.next(), { type: 'disconnect', reason: 'unauthorized', reconnect: false });
    assert.deepEqual(await client.closed, { code: 1000, reason: 'Auth Failed' });
    assert.equal(cable.stats.connections, 0);
  });

  test('when identifying fails, the socket closes with 1011 and the log says why', async () => {
    const { open, log } = await start({ identify: () => Promise.reject(new Error('the session store is down')) });
    const client = await open();
    assert.deepEqual(await client.closed, { code: 1011, reason: 'Auth Error' });
    assert.deepEqual(client.frames, []);
    assert.ok(log.some((line) => line.includes('the session store is down')));
  });

  test('what a client sends before it is identified waits', async () => {
    let release!: (identity: { user: string }) => void;
    const identified = new Promise<{ user: string }>((resolve) => (release = resolve));
    const { open } = await start({
      identify: () => identified,
      channels: { Chat: { subscribed: () => undefined, perform: () => undefined } },
    });
    const client = await open();
    client.command('subscribe', '{"channel":"Chat"}');
    release({ user: 'ada' });
    assert.equal((await client.next())['type'], 'welcome');
    assert.equal((await client.next())['type'], 'confirm_subscription');
  });

  test('a client that leaves while it is being identified leaves nothing behind', async () => {
    let release!: (identity: { user: string }) => void;
    const identified = new Promise<{ user: string }>((resolve) => (release = resolve));
    const { open, cable } = await start({ identify: () => identified });
    const client = await open();
    await client.cut();
    const other = await open();
    release({ user: 'ada' });
    await other.next({ type: 'welcome' });
    assert.equal(cable.stats.sessions, 1);
  });

  test('headers can be added to the handshake', async () => {
    const { open } = await start({ responseHeaders: () => ['Set-Cookie: visitor=x; HttpOnly'] });
    assert.deepEqual((await open()).responseHeaders['set-cookie'], ['visitor=x; HttpOnly']);
  });
});

describe('pings', () => {
  test('come by themselves, with the time in seconds or as the client asks', async () => {
    const { open } = await start({ options: { pingInterval: 5 } });
    const before = Math.floor(Date.now() / 1000);
    const seconds = await (await open()).next({ type: 'ping' });
    assert.ok(Number(seconds['message']) >= before && Number(seconds['message']) <= Date.now() / 1000);
    const milliseconds = await (await open({ query: { ptp: 'ms' } })).next({ type: 'ping' });
    assert.ok(Number(milliseconds['message']) >= before * 1000);
    const client = await open();
    await client.next({ type: 'ping' });
    await client.next({ type: 'ping' });
  });

  test('none with an interval of 0, by option or by the client', async () => {
    const { open } = await start({ options: { pingInterval: 5 } });
    const [quiet, other] = [await open({ query: { pi: '0' } }), await open()];
    for (let n = 0; n < 5; n++) await other.next({ type: 'ping' });
    await quiet.settled();
    assert.deepEqual(
      quiet.frames.filter(({ type }) => type === 'ping'),
      [],
    );
  });

  test('a peer that answers nothing is disconnected, one that answers is not', async () => {
    const { connect, log } = await start({ options: { deadPeerTimeout: 60, closeTimeout: 5_000 } });
    const [alive, dead] = [await connect(), await connect()];
    dead.pause();
    while (!log.some((line) => line.includes('peer is gone'))) await new Promise((resolve) => setImmediate(resolve));
    dead.resume();
    assert.deepEqual(await dead.next(), { type: 'disconnect', reason: 'no_pong', reconnect: true });
    await dead.closed;
    await alive.settled();
  });
});

describe('ending', () => {
  test('shutting down tells everybody to come back later, and refuses who comes too early', async () => {
    const { connect, cable, open } = await start();
    const client = await connect();
    const closing = cable.close();
    await assert.rejects(open(), refusedWith(503));
    assert.deepEqual(await client.next(), { type: 'disconnect', reason: 'server_restart', reconnect: true });
    assert.deepEqual(await client.closed, { code: 1001, reason: 'Server restart' });
    await closing;
    await cable.close();
  });

  test('shutting down does not wait for a client that hangs', async () => {
    const { connect, cable } = await start({ options: { closeTimeout: 10 } });
    const client = await connect();
    client.pause();
    await cable.close();
    client.resume();
    await client.closed;
  });

  test('all connections of one user can be ended', async () => {
    const { connect, cable } = await start();
    const [one, two, other] = [await connect(), await connect(), await connect({ user: 'bob' })];
    assert.equal(cable.disconnect('ada', { reconnect: false }), 2);
    for (const client of [one, two]) {
      assert.deepEqual(await client.next(), { type: 'disconnect', reason: 'remote', reconnect: false });
      assert.deepEqual(await client.closed, { code: 1000, reason: 'Closed remotely' });
    }
    assert.deepEqual(await other.settled(), []);
  });

  test('all can be ended with any reason', async () => {
    const { connect, cable } = await start();
    const client = await connect();
    cable.disconnectAll('token_expired', { reconnect: false });
    assert.deepEqual(await client.next(), { type: 'disconnect', reason: 'token_expired', reconnect: false });
  });

  test('connections of one user can be cut without a word', async () => {
    const { connect, cable } = await start();
    const [client, other] = [await connect(), await connect({ user: 'bob' })];
    assert.equal(cable.cut('ada'), 1);
    assert.equal((await client.closed).code, 1006);
    assert.deepEqual(client.transcript.slice(1), []);
    await other.settled();
  });
});

describe('quiescing', () => {
  test('takes nothing new, lets the command at work finish, and still publishes', async () => {
    let release!: () => void;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const performed: string[] = [];
    const { connect, open, cable } = await start({
      channels: {
        Chat: {
          subscribed: ({ streamFrom }) => streamFrom('s'),
          perform: async ({ transmit }, action) => {
            performed.push(action);
            await gate;
            transmit({ done: action });
          },
        },
      },
    });
    const [busy, idle] = [await connect(), await connect()];
    const identifier = '{"channel":"Chat"}';
    for (const client of [busy, idle]) await client.subscribe(identifier);
    busy.perform(identifier, 'first');
    busy.perform(identifier, 'second');
    while (performed.length === 0) await idle.settled();
    let quiet = false;
    const quiesced = cable.quiesce().then(() => (quiet = true));
    idle.perform(identifier, 'third');
    await assert.rejects(open(), refusedWith(503));
    assert.equal(quiet, false);
    release();
    await quiesced;
    cable.broadcast('s', { last: 'word' });
    assert.deepEqual((await busy.next())['message'], { done: 'first' });
    assert.deepEqual((await busy.next())['message'], { last: 'word' });
    assert.deepEqual((await idle.next())['message'], { last: 'word' });
    await cable.close();
    assert.deepEqual(performed, ['first']);
  });
});
