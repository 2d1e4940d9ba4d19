import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { reduce } from '../../../widget/src/conversation/reduce.js';
import { selectThread } from '../../../widget/src/conversation/select.js';
import {
  type ConversationState,
  emptyConversation,
  isIncomplete,
  resumeCursors,
} from '../../../widget/src/conversation/state.js';
import type { Frame, MessageStatus, ServerFrame, SnapshotEntry } from '../../../widget/src/protocol/frames.js';
import { isFinal } from '../../../widget/src/protocol/frames.js';
import { answer, chunk, complete, CONVERSATION, hello, question, snapshot } from '../../support/frames.js';
import { randomFrom, randomly } from '../../support/seed.js';

function fold(frames: readonly Frame[], from: ConversationState = emptyConversation(CONVERSATION)): ConversationState {
  return frames.reduce((state, frame) => reduce(state, frame).state, from);
}

function message(state: ConversationState, id: string) {
  const found = state.messages.get(id);
  assert.ok(found, `no message ${id}`);
  return found;
}

const asked = snapshot([question('q', 1, 'hi'), answer('a', 2, 'q')], { covers: [0, 2], more: false });

test('an answer streams, and is complete only with the proof', () => {
  let state = fold([asked, chunk('a', 0, 'He'), complete('a', 5)]);
  assert.equal(message(state, 'a').status, 'streaming');
  assert.ok(isIncomplete(message(state, 'a')));
  state = fold([chunk('a', 2, 'llo')], state);
  assert.equal(message(state, 'a').status, 'complete');
  assert.equal(message(state, 'a').text.held, 'Hello');
  assert.ok(!isIncomplete(message(state, 'a')));
});

test('an end takes effect only when the position is known', () => {
  let state = fold([chunk('a', 0, 'x'), complete('a', 1)]);
  assert.ok(!isFinal(message(state, 'a').status));
  assert.deepEqual(resumeCursors(state), { a: 1 });
  state = fold([asked], state);
  assert.equal(message(state, 'a').status, 'complete');
});

test('an empty answer is complete with zero bytes', () => {
  const state = fold([asked, complete('a', 0, { status: 'stopped' })]);
  assert.equal(message(state, 'a').status, 'stopped');
});

test('a final message never changes again, feedback excepted', () => {
  const done = fold([asked, chunk('a', 0, 'ok'), complete('a', 2)]);
  const after = fold(
    [
      chunk('a', 2, ' and more'),
      complete('a', 2, { status: 'failed' }),
      snapshot([answer('a', 2, 'q', { status: 'streaming', content: 'other' })]),
      snapshot([
        answer('a', 2, 'q', { status: 'complete', bytes: 2, content: 'ok', feedback: { value: 'up', at: 4 } }),
      ]),
    ],
    done,
  );
  assert.equal(message(after, 'a').status, 'complete');
  assert.equal(message(after, 'a').text.held, 'ok');
  assert.deepEqual(message(after, 'a').feedback, { value: 'up', at: 4 });
});

test('an older feedback loses', () => {
  const entry = (value: 'up' | 'down', at: number) => snapshot([answer('a', 2, 'q', { feedback: { value, at } })]);
  assert.equal(message(fold([asked, entry('down', 9), entry('up', 3)]), 'a').feedback.value, 'down');
});

test('an end shorter than what is held: the text stays on the screen, and is fetched from its first byte', () => {
  let state = fold([asked, chunk('a', 0, 'poisoned'), complete('a', 4)]);
  assert.equal(message(state, 'a').text.held, 'poisoned');
  assert.ok(isIncomplete(message(state, 'a')));
  assert.deepEqual(resumeCursors(state), { a: 0 });
  state = fold(
    [chunk('a', 8, '!'), snapshot([answer('a', 2, 'q', { status: 'complete', bytes: 4, content: 'true' })])],
    state,
  );
  assert.equal(message(state, 'a').text.held, 'true');
  assert.equal(message(state, 'a').status, 'complete');
});

test('other text at the same offset is noted and heals the same way', () => {
  const before = fold([asked, chunk('a', 0, 'hello')]);
  const { state, notes } = reduce(before, chunk('a', 3, 'XXXX'));
  assert.equal(notes[0]?.kind, 'contradiction');
  assert.equal(message(state, 'a').text.held, 'hello');
  const healed = fold([snapshot([answer('a', 2, 'q', { status: 'streaming', content: 'help!' })])], state);
  assert.equal(message(healed, 'a').text.held, 'help!');
});

test('the interval grows only by ranges that touch it', () => {
  const covers = (...pairs: [number, number][]) => fold(pairs.map((pair) => snapshot([], { covers: pair }))).interval;
  assert.deepEqual(covers([10, 20]), { low: 10, high: 20 });
  assert.deepEqual(covers([10, 20], [21, 25]), { low: 10, high: 25 });
  assert.deepEqual(covers([10, 20], [22, 25]), { low: 10, high: 20 });
  assert.deepEqual(covers([10, 20], [0, 9]), { low: 0, high: 20 });
  assert.deepEqual(covers([10, 20], [0, 8]), { low: 10, high: 20 });
  assert.deepEqual(fold([snapshot([question('q', 99, 'x')]), snapshot([], { covers: [0, 3] })]).interval, {
    low: 0,
    high: 3,
  });
});

test('an answer to resume that does not touch the interval: the server was set back, and is believed', () => {
  const before = fold([
    snapshot([question('q9', 17, 'gone'), answer('a9', 18, 'q9', { status: 'complete', bytes: 0 })], {
      covers: [10, 18],
    }),
  ]);
  const state = fold([snapshot([question('q1', 1, 'kept')], { covers: [0, 2], more: false })], before);
  assert.deepEqual([...state.messages.keys()], ['q1']);
  assert.deepEqual(state.interval, { low: 0, high: 2 });
  assert.equal(fold([snapshot([question('q1', 1, 'kept')], { covers: [0, 2] })], before).messages.size, 3);
});

test('a final answer whose text is cut streams until the rest is there', () => {
  const entry = answer('a', 2, 'q', { status: 'complete', bytes: 9, content: 'half' });
  const state = fold([snapshot([question('q', 1, 'x'), entry], { covers: [0, 2], more: true })]);
  assert.equal(message(state, 'a').status, 'streaming');
});

test('a backend that says hello late was only slow: what was taken for plain makes way', () => {
  const plain = reduce(emptyConversation(CONVERSATION), { type: 'plain-ask', id: 'q1', content: 'one' }).state;
  assert.equal(fold([hello(), asked], plain).messages.size, 2);
  assert.deepEqual(fold([hello()], plain).plain, []);
});

test('at a fork the child with the greatest position is shown', () => {
  const state = fold([
    snapshot([
      question('q1', 1, 'one'),
      answer('a1', 2, 'q1', { status: 'complete', bytes: 0 }),
      question('q2', 3, 'two', { in_reply_to: 'a1' }),
      answer('a2', 4, 'q2', { status: 'complete', bytes: 0 }),
      answer('a1b', 5, 'q1', { status: 'complete', bytes: 0 }),
    ]),
  ]);
  assert.deepEqual(
    selectThread(state).map(({ id }) => id),
    ['q1', 'a1b'],
  );
});

test('a thread whose beginning is not loaded starts where it is known', () => {
  const state = fold([
    snapshot([question('q9', 17, 'x', { in_reply_to: 'a8' }), answer('a9', 18, 'q9')], { covers: [17, 18] }),
  ]);
  assert.deepEqual(
    selectThread(state).map(({ id }) => id),
    ['q9', 'a9'],
  );
});

test('a circle in the tree does not hang the page', () => {
  const state = fold([
    snapshot([question('x', 1, '', { in_reply_to: 'y' }), question('y', 2, '', { in_reply_to: 'x' })]),
  ]);
  assert.ok(selectThread(state).length <= 2);
});

test('plain frames are appended as they come, one answer after the other', () => {
  const plain: Frame[] = [
    { type: 'plain-chunk', content: 'a' },
    { type: 'plain-chunk', content: 'b' },
    { type: 'plain-complete' },
  ];
  let state = reduce(emptyConversation(CONVERSATION), { type: 'plain-ask', id: 'q1', content: 'one' }).state;
  state = fold(plain, state);
  state = reduce(state, { type: 'plain-ask', id: 'q2', content: 'two' }).state;
  state = fold(
    [
      { type: 'plain-chunk', content: 'c' },
      { type: 'plain-error', message: 'Broken.' },
    ],
    state,
  );
  assert.deepEqual(
    selectThread(state).map(({ role, status, text }) => [role, status, text.held]),
    [
      ['user', 'complete', 'one'],
      ['assistant', 'complete', 'ab'],
      ['user', 'complete', 'two'],
      ['assistant', 'failed', 'c'],
    ],
  );
});

test('after a hello, frames without ids are nobody’s', () => {
  assert.equal(fold([hello(), { type: 'plain-chunk', content: 'x' }]).messages.size, 0);
});

// — Laws, over random conversations and random faults ——————————————————————————————————————————————————————————

interface Truth {
  readonly frames: ServerFrame[];
  readonly entries: (SnapshotEntry & { readonly text: string })[];
}

const PIECES = ['a', 'é', '日', '😀', 'wort ', '\n', '**', 'x'.repeat(40)];

/** A conversation as a server would have broadcast it, with its final rows. */
function conversation(random: () => number): Truth {
  const pick = (most: number) => Math.floor(random() * most);
  const frames: ServerFrame[] = [];
  const entries: Truth['entries'] = [];
  let parent: string | null = null;
  for (let turn = 0; turn <= pick(4); turn++) {
    const q = question(`q${turn}`, turn * 2 + 1, `question ${turn}`, { in_reply_to: parent });
    const id = `a${turn}`;
    const queued = answer(id, turn * 2 + 2, q.id);
    frames.push(snapshot([q, queued]));
    let text = '';
    for (let count = pick(12); count > 0; count--) {
      const content = PIECES[pick(PIECES.length)] as string;
      frames.push(chunk(id, Buffer.byteLength(text), content));
      text += content;
    }
    const status = (['complete', 'stopped', 'failed'] as const)[pick(3)] as 'complete';
    const bytes = Buffer.byteLength(text);
    frames.push(complete(id, bytes, { status }));
    entries.push({ ...q, text: q.content }, { ...queued, status, bytes, text });
    parent = id;
  }
  return { frames, entries };
}

/** What a server answers to a `resume` at the end: everything named or unknown, from the cursors. */
function resumeAnswer({ entries }: Truth, state: ConversationState): ServerFrame {
  const cursors = resumeCursors(state);
  const since = state.interval?.high ?? 0;
  const wanted = entries.filter(({ id, position }) => position > since || id in cursors);
  const messages = wanted.map(({ text, ...entry }) => {
    const offset = entry.role === 'user' ? 0 : (cursors[entry.id] ?? 0);
    return { ...entry, offset, content: Buffer.from(text).subarray(offset).toString() };
  });
  return snapshot(messages, { covers: [since === 0 ? 0 : since + 1, entries.length], more: false });
}

function mangle(frames: readonly ServerFrame[], random: () => number): ServerFrame[] {
  const kept = frames.flatMap((frame) => (random() < 0.25 ? [] : random() < 0.2 ? [frame, frame] : [frame]));
  const keyed = kept.map((frame, index) => ({ frame, key: index + random() * 8 }));
  return keyed.sort((a, b) => a.key - b.key).map(({ frame }) => frame);
}

const RANK: Record<MessageStatus, number> = { queued: 0, streaming: 1, complete: 2, stopped: 2, failed: 2 };

test('laws: prefix, forward-only, proof, idempotence; loss and disorder heal with one answered resume', () => {
  fc.assert(
    fc.property(fc.nat(), (start) => {
      const random = randomFrom(start);
      const truth = conversation(random);
      const texts = new Map(truth.entries.map(({ id, text }) => [id, text]));
      let state = emptyConversation(CONVERSATION);
      for (const frame of mangle(truth.frames, random)) {
        const before = state;
        state = reduce(state, frame).state;
        for (const { id, text, status, role } of state.messages.values()) {
          assert.ok((texts.get(id) as string).startsWith(text.held), 'shown text is a prefix');
          const earlier = before.messages.get(id)?.status ?? 'queued';
          assert.ok(RANK[status] >= RANK[earlier] && (!isFinal(earlier) || status === earlier), 'statuses go forward');
          if (role === 'assistant' && isFinal(status))
            assert.equal(text.held, texts.get(id), 'final only with the proof');
        }
        assert.deepEqual(summary(reduce(state, frame).state), summary(state), 'twice is once');
      }
      state = reduce(state, resumeAnswer(truth, state)).state;
      for (const { id, text, status, position, in_reply_to } of truth.entries) {
        const held = message(state, id);
        assert.deepEqual([held.text.held, held.position, held.inReplyTo], [text, position, in_reply_to]);
        assert.equal(held.status, status);
      }
      assert.equal(Object.keys(resumeCursors(state)).length, 0, 'nothing is unfinished');
    }),
    randomly(1000),
  );
});

function summary(state: ConversationState) {
  return [...state.messages.values()].map(({ id, status, text, position }) => [id, status, text.held, position]);
}
