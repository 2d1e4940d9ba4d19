import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { SnapshotEntry, SnapshotFrame } from 'cable-chat/protocol';
import type { Caller } from '../../../../templates/node/src/chat/index.js';
import { randomFrom, seed } from '../../../support/seed.js';
import { Host, newCaller } from './support/host.js';

const MOST = 254 * 1024;

function jsonBytes(frame: unknown): number {
  return Buffer.byteLength(JSON.stringify(frame));
}

/** A client in its simplest form: what it holds of each message, and the interval that it knows. */
class Reader {
  readonly texts = new Map<string, Buffer>();
  readonly entries = new Map<string, SnapshotEntry>();
  since: number | undefined;
  low: number | undefined;
  frames = 0;

  constructor(
    readonly host: Host,
    readonly caller: Caller,
    readonly budget = MOST,
  ) {}

  /** Resumes until nothing more is to come. */
  catchUp(): void {
    for (let more = true; more;) {
      const frame = this.host.snapshot(this.caller, 'resume', {
        ...(this.since !== undefined && { since: this.since }),
        cursors: this.cursors(),
      });
      this.take(frame);
      more = frame.more === true;
      assert.ok(++this.frames < 2_000, 'it comes to an end');
    }
  }

  readHistory(limit: number): void {
    while (this.low !== undefined && this.low > 0) {
      const frame = this.host.snapshot(this.caller, 'history', { before: this.low, limit });
      assert.ok(frame.covers !== undefined && frame.covers[1] === this.low - 1);
      assert.equal(frame.more, undefined);
      this.take(frame);
      assert.ok(++this.frames < 2_000, 'it comes to an end');
    }
  }

  cursors(): Record<string, number> {
    return Object.fromEntries(
      [...this.entries.values()]
        .filter((entry) => entry.role === 'assistant' && this.held(entry.id) !== entry.bytes)
        .map((entry) => [entry.id, this.held(entry.id)]),
    );
  }

  held(id: string): number {
    return this.texts.get(id)?.length ?? 0;
  }

  take(frame: SnapshotFrame): void {
    assert.ok(jsonBytes(frame) <= this.budget, `${jsonBytes(frame)} bytes are too many`);
    assert.ok(!JSON.stringify(frame).includes('\ufffd'), 'no code point is cut');
    let last = -1;
    for (const entry of frame.messages) {
      assert.ok(entry.position > last, 'oldest first');
      last = entry.position;
      const held = this.texts.get(entry.id) ?? Buffer.alloc(0);
      const content = Buffer.from(entry.content);
      assert.ok(entry.offset <= held.length, 'nothing is missing before the content');
      if (entry.role === 'user') assert.equal(content.length, entry.bytes, 'a question is never cut');
      if (entry.offset + content.length > held.length) {
        this.texts.set(entry.id, Buffer.concat([held.subarray(0, entry.offset), content]));
      } else {
        this.texts.set(entry.id, held);
      }
      this.entries.set(entry.id, entry);
    }
    if (frame.covers === undefined) return;
    const [low, high] = frame.covers;
    assert.ok(low <= high, 'an interval is not inverted');
    assert.ok(this.since === undefined || low <= this.since + 1, 'the interval has no hole');
    this.since = Math.max(this.since ?? 0, high);
    this.low = Math.min(this.low ?? low, low);
  }
}

function assertHoldsAll(reader: Reader, host: Host, ids: readonly string[]): void {
  assert.deepEqual(new Set(reader.texts.keys()), new Set(ids));
  for (const id of ids) assert.equal(reader.texts.get(id)?.toString(), host.chat.storedText(id)?.text);
}

test('resume since the last position says nothing new, without a range', async (t) => {
  const host = new Host(t);
  const caller = newCaller();
  await host.exchange(caller, 'Q', 'A');
  assert.deepEqual(host.snapshot(caller, 'resume', { since: 2, cursors: {} }), {
    type: 'snapshot',
    conversation_id: caller.conversationId,
    messages: [],
    more: false,
  });
  assert.deepEqual(host.snapshot(caller, 'resume', { since: 1, cursors: {} }).covers, [2, 2]);
  assert.deepEqual(host.snapshot(caller, 'resume', { since: 0, cursors: {} }).covers, [1, 2]);
  assert.deepEqual(host.snapshot(caller, 'resume', {}).covers, [0, 2]);
  assert.deepEqual(host.snapshot(caller, 'resume', { since: null }).covers, [0, 2]);
});

test('resume of a client that knows later positions than there are gives it the newest page', async (t) => {
  const host = new Host(t);
  const caller = newCaller();
  await host.exchange(caller, 'Q', 'A');
  const frame = host.snapshot(caller, 'resume', { since: 99, cursors: {} });
  assert.deepEqual([frame.covers, frame.messages.length], [[0, 2], 2]);
});

test('resume without since is the newest page; history goes on before it to the beginning', async (t) => {
  const host = new Host(t, { options: { pageMessages: 4, asksPerMinute: 100 } });
  const caller = newCaller();
  const ids: string[] = [];
  for (let n = 1; n <= 5; n += 1) {
    const { question, answer } = await host.exchange(caller, `Q${n}`, `A${n}`);
    ids.push(question.id, answer.id);
  }
  const newest = host.snapshot(caller, 'resume');
  assert.deepEqual(
    newest.messages.map((entry) => entry.content),
    ['Q4', 'A4', 'Q5', 'A5'],
  );
  assert.deepEqual([newest.covers, newest.more], [[7, 10], false]);
  const page = host.snapshot(caller, 'history', { before: 7, limit: 3 });
  assert.deepEqual(
    page.messages.map((entry) => entry.content),
    ['A2', 'Q3', 'A3'],
  );
  assert.deepEqual(page.covers, [4, 6]);
  assert.deepEqual(host.snapshot(caller, 'history', { before: 4, limit: 3 }).covers, [0, 3]);
  assert.equal(host.snapshot(caller, 'history', { before: 11, limit: 1_000_000 }).messages.length, 4, 'a page at most');
  assert.deepEqual(host.snapshot(caller, 'history', { before: 1, limit: 5 }).covers, [0, 0]);
  assert.equal(host.snapshot(caller, 'history', { before: 0 }).covers, undefined);
  const reader = new Reader(host, caller);
  reader.catchUp();
  reader.readHistory(3);
  assertHoldsAll(reader, host, ids);
});

test('a page that begins with the first message says that nothing is older', async (t) => {
  const host = new Host(t, { options: { pageMessages: 2 } });
  const caller = newCaller();
  await host.exchange(caller, 'Q', 'A');
  assert.deepEqual(host.snapshot(caller, 'resume').covers, [0, 2]);
});

test('cursors: the text goes on where the client is, on a code point, also beyond the end', async (t) => {
  const host = new Host(t);
  const caller = newCaller();
  const { answer, model } = await host.askAndWait(caller);
  model.say('aé☂😀');
  await host.streamed(model, '😀');
  const from = (bytes: number) => {
    const entry = host
      .snapshot(caller, 'resume', { since: 2, cursors: { [answer.id]: bytes } })
      .messages.find(({ id }) => id === answer.id);
    return [entry?.offset, entry?.content];
  };
  const check = () => {
    assert.deepEqual(from(0), [0, 'aé☂😀']);
    assert.deepEqual(from(1), [1, 'é☂😀']);
    assert.deepEqual(from(2), [1, 'é☂😀'], 'inside a code point: from its beginning');
    assert.deepEqual(from(3), [3, '☂😀']);
    assert.deepEqual(from(5), [3, '☂😀']);
    assert.deepEqual(from(6), [6, '😀']);
    assert.deepEqual(from(9), [6, '😀']);
    assert.deepEqual(from(10), [10, '']);
    assert.deepEqual(from(11), [10, ''], 'beyond the end: the end');
    assert.deepEqual(from(2 ** 53 - 1), [10, '']);
  };
  check();
  model.end();
  await host.completed(answer.id);
  check();
});

test('cursors of questions, of unknown messages and of the newest page do no harm', async (t) => {
  const host = new Host(t);
  const caller = newCaller();
  const { question } = await host.exchange(caller, 'Question', 'A');
  const cursors = { [question.id]: 3, [randomUUID()]: 7 };
  const frame = host.snapshot(caller, 'resume', { cursors });
  assert.deepEqual(
    frame.messages.map((entry) => [entry.offset, entry.content]),
    [
      [0, 'Question'],
      [0, 'A'],
    ],
  );
  assert.deepEqual(host.snapshot(caller, 'resume', { since: 2, cursors }).messages, []);
});

test('one frame is at most 256 KiB; what was cut comes with the next, nothing is skipped', async (t) => {
  const host = new Host(t, { options: { asksPerMinute: 100, answerBytes: 1024 * 1024 } });
  const caller = newCaller();
  const ids: string[] = [];
  for (const text of ['"\n\u0001'.repeat(60_000), '😀'.repeat(100_000), 'é', 'x'.repeat(300_000), 'short']) {
    const { question, answer } = await host.exchange(caller, 'q'.repeat(16_000), text);
    ids.push(question.id, answer.id);
  }
  const first = host.snapshot(caller, 'resume');
  assert.ok(first.more === true && jsonBytes(first) > MOST - 16, 'the room is used');
  assert.deepEqual(first.covers, [0, 2], 'it covers the answer that was cut, and no more');
  const reader = new Reader(host, caller);
  reader.catchUp();
  assertHoldsAll(reader, host, ids);
  assert.equal(reader.low, 0);
  assert.equal(reader.since, 10);
  assert.ok(reader.frames >= 6 && reader.frames <= 9, `${reader.frames} frames`);
});

test('random texts, cuts and pages: whatever the sizes, catching up and reading back gives the stored texts', async (t) => {
  t.diagnostic(`SEED=${seed}`);
  const random = randomFrom(seed);
  const int = (below: number) => Math.floor(random() * below);
  const alphabet = ['a', '\n', '"', 'é', '☂', '😀', '\u0000', '\\', '日本', ' '];
  const text = (most: number) => Array.from({ length: 1 + int(most) }, () => alphabet[int(alphabet.length)]).join('');
  for (let round = 0; round < 8; round += 1) {
    const messageBytes = 64;
    const snapshotBytes = messageBytes * 6 + 2048 + int(3_000);
    const pageMessages = 1 + int(6);
    const options = { messageBytes, snapshotBytes, pageMessages, asksPerMinute: 1_000, coalesceBytes: 1 + int(64) };
    const host = new Host(t, { options });
    const caller = newCaller();
    const ids: string[] = [];
    const reader = new Reader(host, caller, snapshotBytes);
    for (let turn = 0; turn < 6; turn += 1) {
      const { question, answer, model } = await host.askAndWait(caller, `q${text(10)}`);
      ids.push(question.id, answer.id);
      const whole = text(2_500);
      for (let at = 0; at < whole.length;) {
        const next = at + 1 + int(40); // may split a surrogate pair
        model.say(whole.slice(at, next));
        at = next;
      }
      if (int(2) === 0) reader.catchUp();
      model.end();
      await host.completed(answer.id);
      assert.equal(host.chat.storedText(answer.id)?.text, whole);
      if (int(3) === 0) reader.catchUp();
    }
    reader.catchUp();
    reader.readHistory(1 + int(4));
    reader.catchUp(); // what a page of history had to cut
    assertHoldsAll(reader, host, ids);
    await host.chat.close();
  }
});
