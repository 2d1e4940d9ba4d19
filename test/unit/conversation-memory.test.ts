import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConversationMemory } from '../../widget/src/conversation-memory.js';
import { MapStorage } from '../support/session.js';

const conversation = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

test('remembers by visitor, and who was last', () => {
  const memory = new ConversationMemory(new MapStorage(), 'here');
  assert.equal(memory.recallLast(), undefined);
  memory.remember('ada', conversation(1));
  memory.remember('bob', conversation(2));
  assert.deepEqual(memory.recallLast(), { user: 'bob', conversationId: conversation(2) });
  assert.equal(memory.recall('ada'), conversation(1));
  memory.remember('ada', conversation(3));
  assert.deepEqual(memory.recallLast(), { user: 'ada', conversationId: conversation(3) });
});

test('scopes do not see each other, and old visitors make room', () => {
  const storage = new MapStorage();
  new ConversationMemory(storage, 'here').remember('ada', conversation(1));
  assert.equal(new ConversationMemory(storage, 'there').recall('ada'), undefined);
  const memory = new ConversationMemory(storage, 'here');
  for (let n = 0; n < 8; n++) memory.remember(`user${n}`, conversation(n + 10));
  assert.equal(memory.recall('ada'), undefined);
  assert.equal(memory.recall('user0'), conversation(10));
});

test('broken, foreign, full and forbidden storage only forget', () => {
  const storage = new MapStorage();
  for (const value of [
    '{',
    '7',
    '{"last":1}',
    '{"last":"a","conversations":[["a"]]}',
    '{"last":"a","conversations":[["a","no-uuid"]]}',
    'null',
  ]) {
    storage.setItem('cable-chat:conversation:here', value);
    assert.equal(new ConversationMemory(storage, 'here').recallLast(), undefined);
  }
  const refusing = {
    getItem(): string | null {
      throw new DOMException('no', 'SecurityError');
    },
    setItem(): void {
      throw new DOMException('full', 'QuotaExceededError');
    },
    removeItem(): void {},
  };
  for (const memory of [new ConversationMemory(refusing, 'x'), new ConversationMemory(undefined, 'x')]) {
    memory.remember('ada', conversation(1));
    assert.equal(memory.recall('ada'), undefined);
  }
});
