import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Outbox, OutboxEntry } from '../../../widget/src/outbox/outbox.js';
import { OutboxStorage } from '../../../widget/src/outbox/storage.js';
import { MapStorage } from '../../support/session.js';

const entry = (client_id: string, state: OutboxEntry['state'] = 'queued'): OutboxEntry => ({
  action: { action: 'ask', client_id, message: `message ${client_id}` },
  state,
  createdAt: 5,
});
const ada = { user: 'ada', conversationId: 'c1' };
const ids = (outbox: Outbox) => outbox.map(({ action, state }) => ['client_id' in action && action.client_id, state]);

test('comes back for the same visitor and conversation only', () => {
  const storage = new MapStorage();
  const outbox = new OutboxStorage(storage, 'here');
  outbox.save(ada, [entry('q1', 'sent'), entry('q2'), entry('q3', 'failed')]);
  const again = new OutboxStorage(storage, 'here');
  assert.deepEqual(ids(again.load(ada)), [
    ['q1', 'queued'],
    ['q2', 'queued'],
    ['q3', 'failed'],
  ]);
  assert.deepEqual(again.load({ user: 'bob', conversationId: 'c1' }), []);
  assert.deepEqual(again.load({ user: 'ada', conversationId: 'c2' }), []);
  assert.deepEqual(new OutboxStorage(storage, 'there').load(ada), []);
  again.save(ada, []);
  assert.equal(storage.items.size, 0);
});

test('what nobody has claimed comes back as failed, for whoever is there to decide', () => {
  const outbox = new OutboxStorage(new MapStorage(), 'here');
  outbox.save({ user: undefined, conversationId: 'c1' }, [entry('q1')]);
  assert.deepEqual(ids(outbox.load(ada)), [['q1', 'failed']]);
  assert.equal(outbox.load(ada)[0]?.error?.code, 'unsent');
  outbox.forgetUnclaimed('c1');
  assert.deepEqual(outbox.load(ada), []);
});

test('a visitor called null is not nobody', () => {
  const outbox = new OutboxStorage(new MapStorage(), 'here');
  outbox.save({ user: 'null', conversationId: 'c1' }, [entry('q1')]);
  assert.deepEqual(ids(outbox.load(ada)), []);
});

test('what is in storage is not taken on trust', () => {
  const storage = new MapStorage();
  const outbox = new OutboxStorage(storage, 'here');
  outbox.save(ada, [entry('q1')]);
  const key = [...storage.items.keys()][0] as string;
  const valid = JSON.parse(storage.items.get(key) as string)[0];
  const broken = [
    null,
    7,
    {},
    { ...valid, state: 'gone' },
    { ...valid, createdAt: 'now' },
    { ...valid, action: { action: 'ask', client_id: 5, message: 'x' } },
    { ...valid, action: { action: 'resume', cursors: {} } },
    { ...valid, action: { action: 'feedback', message_id: 'a', value: 'sideways', at: 1 } },
  ];
  storage.setItem(key, JSON.stringify([...broken, valid]));
  assert.deepEqual(ids(outbox.load(ada)), [['q1', 'queued']]);
  for (const text of ['{', '{"a":1}', 'null']) {
    storage.setItem(key, text);
    assert.deepEqual(outbox.load(ada), []);
  }
});

test('every kind of action survives', () => {
  const outbox = new OutboxStorage(new MapStorage(), 'here');
  const entries: OutboxEntry[] = [
    entry('q1'),
    { action: { action: 'edit', client_id: 'e', message_id: 'q', message: 'x' }, state: 'queued', createdAt: 1 },
    { action: { action: 'regenerate', client_id: 'r', message_id: 'a' }, state: 'queued', createdAt: 2 },
    { action: { action: 'stop', message_id: 'a' }, state: 'queued', createdAt: 3 },
    { action: { action: 'feedback', message_id: 'a', value: null, at: 9 }, state: 'queued', createdAt: 4 },
  ];
  outbox.save(ada, entries);
  assert.deepEqual(outbox.load(ada), entries);
});

test('no storage, or one that refuses, is said and harms nothing', () => {
  assert.equal(new OutboxStorage(undefined, 'here').isFailing, true);
  const refusing = {
    getItem(): string | null {
      throw new DOMException('no', 'SecurityError');
    },
    setItem(): void {
      throw new DOMException('full', 'QuotaExceededError');
    },
    removeItem(): void {},
  };
  const outbox = new OutboxStorage(refusing, 'here');
  assert.equal(outbox.isFailing, false);
  outbox.save(ada, [entry('q1')]);
  assert.equal(outbox.isFailing, true);
  assert.deepEqual(outbox.load(ada), []);
});
