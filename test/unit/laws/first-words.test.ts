/** What is written before the server has said hello: found by test:chaos, each kept here as its shortest schedule. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServerFrame } from '../../../widget/src/protocol/frames.js';
import { answer, chunk, hello, question, snapshot } from '../../support/frames.js';
import { type Harness, MapStorage, settled, startSession } from '../../support/session.js';

const CONVERSATION = '3f0c0a52-8a52-4f5e-9d8e-0d9a3a5b7c11';

function deliver(harness: Harness, ...frames: ServerFrame[]): void {
  const conversation_id = harness.connection.params['conversation_id'];
  for (const frame of frames) harness.connection.deliver({ ...frame, conversation_id });
}

const shown = ({ session }: Harness) => session.view.messages.map(({ text, status }) => [text, status]);
const nothing = snapshot([], { covers: [0, 0], more: false });

test('a first visit that begins offline: after a reload the question is still there, in its conversation', async () => {
  const tab = new MapStorage();
  const first = startSession({}, new MapStorage(), tab);
  first.session.ask('anybody?');
  const { conversationId } = first.session.view;
  first.session.close();
  const second = startSession({}, new MapStorage(), tab);
  assert.equal(second.session.view.conversationId, conversationId);
  second.connection.accept();
  deliver(second, hello(), nothing);
  assert.deepEqual(shown(second), [['anybody?', 'failed']]);
  // Once it is claimed, the next visitor of this tab begins anew.
  second.session.discard(second.session.view.messages[0]?.id ?? '');
  assert.notEqual(startSession({}, new MapStorage(), tab).session.view.conversationId, conversationId);
});

test('two pages in a row that never got a hello: what both wrote is kept', () => {
  const tab = new MapStorage();
  for (const text of ['one', 'two']) {
    const page = startSession({ conversationId: CONVERSATION }, new MapStorage(), tab);
    page.session.ask(text);
    page.session.close();
  }
  const third = startSession({ conversationId: CONVERSATION }, new MapStorage(), tab);
  third.connection.accept();
  deliver(third, hello(), nothing);
  assert.deepEqual(shown(third), [
    ['one', 'failed'],
    ['two', 'failed'],
  ]);
});

test('a backend that broadcasts before it says hello is only slow: its answer is not cut off by a question', async () => {
  const harness = startSession({ conversationId: CONVERSATION });
  harness.connection.accept();
  harness.session.ask('mine');
  harness.clock.advance(3_000);
  await settled();
  deliver(harness, snapshot([question('q', 1, 'theirs'), answer('a', 2, 'q')]), chunk('a', 0, 'so far'));
  assert.deepEqual(shown(harness), [
    ['theirs', 'sent'],
    ['so far', 'streaming'],
    ['mine', 'pending'],
  ]);
});

test('what this tab left unsent, and the server has after all, is not shown twice', () => {
  const tab = new MapStorage();
  const first = startSession({ conversationId: CONVERSATION }, new MapStorage(), tab);
  first.connection.accept();
  deliver(first, hello(), nothing);
  const id = first.session.ask('there?');
  first.session.close();
  const second = startSession({ conversationId: CONVERSATION }, new MapStorage(), tab);
  second.connection.accept();
  deliver(second, snapshot([question(id, 1, 'there?')]), hello());
  assert.deepEqual(shown(second), [['there?', 'sent']]);
});
