/** The SQL of docs/protocol.md: its tables are the embedded server's, and its statements do what the page says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Database, type SqlRow, type SqlValue } from '../../../templates/node/src/chat/database.js';
import { readPage } from './support/markdown.js';

const statements = new Map(
  readPage('protocol.md')
    .fences.filter(({ info }) => info.startsWith('sql '))
    .map(({ info, text }) => [info.slice('sql '.length), text]),
);

type Values = Readonly<Record<string, SqlValue>>;

class Sql {
  readonly database = new Database(':memory:');

  /** Runs a statement of the page; returns the rows that it returns, or how many it changed. */
  run(name: string, values: Values): SqlRow[] | number {
    const sql = statements.get(name);
    assert.ok(sql !== undefined, `the page has no "sql ${name}"`);
    const bound: SqlValue[] = [];
    const text = sql.replace(/:([a-z_]+)/g, (_all, parameter: string) => {
      assert.ok(parameter in values, `${name} wants :${parameter}`);
      bound.push(values[parameter] as SqlValue);
      return '?';
    });
    const query = this.database.prepare(text);
    return /\bRETURNING\b|^SELECT/.test(text) ? query.all(...bound) : query.run(...bound);
  }

  seed(id: string): void {
    this.database.prepare(`INSERT INTO conversations (id, owner, created_at) VALUES ('c', 'ada', 0)`).run();
    this.database
      .prepare(
        `INSERT INTO messages (id, conversation_id, position, role, status, deadline, created_at)
         VALUES (?, 'c', 1, 'assistant', 'queued', 1000, 0)`,
      )
      .run(id);
  }

  append(lease: string, offset: number, content: string): number | SqlRow[] {
    const bytes = Buffer.from(content);
    const values = { id: 'a', lease, offset, length: bytes.length, deadline: 2_000 };
    const grown = this.run('append', values);
    if (grown === 1) this.run('log', { id: 'a', offset, content: bytes });
    return grown;
  }

  text(): string {
    const rows = this.run('read', { id: 'a' }) as SqlRow[];
    return Buffer.concat(rows.map((row) => Buffer.from(row['content'] as Uint8Array))).toString();
  }
}

function schemaOf(database: Database): readonly unknown[] {
  const tables = database
    .prepare(`SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name`)
    .all();
  return tables.map(({ name, sql }) => [name, String(sql).replace(/\s+/g, ' ')]);
}

test('the tables of the page are the embedded server’s', () => {
  const real = new Sql().database;
  const written = new Database(':memory:');
  const names = schemaOf(written).map((row) => (row as readonly [string])[0]);
  assert.ok(names.includes('messages'));
  for (const name of ['chunks', 'messages', 'conversations']) written.prepare(`DROP TABLE ${name}`).run();
  for (const statement of (statements.get('schema') ?? '').split(';')) {
    if (statement.trim() !== '') written.prepare(statement).run();
  }
  assert.deepEqual(schemaOf(written), schemaOf(real));
});

test('a claim succeeds once; only its lease writes, only at the end, and not after the close', () => {
  const sql = new Sql();
  sql.seed('a');
  assert.equal(sql.append('one', 0, 'x'), 0, 'not before the claim');
  assert.equal(sql.run('claim', { id: 'a', lease: 'one', deadline: 1_000 }), 1);
  assert.equal(sql.run('claim', { id: 'a', lease: 'two', deadline: 1_000 }), 0);
  assert.equal(sql.append('one', 0, 'aé'), 1);
  assert.equal(sql.append('two', 3, 'x'), 0, 'another lease');
  assert.equal(sql.append('one', 2, 'x'), 0, 'not at the end');
  assert.equal(sql.append('one', 3, '☂😀'), 1);
  assert.equal(sql.run('renew', { id: 'a', lease: 'one', deadline: 5_000 }), 1);
  assert.equal(sql.run('renew', { id: 'a', lease: 'two', deadline: 5_000 }), 0);
  assert.deepEqual(sql.run('close-expired', { id: 'a', error: '{}', now: 4_000 }), [], 'it is alive');
  const closing = { id: 'a', status: 'complete', reason: null, error: null };
  assert.deepEqual(sql.run('close-own', { ...closing, lease: 'two' }), []);
  assert.deepEqual(sql.run('close-own', { ...closing, lease: 'one' }), [{ bytes: 10 }]);
  assert.deepEqual(sql.run('close-own', { ...closing, lease: 'one' }), []);
  assert.deepEqual(sql.run('close-open', { id: 'a' }), []);
  assert.equal(sql.append('one', 10, 'x'), 0);
  assert.equal(sql.text(), 'aé☂😀');
  assert.equal(sql.run('fold', { id: 'a', text: Buffer.from(sql.text()) }), 1);
  assert.equal(sql.run('fold-log', { id: 'a' }), 2);
  assert.equal(sql.text(), 'aé☂😀');
});

test('stop closes a queued answer, and what is past its deadline is closed', () => {
  const stopped = new Sql();
  stopped.seed('a');
  assert.equal(stopped.run('fold', { id: 'a', text: Buffer.from('x') }), 0, 'an open answer is not folded');
  assert.deepEqual(stopped.run('close-open', { id: 'a' }), [{ bytes: 0 }]);
  assert.equal(stopped.run('claim', { id: 'a', lease: 'late', deadline: 1 }), 0);
  const expired = new Sql();
  expired.seed('a');
  assert.deepEqual(expired.run('close-expired', { id: 'a', error: '{}', now: 1_000 }), [], 'not on the dot');
  assert.deepEqual(expired.run('close-expired', { id: 'a', error: '{}', now: 1_001 }), [{ bytes: 0 }]);
});

test('positions count from 1', () => {
  const sql = new Sql();
  sql.seed('a');
  const next = () => sql.run('next-position', { conversation_id: 'c' });
  assert.deepEqual([next(), next()], [[{ last_position: 1 }], [{ last_position: 2 }]]);
});

test('every statement of the page was tried here', () => {
  assert.deepEqual([...statements.keys()].toSorted(), [
    'append',
    'claim',
    'close-expired',
    'close-open',
    'close-own',
    'fold',
    'fold-log',
    'log',
    'next-position',
    'read',
    'renew',
    'schema',
  ]);
});
