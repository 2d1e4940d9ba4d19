/** Restarts from inside of the process: really another server, at the same address. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { readConfig } from '../../../templates/node/src/config.js';
import { silentLogger } from '../../../templates/node/src/logger.js';
import { superviseServer } from '../../../templates/node/src/supervisor.js';
import type { Supervisor } from '../../../templates/node/src/supervisor.js';
import { CableClient } from '../../support/cable-client.js';

let directory: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cable-chat-supervisor-'));
});
after(() => rm(directory, { recursive: true }));

/** An unhandled rejection, which fails the test. */
function unexpected(error: unknown): never {
  throw error;
}

function supervise(onLost: (error: unknown) => void = unexpected): Promise<Supervisor> {
  const config = readConfig({ PORT: '0', LAB: '1', DATABASE_PATH: join(directory, `${randomUUID()}.sqlite3`) });
  return superviseServer({ config, logger: silentLogger }, onLost);
}

const cookie = `visitor=${'x'.repeat(24)}`;
const post = (url: string, fault: string) =>
  fetch(`${url}/lab/${fault}`, {
    method: 'POST',
    headers: { cookie, origin: url, 'content-type': 'application/json' },
    body: '{}',
  });

test('a visitor’s restart: told goodbye, another epoch, no session, the same address', async () => {
  const supervisor = await supervise();
  try {
    const { server } = supervisor;
    const { epoch } = server.cable.stats.history;
    const client = await CableClient.connect(server.cableUrl, { headers: { cookie } });
    const { sid } = await client.next();
    assert.deepEqual(await (await post(server.url, 'restart')).json(), { restarting: true });
    assert.deepEqual(await client.next(), { type: 'disconnect', reason: 'server_restart', reconnect: true });
    await supervisor.restart(); // the one under way
    assert.notEqual(supervisor.server, server);
    assert.deepEqual([supervisor.server.url, supervisor.server.cableUrl], [server.url, server.cableUrl]);
    assert.notEqual(supervisor.server.cable.stats.history.epoch, epoch);
    const back = await CableClient.connect(server.cableUrl, { headers: { cookie }, sid: String(sid) });
    assert.equal((await back.next())['restored'], undefined);
  } finally {
    await supervisor.close();
  }
});

test('closing while it restarts leaves nothing running', async () => {
  const supervisor = await supervise();
  const { url } = supervisor.server;
  const restarted = supervisor.restart();
  await supervisor.close();
  await restarted;
  await assert.rejects(fetch(url));
  await supervisor.restart();
  await assert.rejects(fetch(url), 'what is closed stays closed');
});

test('a restart that fails is told', { timeout: 30_000 }, async () => {
  let lost: ((error: unknown) => void) | undefined;
  const told = new Promise<unknown>((resolve) => (lost = resolve));
  const supervisor = await supervise((error) => lost?.(error));
  const { url, port, server } = { ...supervisor.server, server: supervisor.server };
  // Somebody takes the port as soon as it is free.
  const thief = createServer();
  const close = server.close.bind(server);
  Object.assign(server, {
    close: async () => {
      await close();
      if (!thief.listening) await new Promise<void>((resolve) => thief.listen(port, '127.0.0.1', resolve));
    },
  });
  try {
    await (await post(url, 'restart')).text();
    assert.equal(((await told) as Error).name, 'ListenError');
  } finally {
    await supervisor.close();
    await new Promise((resolve) => thief.close(resolve));
  }
});
