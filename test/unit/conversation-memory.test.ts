import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConversationMemory } from '../../widget/src/conversation-memory.js';
import { MapStorage } from '../support/session.js';

test('remembers by visitor, and who was last', () => {
  const memory = new ConversationMemory(new MapStorage(), 'here');
  assert.equal(memory.recallLast(), undefined);
  memory.remember('ada', 'c1');
  memory.remember('bob', 'c2');
  assert.deepEqual(memory.recallLast(), { user: 'bob', conversationId: 'c2' });
  assert.equal(memory.recall('ada'), 'c1');
  memory.remember('ada', 'c3');
  assert.deepEqual(memory.recallLast(), { user: 'ada', conversationId: 'c3' });
});

test('scopes do not see each other, and old visitors make room', () => {
  const storage = new MapStorage();
  new ConversationMemory(storage, 'here').remember('ada', 'c1');
  assert.equal(new ConversationMemory(storage, 'there').recall('ada'), undefined);
  const memory = new ConversationMemory(storage, 'here');
  for (let n = 0; n < 8; n++) memory.remember(`user${n}`, `c${n}`);
  assert.equal(memory.recall('ada'), undefined);
  assert.equal(memory.recall('user0'), 'c0');
});

test('broken, foreign, full and forbidden storage only forget', () => {
  const storage = new MapStorage();
  for (const value of ['{', '7', '{"last":1}', '{"last":"a","conversations":[["a"]]}', 'null']) {
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
    memory.remember('ada', 'c1');
    assert.equal(memory.recall('ada'), undefined);
  }
});
