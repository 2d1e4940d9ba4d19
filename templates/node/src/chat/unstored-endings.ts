import type { Closing } from './answer-store.js';
import { foldQuietly } from './closing.js';
import { StorageError } from './errors.js';
import type { Logger } from '../logger.js';
import type { MessageRow } from './rows.js';
import type { Store } from './store.js';

interface Ending {
  readonly answer: MessageRow;
  readonly owner: string;
  readonly lease: string;
  readonly closing: Closing;
}

/**
 * The ends of answers that could not be stored yet, for want of room. They are told all the same, so that nobody waits for
 * a disk; and what was told must come true. So nothing else may close these rows meanwhile, whoever reads them is shown
 * their end, and it is written, with the same status, error and byte count, as soon as writing works again.
 *
 * Only for a process that has the database to itself: any other could close the row differently. If this process dies
 * before the disk has room, the next one closes the row as failed, too, with the same bytes, as `interrupted`.
 */
export class UnstoredEndings {
  readonly #store: Store;
  readonly #logger: Logger;
  readonly #endings = new Map<string, Ending>();

  constructor(store: Store, logger: Logger) {
    this.#store = store;
    this.#logger = logger;
  }

  /**
   * Remembers the end of an answer that `lease` was writing. Returns the row as it will be, whose end may now be told;
   * undefined: the row is not the lease's any more, so there is nothing to tell.
   */
  add(messageId: string, owner: string, lease: string, closing: Closing): MessageRow | undefined {
    const answer = this.#store.conversations.message(messageId);
    if (answer?.status !== 'streaming') return undefined;
    this.#endings.set(messageId, { answer, owner, lease, closing });
    return this.present(answer);
  }

  has(messageId: string): boolean {
    return this.#endings.has(messageId);
  }

  /** Whether an answer of this conversation, or of this user in another one, is open in the database only. */
  concern(conversationId: string, owner: string): boolean {
    return [...this.#endings.values()].some(
      (ending) => ending.answer.conversationId === conversationId || ending.owner === owner,
    );
  }

  /** The row as it will be. Any other row is as it is. */
  present(row: MessageRow): MessageRow {
    const ending = this.#endings.get(row.id);
    if (ending === undefined) return row;
    const { status, reason = null, error = null } = ending.closing;
    return { ...row, status, reason, error };
  }

  /** Writes what can be written now. */
  store(): void {
    for (const [messageId, { lease, closing }] of this.#endings) {
      try {
        const row = this.#store.answers.closeOwn(messageId, lease, closing);
        this.#endings.delete(messageId);
        if (row === undefined)
          this.#logger.error('an answer was closed by somebody else after its end was told', { messageId });
        else this.#logger.info('the end of an answer is stored now', { messageId });
      } catch (error) {
        if (!(error instanceof StorageError)) throw error;
        this.#logger.debug('the end of an answer still cannot be stored', { messageId, error });
        return; // one disk for all of them
      }
      foldQuietly(this.#store, this.#logger, messageId);
    }
  }
}
