import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type {
  ChunkFrame,
  CompleteFrame,
  ErrorFrame,
  HelloFrame,
  SnapshotEntry,
  SnapshotFrame,
} from 'cable-chat/protocol';
import type { Caller, Chat, ChatOptions, OutgoingFrame } from '../../../../../templates/node/src/chat/index.js';
import { createChatOn } from '../../../../../templates/node/src/chat/chat.js';
import { Database } from '../../../../../templates/node/src/chat/database.js';
import { lockDatabase } from '../../../../../templates/node/src/chat/database-lock.js';
import { StorageError } from '../../../../../templates/node/src/chat/errors.js';
import { openStore, type Store } from '../../../../../templates/node/src/chat/store.js';
import { createLogger, type Logger } from '../../../../../templates/node/src/logger.js';
import { ManualClock } from './manual-clock.js';
import { Recorder, turnUntil } from './recorder.js';
import { ScriptedProvider, type ScriptedAnswer } from './scripted-provider.js';

export interface Published {
  readonly conversationId: string;
  readonly owner: string;
  readonly frame: OutgoingFrame;
}

export interface HostOptions {
  readonly path?: string;
  readonly clock?: ManualClock;
  readonly options?: Partial<ChatOptions>;
  readonly start?: boolean;
  /** The process has the database to itself. Default: there may be others. */
  readonly isAlone?: boolean;
}

export function temporaryDirectory(test: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'cable-chat-'));
  test.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** One process of a chat server, with its clock, provider, subscribers and log in the hands of the test. */
export class Host {
  readonly path: string;
  readonly clock: ManualClock;
  readonly provider = new ScriptedProvider();
  readonly published = new Recorder<Published>();
  readonly logged: string[] = [];
  readonly store: Store;
  readonly chat: Chat;
  /** What happens to published frames instead of being recorded, for a transport that fails. */
  onPublish: ((item: Published) => void) | undefined;

  constructor(test: TestContext, { path, clock, options, start = true, isAlone = false }: HostOptions = {}) {
    this.path = path ?? join(temporaryDirectory(test), 'chat.sqlite3');
    this.clock = clock ?? new ManualClock();
    const logger: Logger = createLogger('debug', (line) => this.logged.push(line));
    const lock = isAlone ? lockDatabase(this.path) : undefined;
    this.store = openStore(this.path);
    this.chat = createChatOn(this.store, {
      provider: this.provider,
      publish: (conversationId, owner, frame) => {
        const item = { conversationId, owner, frame };
        if (this.onPublish) this.onPublish(item);
        else this.published.push(item);
      },
      clock: this.clock,
      logger,
      ...(options && { options }),
      ...(lock && { lock }),
    });
    if (start) this.chat.start();
    test.after(() => this.chat.close());
  }

  perform(caller: Caller, action: string, data: unknown = {}): OutgoingFrame[] {
    const replies: OutgoingFrame[] = [];
    this.chat.perform(caller, action, data, (frame) => replies.push(frame));
    return replies;
  }

  /** The one snapshot among the replies. */
  snapshot(caller: Caller, action: string, data: unknown = {}): SnapshotFrame {
    const snapshots = this.perform(caller, action, data).filter((frame) => frame.type === 'snapshot');
    assert.equal(snapshots.length, 1, 'exactly one snapshot is transmitted');
    return snapshots[0] as SnapshotFrame;
  }

  /** The one error that is the only reply. */
  refusal(caller: Caller, action: string, data: unknown = {}): ErrorFrame {
    const replies = this.perform(caller, action, data);
    assert.deepEqual(
      replies.map((frame) => frame.type),
      ['error'],
    );
    return replies[0] as ErrorFrame;
  }

  hello(caller: Caller): HelloFrame {
    return this.perform(caller, 'resume')[0] as HelloFrame;
  }

  /** Asks, and returns the stored question and its queued answer. */
  ask(
    caller: Caller,
    message = 'Hello?',
    clientId: string = randomUUID(),
  ): { question: SnapshotEntry; answer: SnapshotEntry } {
    const [question, answer] = this.snapshot(caller, 'ask', { client_id: clientId, message }).messages;
    assert.ok(question && answer, 'a question and its answer');
    return { question, answer };
  }

  /** Asks, and lets the answer begin. */
  async askAndWait(
    caller: Caller,
    message?: string,
  ): Promise<{ question: SnapshotEntry; answer: SnapshotEntry; model: ScriptedAnswer }> {
    const asked = this.ask(caller, message);
    return { ...asked, model: await this.provider.next() };
  }

  /** Asks and lets the model answer with `text`. */
  async exchange(
    caller: Caller,
    message: string,
    text: string,
  ): Promise<{ question: SnapshotEntry; answer: SnapshotEntry }> {
    const { question, answer, model } = await this.askAndWait(caller, message);
    model.say(text).end();
    await this.completed(answer.id);
    return { question, answer };
  }

  async completed(messageId: string): Promise<CompleteFrame> {
    const item = await this.published.until(({ frame }) => frame.type === 'complete' && frame.message_id === messageId);
    await this.idle();
    return item.frame as CompleteFrame;
  }

  /** All jobs have ended. */
  idle(): Promise<void> {
    return turnUntil(() => this.chat.openAnswers === 0, 'no answer is open any more');
  }

  /** Makes the waiting pieces come out: the coalescer's time is over. */
  async streamed(model: ScriptedAnswer, text: string): Promise<void> {
    await turnUntil(() => model.sent.endsWith(text), `the model said ${JSON.stringify(text)}`);
    await new Promise((resolve) => setImmediate(resolve));
    this.clock.advance(50);
  }

  /** From now on the disk has no more room than the database has taken. The limit is of this connection only. */
  limitDisk(): { free(): void } {
    const pages = this.store.database.prepare('PRAGMA page_count').get()?.['page_count'];
    this.store.database.prepare(`PRAGMA max_page_count = ${String(pages)}`).get();
    return { free: () => void this.store.database.prepare('PRAGMA max_page_count = 1000000').get() };
  }

  /** From now on nothing can be written at all, by this process. */
  fillDisk(): { free(): void } {
    const { database } = this.store;
    const write = database.write;
    database.write = () => {
      throw new StorageError('full', database.path, 'No room is left.');
    };
    return { free: () => void (database.write = write) };
  }

  /** Another process (a shell, a backup) holds the database for writing. */
  lockOut(test: TestContext): { release(): void } {
    const other = new Database(this.path);
    test.after(() => other.close());
    other.prepare('BEGIN IMMEDIATE').run();
    return { release: () => void other.prepare('ROLLBACK').run() };
  }

  chunks(messageId: string): ChunkFrame[] {
    return this.published.items.flatMap(({ frame }) =>
      frame.type === 'chunk' && frame.message_id === messageId ? [frame] : [],
    );
  }

  completes(messageId: string): CompleteFrame[] {
    return this.published.items.flatMap(({ frame }) =>
      frame.type === 'complete' && frame.message_id === messageId ? [frame] : [],
    );
  }

  entry(caller: Caller, messageId: string): SnapshotEntry {
    const found = this.snapshot(caller, 'resume').messages.find((entry) => entry.id === messageId);
    assert.ok(found, `message ${messageId} is in the snapshot`);
    return found;
  }
}

export function newCaller(user = 'ada'): Caller {
  return { user, conversationId: randomUUID() };
}
