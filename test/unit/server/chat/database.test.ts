import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Database } from '../../../../templates/node/src/chat/database.js';
import { StorageError, type StorageReason } from '../../../../templates/node/src/chat/errors.js';
import { MIGRATIONS } from '../../../../templates/node/src/chat/schema.js';
import { createChat } from '../../../../templates/node/src/chat/index.js';
import { Host, newCaller, temporaryDirectory } from './support/host.js';
import { ScriptedProvider } from './support/scripted-provider.js';

function open(path: string): void {
  createChat({ databasePath: path, provider: new ScriptedProvider(), publish: () => undefined });
}

function fails(work: () => unknown, reason: StorageReason, path: string, advice: RegExp): void {
  assert.throws(work, (error: unknown) => {
    assert.ok(error instanceof StorageError, String(error));
    assert.equal(error.reason, reason, error.message);
    assert.ok(error.message.includes(path), error.message);
    assert.match(error.message, advice);
    return true;
  });
}

test('a missing directory is created; a path that cannot be is a clear error', (t) => {
  const directory = temporaryDirectory(t);
  const host = new Host(t, { path: join(directory, 'a', 'b', 'chat.sqlite3') });
  assert.ok(existsSync(host.path));
  const file = join(directory, 'file');
  writeFileSync(file, '');
  fails(() => open(join(file, 'chat.sqlite3')), 'unreadable', file, /DATABASE_PATH/);
  mkdirSync(join(directory, 'dir'));
  fails(() => open(join(directory, 'dir')), 'unreadable', 'dir', /DATABASE_PATH/);
});

test('a file that is no database is a clear error, and is left as it is', (t) => {
  const path = join(temporaryDirectory(t), 'notes.txt');
  writeFileSync(path, 'My notes. '.repeat(1_000));
  fails(() => open(path), 'corrupt', path, /backup/);
  assert.equal(existsSync(`${path}-wal`), false);
});

test('a database of a newer version is not touched', (t) => {
  const path = join(temporaryDirectory(t), 'chat.sqlite3');
  const database = new Database(path);
  database.prepare(`PRAGMA user_version = ${MIGRATIONS.length + 1}`).run();
  database.close();
  fails(() => open(path), 'newer_schema', path, /newer version/);
});

test('migrations run once, and an opened database is of the present schema', (t) => {
  const path = join(temporaryDirectory(t), 'chat.sqlite3');
  for (let n = 0; n < 2; n += 1) {
    const database = new Database(path);
    assert.equal(database.prepare('PRAGMA user_version').get()?.['user_version'], MIGRATIONS.length);
    assert.equal(database.prepare('PRAGMA journal_mode').get()?.['journal_mode'], 'wal');
    assert.equal(database.prepare('PRAGMA foreign_keys').get()?.['foreign_keys'], 1);
    database.close();
  }
});

test('a transaction that fails leaves nothing behind, also when SQLite itself has rolled it back', (t) => {
  const database = new Database(join(temporaryDirectory(t), 'chat.sqlite3'));
  t.after(() => database.close());
  const insert = database.prepare("INSERT INTO conversations (id, owner, created_at) VALUES (?, 'ada', 1)");
  const count = () => database.prepare('SELECT count(*) AS n FROM conversations').get()?.['n'];
  const boom = new Error('boom');
  assert.throws(() => database.write('durable', () => (insert.run('a'), assert.fail(boom))), boom);
  assert.equal(count(), 0);
  database.prepare('PRAGMA max_page_count = 20').get();
  fails(
    () =>
      database.write('durable', () => {
        for (let n = 0; n < 1_000; n += 1) insert.run(`${n}`.padEnd(1_000, 'x'));
      }),
    'full',
    database.path,
    /Free some space/,
  );
  assert.equal(count(), 0);
  database.write('durable', () => insert.run('b'));
  assert.equal(count(), 1);
  assert.equal(
    database.write('durable', () => database.write('lazy', () => database.read(() => insert.run('c')))),
    1,
    'they nest',
  );
});

test('a statement that failed takes new values the next time', (t) => {
  const database = new Database(join(temporaryDirectory(t), 'chat.sqlite3'));
  t.after(() => database.close());
  const sql = "INSERT INTO conversations (id, owner, created_at) VALUES (?, 'ada', 1)";
  const insert = database.prepare(`${sql} RETURNING id`);
  insert.get('a');
  assert.throws(() => insert.get('a'), StorageError);
  assert.equal(insert.get('b')?.['id'], 'b');
  assert.throws(() => insert.all('a'), StorageError);
  assert.equal(insert.all('c')[0]?.['id'], 'c');
  const plain = database.prepare(sql);
  assert.throws(() => plain.run('a'), StorageError);
  plain.run('d');
  const ids = database.prepare('SELECT id FROM conversations ORDER BY id').all();
  assert.deepEqual(
    ids.map((row) => row['id']),
    ['a', 'b', 'c', 'd'],
  );
});

test('a database that another process holds is a clear error', (t) => {
  const path = join(temporaryDirectory(t), 'chat.sqlite3');
  const database = new Database(path);
  t.after(() => database.close());
  database.prepare('PRAGMA busy_timeout = 0').get();
  const other = new Database(path);
  t.after(() => other.close());
  other.write('lazy', () => {
    fails(() => database.write('lazy', () => undefined), 'locked', path, /one process/);
  });
});

test('after close every use is a clear error, and close again is nothing', (t) => {
  const path = join(temporaryDirectory(t), 'chat.sqlite3');
  const database = new Database(path);
  const query = database.prepare('SELECT 1');
  database.close();
  database.close();
  fails(() => query.get(), 'closed', path, /closed/);
  assert.ok(!existsSync(`${path}-wal`) || statSync(`${path}-wal`).size === 0, 'the log has been merged into the file');
});

test('a disk that is full in the middle of an answer fails the answer; the text so far stays; the process lives', async (t) => {
  const host = new Host(t);
  const caller = newCaller();
  const { answer, model } = await host.askAndWait(caller);
  model.say('so far');
  await host.streamed(model, 'so far');
  const disk = host.limitDisk();
  model.say('x'.repeat(200_000));
  const complete = await host.completed(answer.id);
  assert.deepEqual([complete.status, complete.error?.code, complete.error?.retryable], ['failed', 'internal', true]);
  assert.equal(model.request.signal.aborted, true);
  assert.equal(
    host.chat.storedText(answer.id)?.text,
    host
      .chunks(answer.id)
      .map((chunk) => chunk.content)
      .join(''),
  );
  assert.ok(
    host.logged.some((line) => line.includes('Free some space')),
    'the log says what to do',
  );

  // Whoever asks now is told; whoever reads still can.
  const clientId = randomUUID();
  const refusal = host.refusal(newCaller(), 'ask', { client_id: clientId, message: 'y'.repeat(16_000) });
  assert.deepEqual([refusal.code, refusal.client_id, refusal.retryable], ['internal', clientId, true]);
  assert.equal(host.entry(caller, answer.id).status, 'failed');
  disk.free();

  host.ask(caller, 'y'.repeat(16_000));
});
