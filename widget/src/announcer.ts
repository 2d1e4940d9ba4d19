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
  /** What was told of each answer that is not over. */
  readonly #told = new Map<string, string>();
  readonly #over = new Set<string>();
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
    if (this.#over.has(message.id)) return;
    if (!this.#told.has(message.id)) {
      const isNews =
        !isFinal(message.status) || this.#asked.has(message.id) || this.#asked.has(message.inReplyTo ?? '');
      if (!isNews) {
        this.#over.add(message.id);
        return;
      }
      this.#begin(message.id);
    }
    this.#tellText(message);
    if (isFinal(message.status)) this.#tellEnd(message, message.status);
  }

  #begin(messageId: string): void {
    this.#told.set(messageId, '');
    this.#announce.start({ messageId });
  }

  #tellText(message: MessageState): void {
    const text = message.text.held;
    const told = this.#told.get(message.id) ?? '';
    // A text that contradicted its proof is fetched again from its beginning: until it has caught up, nothing of it is new.
    if (told.startsWith(text) && !isFinal(message.status)) return;
    if (!text.startsWith(told)) this.#begin(message.id); // it was another text than the true one
    const from = this.#told.get(message.id)?.length ?? 0;
    this.#told.set(message.id, text);
    if (text.length > from) this.#announce.chunk({ messageId: message.id, content: text.slice(from), text });
  }

  #tellEnd(message: MessageState, status: FinalStatus): void {
    this.#told.delete(message.id);
    this.#over.add(message.id);
    const text = message.text.held;
    if (status === 'failed') this.#announce.error({ messageId: message.id, error: message.end?.error ?? UNSAID, text });
    else this.#announce.complete({ messageId: message.id, text, status });
  }
}
