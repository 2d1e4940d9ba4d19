import type { AnswerError } from 'cable-chat/protocol';
import { ProviderError } from '../providers/provider.js';
import type { Closing } from './answer-store.js';
import { INTERRUPTED } from './closing.js';
import { ChatError, StorageError } from './errors.js';
import type { LogFields, Logger } from '../logger.js';

/**
 * - `unwanted`: the answer was closed by somebody else, by Stop for one
 * - `killed`: the job is to die without a last word, as a process that is killed does
 * - `lease-lost`: the database says that it is not ours any more
 * - `shutdown`: the server ends
 * - `too-long`: the answer took longer than any may
 */
export type InterruptionKind = 'unwanted' | 'killed' | 'lease-lost' | 'shutdown' | 'too-long';

/** Why a job is stopped from outside; the reason of its abort signal. */
export class Interruption extends ChatError<InterruptionKind> {
  override readonly name = 'Interruption';
  constructor(kind: InterruptionKind) {
    super(kind, `the answer was stopped: ${kind}`);
  }

  /** The row is not the job's any more, or the job is dead: it must not write to it. */
  get loses(): boolean {
    return this.reason === 'unwanted' || this.reason === 'killed' || this.reason === 'lease-lost';
  }
}

const TOO_LONG: AnswerError = {
  code: 'timeout',
  message: 'The answer took too long and was ended. You can ask for it again.',
  retryable: true,
};

const INTERNAL: AnswerError = {
  code: 'internal',
  message: 'Something went wrong on the server. You can ask for the answer again.',
  retryable: true,
};

export const NOT_STORED: AnswerError = {
  code: 'internal',
  message: 'The server could not store the rest of the answer. You can ask for it again.',
  retryable: true,
};

/** How an answer ends that was not completed, with a safe sentence; null: it is not ours to end. The rest is logged. */
export function endingOf(error: unknown, logger: Logger, fields: LogFields): Closing | null {
  if (error instanceof Interruption) {
    logger.debug('an answer was stopped', { ...fields, reason: error.reason });
    if (error.loses) return null;
    return { status: 'failed', error: error.reason === 'too-long' ? TOO_LONG : INTERRUPTED };
  }
  if (error instanceof ProviderError) {
    const { code, requestId } = error;
    logger.warn('the provider failed', { ...fields, code, requestId, error });
    const { publicMessage: message, retryable } = error;
    return {
      status: 'failed',
      error: { code, message, retryable, ...(requestId !== undefined && { request_id: requestId }) },
    };
  }
  if (error instanceof StorageError) {
    logger.error('an answer could not be stored', { ...fields, error });
    return { status: 'failed', error: NOT_STORED };
  }
  logger.error('an answer failed by a mistake of the server', { ...fields, error });
  return { status: 'failed', error: INTERNAL };
}
