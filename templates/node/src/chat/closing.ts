import type { AnswerError, CompleteFrame } from 'cable-chat/protocol';
import type { Closing, OpenAnswer } from './answer-store.js';
import type { Effect } from './effects.js';
import { ChatError, StorageError } from './errors.js';
import type { Logger } from '../logger.js';
import type { MessageRow } from './rows.js';
import { isFinalStatus } from './status.js';
import type { Store } from './store.js';
import type { UnstoredEndings } from './unstored-endings.js';

export const INTERRUPTED: AnswerError = {
  code: 'interrupted',
  message: 'The answer was interrupted. You can ask for it again.',
  retryable: true,
};

const EXPIRED: Closing = { status: 'failed', error: INTERRUPTED };

/** The one closing frame, made from the final row. */
export function completeFrame(message: MessageRow): CompleteFrame {
  if (!isFinalStatus(message.status))
    throw new ChatError('not_final', `message ${message.id} is ${message.status}, not final`);
  return {
    type: 'complete',
    conversation_id: message.conversationId,
    message_id: message.id,
    status: message.status,
    bytes: message.bytes,
    ...(message.reason !== null && { reason: message.reason }),
    ...(message.error !== null && { error: message.error }),
  };
}

/** Ends an answer whoever works on it. No effects: it was final before. */
export function closeOpen(store: Store, logger: Logger, message: OpenAnswer, closing: Closing): Effect[] {
  return closed(store, logger, message.owner, store.answers.closeOpen(message.id, closing));
}

export interface ExpiryDeps {
  readonly store: Store;
  readonly logger: Logger;
  /** Renews what this process is working on: after a pause of the process (or a leap of the clock) that is not dead. */
  readonly renewOwn: () => void;
  /** Answers whose end was told already are closed by these, and not as interrupted. */
  readonly endings?: UnstoredEndings;
}

/**
 * Closes, as failed / interrupted / retryable, the answers past their deadline: of all conversations, as a dead answer in
 * another one must not keep its owner `busy` either. The deadline is tested again by the UPDATE itself.
 */
export function closeExpired(deps: ExpiryDeps, now: number): Effect[] {
  const { store, logger } = deps;
  const expired = (): OpenAnswer[] => store.answers.expired(now).filter(({ id }) => deps.endings?.has(id) !== true);
  if (expired().length === 0) return [];
  deps.renewOwn();
  return expired().flatMap((answer) => {
    const row = store.answers.closeExpired(answer.id, now, EXPIRED);
    if (row) logger.warn('an answer was interrupted: its job gave no sign of life', { messageId: answer.id });
    return closed(store, logger, answer.owner, row);
  });
}

/**
 * Closes, as failed / interrupted / retryable, the answers that a job was writing which is dead for certain: for the start
 * of a process that has the database to itself. `isAlive`: a job of this process has it.
 */
export function closeAbandoned(store: Store, logger: Logger, isAlive: (messageId: string) => boolean): Effect[] {
  return store.answers
    .streaming()
    .filter((answer) => !isAlive(answer.id))
    .flatMap((answer) => {
      logger.warn('an answer was interrupted: its process has ended', { messageId: answer.id });
      return closeOpen(store, logger, answer, EXPIRED);
    });
}

/** Folds the log of an answer that has become final. Its readers do not depend on it, so a full disk is no failure. */
export function foldQuietly(store: Store, logger: Logger, messageId: string): void {
  try {
    store.answers.fold(messageId);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    logger.warn('the log of a finished answer was not folded; the next start does it', { messageId, error });
  }
}

function closed(store: Store, logger: Logger, owner: string, row: MessageRow | undefined): Effect[] {
  if (row === undefined) return [];
  foldQuietly(store, logger, row.id);
  return [
    { type: 'broadcast', conversationId: row.conversationId, owner, frame: completeFrame(row) },
    { type: 'cancel', messageId: row.id },
  ];
}
