import type { ConversationView } from './conversation/view.js';
import { AnswerFailedError, type CableChatError } from './errors.js';
import { type AnswerError, type FinalStatus, isFinal } from './protocol/frames.js';

export type AnswerEnd =
  { readonly status: Exclude<FinalStatus, 'failed'> } | { readonly status: 'failed'; readonly error: CableChatError };

export interface AnswerTellings {
  start(detail: { readonly messageId: string }): void;
  chunk(detail: { readonly messageId: string; readonly content: string; readonly text: string }): void;
  end(detail: { readonly messageId: string; readonly text: string; readonly end: AnswerEnd }): void;
}

/**
 * What one listener was told of the answers of a conversation: the start, the pieces, one end. A session tells whoever
 * listens at that moment; but it is shared, and may be left and taken again in mid-answer. So each listener's account is
 * settled from the whole texts: whatever they have not heard of a text is their next piece, and what they have is none.
 */
export class AnswerAccount {
  readonly #tell: AnswerTellings;
  /** What was told of each answer that is not over. */
  readonly #told = new Map<string, string>();
  readonly #over = new Set<string>();
  readonly #asked = new Set<string>();

  constructor(tell: AnswerTellings) {
    this.#tell = tell;
  }

  /** The listener has asked it: the answer is news, whenever it comes. */
  asked(questionId: string): void {
    this.#asked.add(questionId);
  }

  began(messageId: string): void {
    if (this.#told.has(messageId) || this.#over.has(messageId)) return;
    this.#told.set(messageId, '');
    this.#tell.start({ messageId });
  }

  /** `text`: all of it so far, a prefix of what the server has. */
  grew(messageId: string, text: string): void {
    this.began(messageId);
    const told = this.#told.get(messageId);
    if (told === undefined || told.startsWith(text)) return;
    if (text.startsWith(told)) this.#tellPiece(messageId, told, text);
    else this.#tellAnew(messageId, text);
  }

  /** `text`: all of it, proven. */
  ended(messageId: string, text: string, end: AnswerEnd): void {
    this.grew(messageId, text);
    const told = this.#told.get(messageId);
    if (told === undefined) return;
    if (told !== text) this.#tellAnew(messageId, text);
    this.#told.delete(messageId);
    this.#over.add(messageId);
    this.#tell.end({ messageId, text, end });
  }

  /** What happened while nobody listened. Answers that were over before this listener came are history, not news. */
  catchUp({ messages }: ConversationView): void {
    let before: string | undefined;
    for (const message of messages) {
      const asked = this.#asked.has(before ?? '');
      before = message.id;
      if (message.role === 'user') continue;
      const { id, text, status, error } = message;
      // An answer without a text, or behind another answer, may be no more than a wish that the server has not granted.
      if (isFinal(status)) {
        if (asked || this.#told.has(id)) this.ended(id, text, endOf(status, error));
      } else if (text !== '') {
        this.grew(id, text);
      }
    }
  }

  #tellPiece(messageId: string, told: string, text: string): void {
    this.#told.set(messageId, text);
    if (text.length > told.length) this.#tell.chunk({ messageId, content: text.slice(told.length), text });
  }

  /** The text before contradicted its own proof, and was fetched again: it is another one. */
  #tellAnew(messageId: string, text: string): void {
    this.#told.delete(messageId);
    this.began(messageId);
    this.#tellPiece(messageId, '', text);
  }
}

function endOf(status: FinalStatus, error: AnswerError | undefined): AnswerEnd {
  if (status !== 'failed') return { status };
  return {
    status,
    error: new AnswerFailedError(error ?? { code: 'failed', message: 'The answer failed.', retryable: true }),
  };
}
