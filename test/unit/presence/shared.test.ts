import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryTransport } from '../../../widget/src/transport/memory.js';
import { SharedTransport } from '../../../widget/src/transport/shared.js';
import type { SubscriptionObserver } from '../../../widget/src/transport/transport.js';

function start() {
  const inner = new MemoryTransport();
  const shared = new SharedTransport(inner);
  const heard: string[] = [];
  const listen = () =>
    shared.listen({
      stateChanged: ({ status }) => heard.push(status),
      presenceReceived: ({ type }) => heard.push(`presence ${type}`),
      replaced: () => heard.push('replaced'),
    });
  const owner: string[] = [];
  const observer: SubscriptionObserver = {
    stateChanged: ({ status }) => owner.push(status),
    messageReceived: (message) => owner.push(`message ${String(message)}`),
    historyLost: () => owner.push('history lost'),
    presenceReceived: ({ type }) => owner.push(`presence ${type}`),
  };
  return { inner, shared, heard, owner, observer, listen };
}

test('passes everything on to its owner, and of that the states and the presence to whoever listens', () => {
  const { inner, shared, heard, owner, observer, listen } = start();
  shared.subscribe('Chat', { conversation_id: '1' }, observer);
  listen();
  const wire = inner.subscriptions[0];
  wire?.accept();
  wire?.deliver('x');
  wire?.loseHistory();
  wire?.deliverPresence({ type: 'leave', id: 'a' });
  assert.deepEqual(owner, ['live', 'message x', 'history lost', 'presence leave']);
  assert.deepEqual(heard, ['connecting', 'live', 'presence leave']);
});

test('a share speaks on the subscription of the moment, and ends nothing', async () => {
  const { inner, shared, observer, listen } = start();
  const share = listen();
  assert.equal(share.presence === undefined, true);
  shared.subscribe('Chat', { conversation_id: '1' }, observer);
  inner.subscriptions[0]?.accept();
  await share.presence?.join('me');
  assert.deepEqual(inner.subscriptions[0]?.presenceCommands, [{ command: 'join', id: 'me' }]);
  share.close();
  assert.equal(inner.subscriptions[0]?.closed, false);
});

test('another conversation is another list; the same one again is not', () => {
  const { inner, shared, heard, observer, listen } = start();
  shared.subscribe('Chat', { conversation_id: '1' }, observer).close();
  listen();
  shared.subscribe('Chat', { conversation_id: '1' }, observer).close();
  assert.ok(!heard.includes('replaced'));
  shared.subscribe('Chat', { conversation_id: '2' }, observer);
  assert.deepEqual(heard.slice(-2), ['replaced', 'connecting']);
  // Whatever the first one still says is nobody's business any more.
  inner.subscriptions[0]?.accept();
  assert.deepEqual(heard.slice(-2), ['replaced', 'connecting']);
});

test('the owner’s end is heard', () => {
  const { shared, heard, observer, listen } = start();
  const own = shared.subscribe('Chat', {}, observer);
  listen();
  own.close();
  own.close();
  assert.deepEqual(heard, ['connecting', 'closed']);
});
