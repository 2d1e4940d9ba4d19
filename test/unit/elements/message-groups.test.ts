/** The groups of a thread's messages: what stays the same, whatever happens to the thread. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { MessageView, QuestionView } from '../../../widget/src/conversation/view.js';
import { MessageGroups, type MessageGroup } from '../../../widget/src/elements/message-groups.js';
import { randomly } from '../../support/seed.js';

function message(id: string): QuestionView {
  return { role: 'user', id, text: id, status: 'sent' };
}

function history(count: number, name = 'm'): MessageView[] {
  return Array.from({ length: count }, (_, index) => message(`${name}${index}`));
}

function update(groups: MessageGroups, messages: readonly MessageView[]): readonly MessageGroup[] {
  const shown = groups.update(messages);
  assert.deepEqual(
    shown.flatMap((group) => group.messages),
    messages.slice(groups.waiting),
  );
  assert.equal(new Set(shown.map(({ key }) => key)).size, shown.length);
  for (const group of shown) assert.ok(group.messages.length > 0 && group.messages.length <= 20);
  return shown;
}

/** Updates until nothing waits. */
function updateAll(groups: MessageGroups, messages: readonly MessageView[]): readonly MessageGroup[] {
  let shown = update(groups, messages);
  while (groups.waiting > 0) shown = update(groups, messages);
  return shown;
}

test('a long history comes from its end, twenty messages with each update', () => {
  const groups = new MessageGroups();
  const messages = history(65);
  assert.equal(update(groups, messages).length, 1);
  assert.equal(groups.waiting, 45);
  const shown = updateAll(groups, messages);
  assert.deepEqual(
    shown.map((group) => group.messages.length),
    [5, 20, 20, 20],
  );
  assert.deepEqual(updateAll(groups, messages), shown);
});

test('a message that grows or comes at the end changes the last group only', () => {
  const groups = new MessageGroups();
  const messages = history(40);
  const before = updateAll(groups, messages);
  const grown = update(groups, [...messages.slice(0, -1), message('m39')]);
  assert.equal(grown[0], before[0]);
  assert.notEqual(grown[1], before[1]);
  assert.equal(grown[1]?.key, before[1]?.key);
  const more = update(groups, [...messages, message('new')]);
  assert.equal(more[0], before[0]);
  assert.equal(more.length, 3);
});

test('what comes before changes no group that is there', () => {
  const groups = new MessageGroups();
  const messages = history(50);
  const before = updateAll(groups, messages);
  const after = updateAll(groups, [...history(50, 'e'), ...messages]);
  assert.deepEqual(after.slice(-before.length), before);
  assert.ok(before.every((group) => after.includes(group)));
});

test('another thread is drawn anew, and an empty one is none', () => {
  const groups = new MessageGroups();
  updateAll(groups, history(50));
  assert.equal(update(groups, history(50, 'other')).length, 1);
  assert.deepEqual(update(groups, []), []);
});

test('whatever happens to a thread, all of it is shown, in order and once', () => {
  const change = fc.record({
    kind: fc.constantFrom('append', 'prepend', 'truncate', 'replace', 'grow'),
    count: fc.integer({ min: 0, max: 70 }),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
      const groups = new MessageGroups();
      let messages: MessageView[] = [];
      let name = 0;
      for (const { kind, count } of changes) {
        if (kind === 'append') messages = [...messages, ...history(count, `${name++}-`)];
        else if (kind === 'prepend') messages = [...history(count, `${name++}-`), ...messages];
        else if (kind === 'truncate') messages = messages.slice(0, -count || undefined);
        else if (kind === 'replace') messages = messages.filter((_, index) => index !== count);
        else messages = messages.map((old, index) => (index === count ? { ...old } : old));
        update(groups, messages);
      }
      updateAll(groups, messages);
    }),
    randomly(200),
  );
});
