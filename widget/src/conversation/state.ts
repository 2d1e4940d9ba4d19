import type {
  AnswerError,
  FeedbackValue,
  FinalStatus,
  HelloFrame,
  MessageRole,
  MessageStatus,
} from '../protocol/frames.js';
import { isFinal } from '../protocol/frames.js';
import { EMPTY_TEXT, hasHole, type MessageText } from './text.js';

/** How a message ended, as far as anybody said; it takes effect only with its proof. */
export interface MessageEnd {
  readonly status: FinalStatus;
  readonly bytes: number;
  readonly reason?: string;
  readonly error?: AnswerError;
}

/** What this client knows of one message. */
export interface MessageState {
  readonly id: string;
  readonly role: MessageRole;
  /** Final only with the proof: the text has `end.bytes` bytes, and the position is known. */
  readonly status: MessageStatus;
  /** Undefined until a snapshot told it: such a message has no place in the thread yet. */
  readonly position: number | undefined;
  readonly inReplyTo: string | null;
  readonly text: MessageText;
  readonly end: MessageEnd | undefined;
  /**
   * Something contradicted the text that is held. It stays on the screen until the server's own text from byte 0
   * replaces it; until then nothing is appended.
   */
  readonly doubted: boolean;
  readonly feedback: { readonly value: FeedbackValue; readonly at: number };
  readonly createdAt: number | undefined;
}

/** What this client knows of one conversation: the state that the reducer folds frames into. */
export interface ConversationState {
  readonly id: string;
  readonly hello: HelloFrame | undefined;
  readonly messages: ReadonlyMap<string, MessageState>;
  /** The one interval of positions known without holes (rule 3); low 0: nothing is older. */
  readonly interval: { readonly low: number; readonly high: number } | undefined;
  /** The server has more than it could put into one answer to `resume`. */
  readonly more: boolean;
  /** Messages of a plain backend, which have no ids or places of the server's, in the order of their arrival. */
  readonly plain: readonly string[];
}

export function emptyConversation(id: string): ConversationState {
  return { id, hello: undefined, messages: new Map(), interval: undefined, more: false, plain: [] };
}

export function emptyMessage(id: string, role: MessageRole): MessageState {
  return {
    id,
    role,
    status: 'queued',
    position: undefined,
    inReplyTo: null,
    text: EMPTY_TEXT,
    end: undefined,
    doubted: false,
    feedback: { value: null, at: 0 },
    createdAt: undefined,
  };
}

/**
 * True once the backend has said hello, or anything else in the protocol's words: one that is only slow may broadcast
 * before it answers `resume`. All other messages that are known then are a plain backend's.
 */
export function speaksProtocol(state: ConversationState): boolean {
  return state.hello !== undefined || state.messages.size > state.plain.length;
}

/** Whether any message is so; without a copy of them all, for it is asked with every frame. */
export function someMessage(state: ConversationState, isSo: (message: MessageState) => boolean): boolean {
  for (const message of state.messages.values()) if (isSo(message)) return true;
  return false;
}

/** True while the server has, or may still get, more of this answer than this client holds. */
export function isUnfinished(message: MessageState): boolean {
  return message.role === 'assistant' && !isFinal(message.status);
}

/** True where this client knows that something is missing: a hole, an end ahead of its text, a doubted text. */
export function isIncomplete(message: MessageState): boolean {
  if (!isUnfinished(message)) return false;
  return message.doubted || hasHole(message.text) || message.end !== undefined || message.position === undefined;
}

/** The `cursors` of a `resume`: bytes held of every unfinished answer, 0 where the text is doubted. */
export function resumeCursors(state: ConversationState): Record<string, number> {
  const cursors: Record<string, number> = {};
  for (const message of state.messages.values()) {
    if (isUnfinished(message)) cursors[message.id] = message.doubted ? 0 : message.text.bytes;
  }
  return cursors;
}
