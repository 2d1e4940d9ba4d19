/** What a conversation of many messages costs whoever resumes it, and everybody who waits meanwhile. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { SnapshotEntry } from 'cable-chat/protocol';
import { Host, newCaller } from './support/host.js';

const MOST_ENTRIES = 250;

test('short messages come in pages of a bounded size, their texts read together, and none is missing', (t) => {
  const host = new Host(t);
  const caller = newCaller();
  const { conversations, database, texts } = host.store;
  const written = new Map<string, string>();
  database.write('lazy', () => {
    conversations.createConversation(caller.conversationId, caller.user, 0);
    let inReplyTo: string | null = null;
    for (let number = 1; number <= 1_000; number += 1) {
      const id = randomUUID();
      const text = `Message ☂ ${number}`;
      conversations.insertQuestion(
        { id, conversationId: caller.conversationId, inReplyTo, createdAt: 0 },
        Buffer.from(text),
      );
      written.set(id, text);
      inReplyTo = id;
    }
  });
  let single = 0;
  const part = texts.part.bind(texts);
  texts.part = (...values) => ((single += 1), part(...values));
  const read: SnapshotEntry[] = [];
  for (let since = 0, more = true; more;) {
    const snapshot = host.snapshot(caller, 'resume', { since });
    assert.ok(snapshot.messages.length <= MOST_ENTRIES, `${snapshot.messages.length} messages at once`);
    assert.equal(snapshot.covers?.[0], since + 1);
    read.push(...snapshot.messages);
    since = snapshot.covers?.[1] ?? since;
    more = snapshot.more === true;
  }
  assert.deepEqual(
    read.map(({ position }) => position),
    Array.from({ length: 1_000 }, (_, index) => index + 1),
  );
  assert.deepEqual(new Map(read.map(({ id, content }) => [id, content])), written);
  assert.equal(single, 0, 'texts that were read one at a time');
  // However many answers a client names, and whatever it holds of them.
  const cursors = Object.fromEntries([...written.keys()].slice(0, 100).map((id) => [id, 3]));
  assert.deepEqual(host.snapshot(caller, 'resume', { since: 1_000, cursors }).messages, [], 'these are questions');
});

test('finished answers that are named come from their cursors, at code points', async (t) => {
  const host = new Host(t);
  const caller = newCaller();
  const first = await host.exchange(caller, 'Q', 'a☂😀');
  const second = await host.exchange(caller, 'Q', 'abc');
  const foreign = await host.exchange(newCaller(), 'Q', 'secret');
  const cursors = { [second.answer.id]: 99, [first.answer.id]: 3, [foreign.answer.id]: 0, [randomUUID()]: 1 };
  assert.deepEqual(
    host
      .snapshot(caller, 'resume', { since: 4, cursors })
      .messages.map(({ id, offset, content }) => [id, offset, content]),
    [
      [first.answer.id, 1, '☂😀'],
      [second.answer.id, 3, ''],
    ],
  );
});

test('an answer beyond the most bytes is cut at a code point, and says so', async (t) => {
  const host = new Host(t, { options: { answerBytes: 10 } });
  const { answer, model } = await host.askAndWait(newCaller());
  model.say('😀😀');
  model.say('😀😀😀');
  const complete = await host.completed(answer.id);
  assert.deepEqual([complete.status, complete.reason, complete.bytes], ['complete', 'length', 8]);
  assert.equal(host.chat.storedText(answer.id)?.text, '😀😀');
});
