/** Processes that hang, die and come back: real ones. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, test } from 'node:test';
import { ChaosError, startProcess } from '../../support/chaos/index.js';
import type { ManagedProcess, ProcessOptions } from '../../support/chaos/index.js';

const started: ManagedProcess[] = [];
after(() => Promise.all(started.map((child) => child.kill())));

/** Echoes in capitals; says which port, and what it was asked to say at its end. */
const SERVER = `
  const server = require('node:net').createServer((socket) => socket.on('data', (data) => socket.end(String(data).toUpperCase())));
  server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => console.log('listening on ' + server.address().port));
  process.on('SIGTERM', () => { console.error('good-bye'); process.exit(7); });
`;

async function start(
  script: string,
  { args = ['-e'], ...more }: Partial<ProcessOptions> = {},
): Promise<ManagedProcess> {
  const child = await startProcess({
    command: process.execPath,
    ready: /^listening on (\d+)$/,
    ...more,
    args: [...args, script],
  });
  started.push(child);
  return child;
}

async function ask(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write('hello');
  return (await socket.toArray()).join('');
}

test('it is ready when it says so; stopped politely, it may say good-bye; started again, it is another', async () => {
  const child = await start(SERVER);
  const port = Number(child.ready[1]);
  assert.equal(await ask(port), 'HELLO');
  const { pid } = child;
  await child.restart(() => assert.equal(child.isRunning, false));
  assert.deepEqual(child.log, [`listening on ${port}`, 'good-bye', `listening on ${child.ready[1]}`]);
  assert.notEqual(child.pid, pid);
  assert.equal(await ask(Number(child.ready[1])), 'HELLO');
  const end = child.ended;
  await child.stop();
  await child.stop();
  assert.deepEqual(await end, { code: 7, signal: null });
});

test('SIGSTOP: its port takes connections, nobody answers, and it goes on where it was', async () => {
  const child = await start(SERVER);
  await child.hang();
  const socket = connect(Number(child.ready[1]), '127.0.0.1');
  await once(socket, 'connect');
  socket.write('hello');
  const answer = socket.toArray();
  // A process that runs would have answered its neighbour's question by the time that another has started and ended.
  const other = await start(SERVER);
  assert.equal(await ask(Number(other.ready[1])), 'HELLO');
  assert.equal(socket.bytesRead, 0);
  child.wake();
  assert.equal((await answer).join(''), 'HELLO');
});

test('SIGKILL: no good-bye, also while it hangs; and again from the start', async () => {
  const child = await start(SERVER);
  await child.hang();
  const end = child.ended;
  await child.kill();
  assert.deepEqual(await end, { code: null, signal: 'SIGKILL' });
  assert.ok(!child.log.includes('good-bye'));
  assert.throws(
    () => child.pid,
    (error) => error instanceof ChaosError && error.reason === 'process',
  );
  await child.start();
  assert.equal(await ask(Number(child.ready[1])), 'HELLO');
  await child.stop();
});

test('what hangs is stopped politely all the same', async () => {
  const child = await start(SERVER);
  const end = child.ended;
  await child.hang();
  await child.stop();
  assert.deepEqual(await end, { code: 7, signal: null });
});

test('what ignores SIGTERM is killed when patience is at its end', async () => {
  const child = await start(`${SERVER}; process.removeAllListeners('SIGTERM'); process.on('SIGTERM', () => {});`, {
    patience: 100,
  });
  const end = child.ended;
  await child.stop();
  assert.deepEqual(await end, { code: null, signal: 'SIGKILL' });
});

test('ready by its port', async () => {
  const first = await start(SERVER);
  const port = Number(first.ready[1]);
  await first.stop();
  const child = await start(SERVER, { ready: { port }, env: { PORT: String(port) } });
  assert.equal(await ask(port), 'HELLO');
  assert.throws(() => child.ready);
});

test('a group shares its fate: hung, woken and killed together', async () => {
  const inner = JSON.stringify(SERVER);
  const child = await start(
    `require('node:child_process').spawn(process.execPath, ['-e', ${inner}], { stdio: 'inherit' }); setInterval(() => {}, 1000);`,
    { group: true },
  );
  const port = Number(child.ready[1]);
  assert.equal(await ask(port), 'HELLO');
  await child.kill();
  await assert.rejects(ask(port), { code: 'ECONNREFUSED' });
});

test('a group whose leader ends by itself ends with it', async () => {
  const child = await start(
    `const inner = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(SERVER)}], { stdio: ['ignore', 'pipe', 'inherit'] });
     inner.stdout.on('data', (line) => process.stdout.write(line, () => process.exit(0)));`,
    { group: true },
  );
  const port = Number(child.ready[1]);
  assert.deepEqual(await child.ended, { code: 0, signal: null });
  await assert.rejects(ask(port), { code: 'ECONNREFUSED' });
});

for (const group of [false, true]) {
  test(`what a killed test had started dies with it${group ? ', groups too' : ''}`, async () => {
    const kit = new URL('../../support/chaos/index.js', import.meta.url).href;
    const runner = await start(
      `import { startProcess } from ${JSON.stringify(kit)};
       const child = await startProcess({ command: process.execPath, args: ['-e', ${JSON.stringify(SERVER)}], ready: /^listening/, group: ${group} });
       console.log(child.log[0]);`,
      { args: ['--import', 'tsx', '--input-type=module', '-e'] },
    );
    const port = Number(runner.ready[1]);
    const orphan = connect(port, '127.0.0.1');
    await once(orphan, 'connect');
    const orphanEnded = new Promise((resolve) => orphan.on('error', () => {}).on('close', resolve));
    await runner.kill();
    // It ends no connection on its own that has not asked for anything.
    await orphanEnded;
  });
}

test('what dies, or says nothing, or does not exist, is reported with what it said', async () => {
  const isProcessError = (part: string) => (error: unknown) =>
    error instanceof ChaosError && error.reason === 'process' && error.message.includes(part);
  await assert.rejects(start(`console.log('no database'); process.exit(3)`), isProcessError('no database'));
  await assert.rejects(
    start(`console.log('thinking'); setInterval(() => {}, 1000)`, { deadline: 500 }),
    isProcessError('not ready'),
  );
  await assert.rejects(start('', { command: 'no-such-command' }), isProcessError('no-such-command'));
});

test('said waits for a line, and fails when it ends without', async () => {
  const child = await start(SERVER);
  const farewell = child.said(/^good-(\w+)/);
  const never = assert.rejects(child.said(/^never$/), (error) => error instanceof ChaosError);
  await child.stop();
  assert.equal((await farewell)[1], 'bye');
  await never;
});
