/**
 * What the elements draw: a plain picture of one conversation, made from its state by `select.ts`.
 * Two pictures share every message object that did not change, so identity is enough to skip a render.
 */
import type { AnswerError, FeedbackValue } from '../protocol/frames.js';

/**
 * - `connecting`: the first connection is not there yet
 * - `catching-up`: connected, the server's state is still being fetched
 * - `live`: connected, and everything the server knows is here
 * - `offline`: the connection is gone; it comes back by itself
 * - `signed-out`: the server refuses this visitor until they sign in again
 * - `closed`: the connection is gone for good, until the visitor retries
 * - `misconfigured`: an attribute is wrong; nothing was connected
 */
export type ConnectionStatus =
  'connecting' | 'catching-up' | 'live' | 'offline' | 'signed-out' | 'closed' | 'misconfigured';

/**
 * A question: `pending` (not handed to the server yet), `sending` (handed over, not confirmed), `sent`
 * (the server has it) or `failed` (refused; may be retried).
 */
export type QuestionStatus = 'pending' | 'sending' | 'sent' | 'failed';

/**
 * An answer: `queued`, `streaming`, or final. A final status is shown only with the proof that the text is whole;
 * until then it is `streaming`.
 */
export type AnswerStatus = 'queued' | 'streaming' | 'complete' | 'stopped' | 'failed';

export interface QuestionView {
  readonly role: 'user';
  readonly id: string;
  readonly text: string;
  readonly status: QuestionStatus;
  readonly error?: AnswerError;
  readonly createdAt?: number;
}

export interface AnswerView {
  readonly role: 'assistant';
  readonly id: string;
  /** Always a prefix of the true text; only ever grows, but for a restart from '' when a proof failed. */
  readonly text: string;
  readonly status: AnswerStatus;
  /** True while the client knows that something is missing and is fetching it. */
  readonly incomplete: boolean;
  /** Why a final answer is short of what the model might have said, such as `length`. */
  readonly reason?: string;
  readonly error?: AnswerError;
  readonly feedback: FeedbackValue;
  readonly createdAt?: number;
}

export type MessageView = QuestionView | AnswerView;

export interface ConversationView {
  readonly conversationId: string;
  readonly connection: ConnectionStatus;
  readonly messages: readonly MessageView[];
  /** Older messages exist on the server. */
  readonly hasEarlier: boolean;
  /** The answer that is queued or streaming in the shown thread, if any. */
  readonly openAnswer: AnswerView | undefined;
  /** False until the first answer to a resume has arrived (or the backend turned out to be a plain one). */
  readonly ready: boolean;
  /** The open answer has said nothing for so long that the visitor should know that we are still waiting. */
  readonly stalled: boolean;
  /** There is something unsent that this browser could not store: it is lost when the page goes. */
  readonly outboxIsVolatile: boolean;
  /** UTF-8 bytes that one question may have. */
  readonly maxMessageBytes: number;
}
