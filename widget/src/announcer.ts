import type { ConversationState, MessageState } from './conversation/state.js';
import type { AnswerError, FinalStatus } from './protocol/frames.js';
import { isFinal } from './protocol/frames.js';

export interface Announcements {
  start(detail: { readonly messageId: string }): void;
  chunk(detail: { readonly messageId: string; readonly content: string; readonly text: string }): void;
  complete(detail: { readonly messageId: string; readonly text: string; readonly status: FinalStatus }): void;
  error(detail: { readonly messageId: string; readonly error: AnswerError; readonly text: string }): void;
}

const UNSAID: AnswerError = { code: 'failed', message: 'The answer failed.', retryable: true };

/**
 * Tells the page what happened to answers: start, chunks, and one end, once each. Read off the state, not off the
 * frames, so that the page gets the same exactly-once account that the screen shows. Answers that were over before
 * this page came are history, not news, unless this page asked for them.
 */
export class Announcer {
  readonly #announce: Announcements;
  /** How much of each answer was told, in UTF-16 units; `over` once its end was. */
  readonly #told = new Map<string, number | 'over'>();
  readonly #asked = new Set<string>();

  constructor(announce: Announcements) {
    this.#announce = announce;
  }

  /** An answer to this question, or with this id, is news whenever it comes. */
  asked(clientId: string): void {
    this.#asked.add(clientId);
  }

  stateChanged(before: ConversationState, after: ConversationState): void {
    for (const message of after.messages.values()) {
      if (message.role !== 'assistant' || message.position === undefined) continue;
      if (before.messages.get(message.id) !== message) this.#messageChanged(message);
    }
  }

  #messageChanged(message: MessageState): void {
    const told = this.#told.get(message.id);
    if (told === 'over') return;
    if (told === undefined) {
      const isNews =
        !isFinal(message.status) || this.#asked.has(message.id) || this.#asked.has(message.inReplyTo ?? '');
      if (!isNews) {
        this.#told.set(message.id, 'over');
        return;
      }
      this.#told.set(message.id, 0);
      this.#announce.start({ messageId: message.id });
    }
    this.#tellText(message, told ?? 0);
    if (isFinal(message.status)) this.#tellEnd(message, message.status);
  }

  #tellText(message: MessageState, told: number): void {
    const text = message.text.held;
    this.#told.set(message.id, text.length);
    if (text.length > told) this.#announce.chunk({ messageId: message.id, content: text.slice(told), text });
  }

  #tellEnd(message: MessageState, status: FinalStatus): void {
    this.#told.set(message.id, 'over');
    const text = message.text.held;
    if (status === 'failed') this.#announce.error({ messageId: message.id, error: message.end?.error ?? UNSAID, text });
    else this.#announce.complete({ messageId: message.id, text, status });
  }
}
