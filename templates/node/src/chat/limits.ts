import type { Limits } from 'cable-chat/protocol';
import type { ChatOptions } from './options.js';
import type { Refusal } from './refusal.js';
import type { Store } from './store.js';
import { utf8Length } from './utf8.js';

type LimitOptions = Pick<ChatOptions, 'messageBytes' | 'asksPerMinute' | 'answersAtOncePerUser'>;

const MINUTE_MS = 60_000;

/** What `hello` tells the client, so that it can refuse locally. */
export function publicLimits(options: LimitOptions): Limits {
  return { message_bytes: options.messageBytes, asks_per_minute: options.asksPerMinute };
}

/** Null: the text may be stored. */
export function checkText(message: string, options: LimitOptions): Refusal | null {
  const bytes = utf8Length(message);
  if (bytes <= options.messageBytes) return null;
  return {
    code: 'too_long',
    message: `The message has ${bytes} bytes; at most ${options.messageBytes} are taken. Please shorten it.`,
    retryable: false,
  };
}

/**
 * Whether one more answer may be asked for now. Null: it may. Counted from what is stored, so that neither a restart nor
 * another conversation resets it. Inside the transaction that would insert the answer.
 */
export function checkLoad(
  store: Store,
  options: LimitOptions,
  ask: { readonly owner: string; readonly conversationId: string; readonly now: number },
): Refusal | null {
  if (store.conversations.openAnswers(ask.conversationId) > 0) {
    return {
      code: 'busy',
      message: 'The last answer is not finished yet. Please wait for it, or stop it.',
      retryable: true,
    };
  }
  if (store.conversations.openAnswersOf(ask.owner) >= options.answersAtOncePerUser) {
    return { code: 'busy', message: 'You have other answers under way. Please wait for one of them.', retryable: true };
  }
  if (store.conversations.answersBetween(ask.owner, ask.now - MINUTE_MS, ask.now) >= options.asksPerMinute) {
    return {
      code: 'rate_limited',
      message: 'That was a lot in one minute. Please wait a moment and try again.',
      retryable: true,
    };
  }
  return null;
}
