/** A database that is held by somebody else, that has no room, or that another server is running with. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { INTERRUPTED } from '../../../../templates/node/src/chat/closing.js';
import { lockDatabase } from '../../../../templates/node/src/chat/database-lock.js';
import { StorageError } from '../../../../templates/node/src/chat/errors.js';
import { createChat, type Chat } from '../../../../templates/node/src/chat/index.js';
import { Host, newCaller, temporaryDirectory } from './support/host.js';
import { ManualClock } from './support/manual-clock.js';
import { ScriptedProvider } from './support/scripted-provider.js';

const LEASE_MS = 15_000;
const HEARTBEAT_MS = 5_000;
const RETRY_MS = 250;
const RETRIES = 120;

function open(path: string): Chat {
  return createChat({ databasePath: path, provider: new ScriptedProvider(), publish: () => undefined });
}

function isHeld(path: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof StorageError, String(error));
    assert.equal(error.reason, 'locked');
    assert.match(error.message, /Another process .* stop the other one/);
    assert.ok(error.message.includes(path), error.message);
    return true;
  };
}

test('a second server on the same database is refused, by whatever name, until the first has closed', async (t) => {
  const directory = temporaryDirectory(t);
  const path = join(directory, 'chat.sqlite3');
  const first = open(path);
  t.after(() => first.close());
  assert.throws(() => open(path), isHeld(path));
  const link = join(directory, 'link.sqlite3');
  symlinkSync(path, link);
  assert.throws(() => open(link), isHeld(link));
  await first.close();
  const second = open(path);
  await second.close();
});

test('a database that cannot be opened leaves no lock behind', (t) => {
  const path = temporaryDirectory(t); // no file
  assert.throws(() => open(path), /DATABASE_PATH/);
  lockDatabase(path).release();
});

test('a process that is killed gives its lock back', async (t) => {
  const path = join(temporaryDirectory(t), 'chat.sqlite3');
  const module = new URL('../../../../templates/node/src/chat/database-lock.ts', import.meta.url).href;
  const script = `import { lockDatabase } from ${JSON.stringify(module)};
    globalThis.lock = lockDatabase(${JSON.stringify(path)}); console.log('held'); setInterval(() => {}, 1_000);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]);
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  assert.throws(() => lockDatabase(path), isHeld(path));
  child.kill('SIGKILL');
  await once(child, 'exit');
  lockDatabase(path).release();
  assert.ok(existsSync(`${path}.lock`));
});

test('alone with the database, a start closes at once what a dead process was writing', async (t) => {
  const path = join(temporaryDirectory(t), 'chat.sqlite3');
  const dead = new Host(t, { path });
  const caller = newCaller();
  const { answer, model } = await dead.askAndWait(caller);
  model.say('half');
  await dead.streamed(model, 'half');

  const host = new Host(t, { path, clock: new ManualClock(dead.clock.now()), isAlone: true });
  const complete = host.completes(answer.id)[0];
  assert.deepEqual([complete?.status, complete?.bytes, complete?.error], ['failed', 4, INTERRUPTED]);
  host.chat.start();
  assert.equal(host.completes(answer.id).length, 1);
  host.ask(caller, 'And now?'); // not busy
});

test('a start on a full disk does not fail', async (t) => {
  const path = join(temporaryDirectory(t), 'chat.sqlite3');
  const dead = new Host(t, { path });
  const { answer } = await dead.askAndWait(newCaller());
  const host = new Host(t, { path, clock: new ManualClock(dead.clock.now()), isAlone: true, start: false });
  const disk = host.fillDisk();
  host.chat.start();
  assert.equal(host.completes(answer.id).length, 0);
  disk.free();
  host.clock.advance(LEASE_MS + HEARTBEAT_MS);
  assert.equal(host.completes(answer.id).length, 1);
});

test('text waits for a database that another process holds; actions are refused; nobody waits twice', async (t) => {
  const host = new Host(t);
  const caller = newCaller();
  const patience = () => host.store.database.prepare('PRAGMA busy_timeout').get()?.['timeout'];
  const { answer, model } = await host.askAndWait(caller);
  assert.ok(Number(patience()) <= 250, 'it stands the event loop still');
  const lock = host.lockOut(t);
  for (const text of ['one ', 'two ', 'three']) {
    model.say(text);
    await host.streamed(model, text);
  }
  assert.equal(patience(), 0);
  assert.equal(host.chunks(answer.id).length, 0, 'what is not stored is not shown');
  const refusal = host.refusal(newCaller(), 'ask', { client_id: randomUUID(), message: 'x' });
  assert.deepEqual([refusal.code, refusal.retryable], ['internal', true]);
  assert.equal(host.entry(caller, answer.id).status, 'streaming', 'reading goes on');
  host.clock.advance(LEASE_MS * 1.5);
  lock.release();
  host.clock.advance(RETRY_MS);
  assert.deepEqual(
    host.chunks(answer.id).map(({ offset, content }) => [offset, content]),
    [
      [0, 'one '],
      [4, 'two '],
      [8, 'three'],
    ],
  );
  assert.notEqual(patience(), 0);
  model.say('!').end();
  assert.deepEqual([(await host.completed(answer.id)).status, host.completes(answer.id).length], ['complete', 1]);
});

test('an end waits for a database that another process holds', async (t) => {
  const host = new Host(t);
  const { answer, model } = await host.askAndWait(newCaller());
  const lock = host.lockOut(t);
  model.say('all').end();
  await host.streamed(model, 'all');
  host.clock.advance(10 * RETRY_MS);
  assert.equal(host.published.items.length, 1);
  lock.release();
  host.clock.advance(RETRY_MS);
  const complete = await host.completed(answer.id);
  assert.deepEqual([complete.status, complete.bytes, host.chat.storedText(answer.id)?.text], ['complete', 3, 'all']);
  assert.equal(host.logged.filter((line) => line.includes('could not be stored')).length, 0);
});

test('a stop reaches an answer that waits for the database; a shutdown does not wait for it', async (t) => {
  const host = new Host(t);
  const caller = newCaller();
  const stopped = await host.askAndWait(caller);
  const shut = await host.askAndWait(newCaller());
  const lock = host.lockOut(t);
  stopped.model.say('x');
  await host.streamed(stopped.model, 'x');
  lock.release();
  host.snapshot(caller, 'stop', { message_id: stopped.answer.id });
  host.clock.advance(RETRY_MS);
  assert.deepEqual(host.chunks(stopped.answer.id), []);
  assert.deepEqual(
    [host.completes(stopped.answer.id)[0]?.status, host.completes(stopped.answer.id)[0]?.bytes],
    ['stopped', 0],
  );
  const again = host.lockOut(t);
  shut.model.say('x').end();
  await host.streamed(shut.model, 'x');
  await host.chat.close();
  again.release();
  assert.equal(host.clock.timers, 0);
});

test('for a database that is held for ever nobody waits for ever; what was told is stored later', async (t) => {
  const host = new Host(t, { isAlone: true });
  const caller = newCaller();
  const { answer, model } = await host.askAndWait(caller);
  model.say('so far');
  await host.streamed(model, 'so far');
  const lock = host.lockOut(t);
  model.say(' and more');
  await host.streamed(model, 'more');
  for (let tries = 0; tries < 2 * RETRIES + 10 && host.completes(answer.id).length === 0; tries += 1) {
    host.clock.advance(RETRY_MS);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const [complete] = host.completes(answer.id);
  assert.deepEqual([complete?.status, complete?.error?.code, complete?.bytes], ['failed', 'internal', 6]);
  lock.release();
  host.clock.advance(HEARTBEAT_MS);
  assert.deepEqual(
    [host.chat.storedText(answer.id)?.status, host.chat.storedText(answer.id)?.text],
    ['failed', 'so far'],
  );
});

test('an end that the disk has no room for is told, shown to everybody, and stored as it was told', async (t) => {
  const path = join(temporaryDirectory(t), 'chat.sqlite3');
  const host = new Host(t, { path, isAlone: true });
  const caller = newCaller();
  const clientId = randomUUID();
  const { answer } = host.ask(caller, 'Q', clientId);
  const model = await host.provider.next();
  model.say('so far');
  await host.streamed(model, 'so far');
  const disk = host.fillDisk();
  model.say(' and more');
  await host.streamed(model, 'more');
  const complete = await host.completed(answer.id);
  assert.deepEqual([complete.status, complete.bytes, complete.error?.code], ['failed', 6, 'internal']);
  assert.match(complete.error?.message ?? '', /store/);
  assert.equal(model.request.signal.aborted, true);

  const shown = host.entry(caller, answer.id);
  assert.deepEqual([shown.status, shown.bytes, shown.content, shown.error], ['failed', 6, 'so far', complete.error]);
  assert.equal(host.chat.storedText(answer.id)?.status, 'streaming', 'it is not stored');
  assert.equal(host.refusal(caller, 'ask', { client_id: randomUUID(), message: 'x' }).code, 'internal', 'not busy');
  assert.equal(
    host.refusal({ ...newCaller(), user: caller.user }, 'regenerate', {
      client_id: randomUUID(),
      message_id: answer.id,
    }).code,
    'internal',
  );
  assert.equal(host.snapshot(caller, 'stop', { message_id: answer.id }).messages[0]?.status, 'failed');
  host.clock.advance(LEASE_MS * 2);
  disk.free();
  // Nobody may close it in another way, not even whoever is first now.
  assert.equal(host.snapshot(caller, 'stop', { message_id: answer.id }).messages[0]?.status, 'failed');
  assert.equal(host.chat.storedText(answer.id)?.status, 'failed');
  assert.deepEqual(host.completes(answer.id), [complete], 'told once');
  const known = host.snapshot(caller, 'ask', { client_id: clientId, message: 'Q' }).messages[1];
  assert.deepEqual(known?.error, complete.error);
  host.ask(caller, 'Again');
  await host.chat.close();

  const after = new Host(t, { path, clock: host.clock, isAlone: true, start: false });
  const stored = after.entry(caller, answer.id);
  assert.deepEqual(
    [stored.status, stored.bytes, stored.content, stored.error],
    ['failed', 6, 'so far', complete.error],
  );
});

test('until a told end is stored nothing else closes the answer, and a new question is refused for what it is', async (t) => {
  const host = new Host(t, { isAlone: true });
  const caller = newCaller();
  const { answer, model } = await host.askAndWait(caller);
  // Room for some writes, but not for this one.
  const { answers } = host.store;
  const closeOwn = answers.closeOwn;
  answers.closeOwn = () => {
    throw new StorageError('full', host.path, 'No room is left.');
  };
  model.say('all').end();
  const complete = await host.completed(answer.id);
  assert.equal(complete.status, 'complete');
  host.clock.advance(LEASE_MS + HEARTBEAT_MS);
  assert.equal(host.chat.storedText(answer.id)?.status, 'streaming');
  assert.equal(host.refusal(caller, 'ask', { client_id: randomUUID(), message: 'x' }).code, 'internal', 'not busy');
  host.ask(newCaller('bob')); // whom it does not concern
  answers.closeOwn = closeOwn;
  host.ask(caller);
  assert.equal(host.chat.storedText(answer.id)?.status, 'complete');
  assert.deepEqual(host.completes(answer.id), [complete]);
});

test('a complete answer whose end alone finds no room is complete', async (t) => {
  const host = new Host(t, { isAlone: true });
  const caller = newCaller();
  const { answer, model } = await host.askAndWait(caller);
  model.say('all');
  await host.streamed(model, 'all');
  const disk = host.fillDisk();
  model.end('length');
  const complete = await host.completed(answer.id);
  assert.deepEqual([complete.status, complete.bytes, complete.reason], ['complete', 3, 'length']);
  assert.equal(host.entry(caller, answer.id).reason, 'length');
  disk.free();
  host.clock.advance(HEARTBEAT_MS);
  assert.equal(host.chat.storedText(answer.id)?.status, 'complete');
});

test('where others may close the answer, an end that is not stored is not told', async (t) => {
  const host = new Host(t);
  const { answer, model } = await host.askAndWait(newCaller());
  const disk = host.fillDisk();
  model.end();
  await host.idle();
  assert.equal(host.completes(answer.id).length, 0);
  disk.free();
  host.clock.advance(LEASE_MS + HEARTBEAT_MS);
  assert.deepEqual(host.completes(answer.id)[0]?.error, INTERRUPTED);
});
