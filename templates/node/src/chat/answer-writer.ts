import { Interruption, NOT_STORED } from './answer-ending.js';
import type { Closing } from './answer-store.js';
import { completeFrame, foldQuietly } from './closing.js';
import type { CancelTimer, Clock } from './clock.js';
import type { OutgoingFrame } from './effects.js';
import { StorageError } from './errors.js';
import type { LeaseKeeper } from './lease-keeper.js';
import type { Logger } from '../logger.js';
import type { MessageRow } from './rows.js';
import type { Store } from './store.js';
import type { UnstoredEndings } from './unstored-endings.js';
import { fitUtf8, utf8Length } from './utf8.js';

export interface AnswerWriterDeps {
  readonly store: Store;
  readonly leases: LeaseKeeper;
  readonly clock: Pick<Clock, 'after'>;
  readonly logger: Logger;
  readonly options: { readonly answerBytes: number };
  /** Must not throw. */
  readonly broadcast: (conversationId: string, owner: string, frame: OutgoingFrame) => void;
  /** Where the end goes that the database does not take. Absent: somebody else may close the answer when its lease is over. */
  readonly endings?: UnstoredEndings;
}

export interface AnswerWriterEvents {
  /** The answer is not ours any more. */
  readonly onLost: () => void;
  /** The database failed in a way that trying again does not help, or for too long. The text ends where it is stored. */
  readonly onFailure: (error: unknown) => void;
}

/** How soon to try again when another process holds the database, and how often: for half a minute. */
const RETRY_MS = 250;
const MOST_RETRIES = 120;

/**
 * Writes one answer's text and end, with the lease that it was claimed with. Text that cannot be written because another
 * process holds the database waits for its turn, and is shown to nobody before that.
 */
export class AnswerWriter {
  readonly #deps: AnswerWriterDeps;
  readonly #answer: MessageRow;
  readonly #owner: string;
  readonly #lease: string;
  readonly #events: AnswerWriterEvents;
  readonly #waiting: string[] = [];
  /** UTF-8 bytes stored, and with those that wait. */
  #stored: number;
  #taken: number;
  #isOver = false;
  #hasFailed = false;
  #retries = 0;
  #cancelRetry: CancelTimer | undefined;

  constructor(deps: AnswerWriterDeps, answer: MessageRow, owner: string, lease: string, events: AnswerWriterEvents) {
    this.#deps = deps;
    this.#answer = answer;
    this.#owner = owner;
    this.#lease = lease;
    this.#events = events;
    this.#stored = answer.bytes;
    this.#taken = answer.bytes;
  }

  /** UTF-8 bytes that are stored. */
  get offset(): number {
    return this.#stored;
  }

  /**
   * Stores a piece, then shows it: whatever anybody may have seen can be replayed. What is beyond the most that an answer
   * may have is dropped. What goes wrong with the database is told by AnswerWriterEvents.
   */
  write(text: string): void {
    const content = fitUtf8(text, this.#deps.options.answerBytes - this.#taken);
    if (this.#isOver || this.#hasFailed || content === '') return;
    this.#taken += utf8Length(content);
    this.#waiting.push(content);
    if (this.#cancelRetry === undefined) this.#writeWaiting();
  }

  /**
   * Ends the answer, after what still waits to be written; null: without a word, as the row is not ours. While `signal` is
   * not aborted, it waits for another process to let go of the database. Never rejects for a database: what it does not
   * take in the end goes to `endings`.
   */
  async finish(closing: Closing | null, signal: AbortSignal): Promise<void> {
    if (closing === null) return this.dispose();
    this.#stopRetrying();
    let ending = closing;
    try {
      await this.#patiently(() => this.#append(), signal);
    } catch (error) {
      this.#log('the last text of an answer could not be stored', error);
      ending = { status: 'failed', error: NOT_STORED };
    }
    try {
      if (!this.#isOver) await this.#patiently(() => this.#close(ending), signal);
    } catch (error) {
      this.#log('the end of an answer could not be stored', error);
      this.#announce(ending);
    } finally {
      this.dispose();
    }
  }

  /** Writes nothing more, and forgets what waits. */
  dispose(): void {
    this.#isOver = true;
    this.#stopRetrying();
    this.#waiting.length = 0;
  }

  /** Called by timers, too, where nobody would catch anything. */
  #writeWaiting(): void {
    this.#cancelRetry = undefined;
    try {
      this.#append();
      this.#retries = 0;
    } catch (error) {
      if (isLocked(error) && this.#retries < MOST_RETRIES) {
        this.#retries += 1;
        this.#cancelRetry = this.#deps.clock.after(RETRY_MS, () => this.#writeWaiting());
        return;
      }
      this.#hasFailed = true;
      this.#waiting.length = 0;
      this.#events.onFailure(error);
    }
  }

  /** Stores and shows what waits. */
  #append(): void {
    const { id, conversationId } = this.#answer;
    for (let content = this.#waiting[0]; content !== undefined; content = this.#waiting[0]) {
      const offset = this.#stored;
      if (!this.#deps.store.answers.append(id, this.#lease, offset, content, this.#deps.leases.deadline())) {
        this.dispose();
        this.#events.onLost();
        return;
      }
      this.#waiting.shift();
      this.#stored += utf8Length(content);
      this.#broadcast({ type: 'chunk', conversation_id: conversationId, message_id: id, offset, content });
    }
  }

  #close(closing: Closing): void {
    const { store, logger } = this.#deps;
    const row = store.answers.closeOwn(this.#answer.id, this.#lease, closing);
    if (row === undefined) return; // somebody else was first, and has told everybody
    this.#broadcast(completeFrame(row));
    foldQuietly(store, logger, row.id);
  }

  /** Tells the end that is not stored, if it is certain that it will be. */
  #announce(closing: Closing): void {
    try {
      const row = this.#deps.endings?.add(this.#answer.id, this.#owner, this.#lease, closing);
      if (row !== undefined) this.#broadcast(completeFrame(row));
    } catch (error) {
      // The row stays open until its lease runs out; then whoever comes by closes it as interrupted.
      this.#log('the end of an answer could not be told', error);
    }
  }

  /** Does `work`, again and again while another process holds the database; a last time when the signal is aborted. */
  async #patiently(work: () => void, signal: AbortSignal): Promise<void> {
    for (let tries = 0; !this.#isOver; tries += 1) {
      try {
        return work();
      } catch (error) {
        if (!isLocked(error) || signal.aborted || tries >= MOST_RETRIES) throw error;
      }
      await this.#pause(signal);
      if (signal.reason instanceof Interruption && signal.reason.loses) this.dispose();
    }
  }

  #pause(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const go = (): void => {
        cancelTimer();
        signal.removeEventListener('abort', go);
        resolve();
      };
      const cancelTimer = this.#deps.clock.after(RETRY_MS, go);
      signal.addEventListener('abort', go);
    });
  }

  #stopRetrying(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
  }

  #log(what: string, error: unknown): void {
    if (!(error instanceof StorageError)) throw error;
    this.#deps.logger.error(what, { messageId: this.#answer.id, error });
  }

  #broadcast(frame: OutgoingFrame): void {
    this.#deps.broadcast(this.#answer.conversationId, this.#owner, frame);
  }
}

function isLocked(error: unknown): boolean {
  return error instanceof StorageError && error.reason === 'locked';
}
