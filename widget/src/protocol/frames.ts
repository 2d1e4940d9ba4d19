/**
 * The chat protocol, version 1: what travels inside ordinary Action Cable messages.
 * docs/protocol.md is the contract; this file is its vocabulary and nothing else.
 *
 * Texts are addressed by UTF-8 byte offset, never by sequence number: any cut, overlap or regrouping of pieces
 * means the same text.
 */

export const PROTOCOL_VERSION = 1;

export type MessageRole = 'user' | 'assistant';

/** Statuses only go forward: queued → streaming → one of the three final ones. */
export type MessageStatus = 'queued' | 'streaming' | FinalStatus;
export type FinalStatus = 'complete' | 'stopped' | 'failed';

export const FINAL_STATUSES = ['complete', 'stopped', 'failed'] as const satisfies readonly FinalStatus[];

export function isFinal(status: string | undefined): status is FinalStatus {
  return status === 'complete' || status === 'stopped' || status === 'failed';
}

/** Why an action was refused, or an answer failed. A backend may use codes of its own. */
export type ErrorCode =
  | 'too_long'
  | 'rate_limited'
  | 'busy'
  | 'forbidden'
  | 'invalid'
  | 'interrupted'
  | 'timeout'
  | 'provider_unauthorized'
  | 'provider_rate_limited'
  | 'provider_error'
  | 'provider_unreachable'
  | 'internal'
  | (string & {});

/** `message` is a safe sentence for the visitor, never an exception's text. */
export interface AnswerError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  readonly request_id?: string;
}

export type FeedbackValue = 'up' | 'down' | null;

/** What the server knows of one message. `content` begins at byte `offset` of the message's text. */
export interface SnapshotEntry {
  readonly id: string;
  readonly role: MessageRole;
  readonly status: MessageStatus;
  readonly position: number;
  readonly in_reply_to: string | null;
  readonly offset: number;
  readonly content: string;
  /** Byte length of the whole text; present when the status is final. */
  readonly bytes?: number;
  readonly reason?: string;
  readonly error?: AnswerError;
  readonly feedback?: { readonly value: FeedbackValue; readonly at: number };
  /** Milliseconds since the epoch. */
  readonly created_at?: number;
}

export interface HelloFrame {
  readonly type: 'hello';
  readonly conversation_id: string;
  readonly v: number;
  /** Opaque: equal for two connections exactly if they are the same visitor. */
  readonly user: string;
  readonly features: readonly string[];
  readonly limits: Limits;
}

export interface Limits {
  /** UTF-8 bytes of one question. */
  readonly message_bytes?: number;
  readonly asks_per_minute?: number;
  readonly [name: string]: unknown;
}

export interface ChunkFrame {
  readonly type: 'chunk';
  readonly conversation_id: string;
  readonly message_id: string;
  readonly offset: number;
  readonly content: string;
}

/** The only closing frame. `bytes` is the length of the whole text: the proof that nothing is missing. */
export interface CompleteFrame {
  readonly type: 'complete';
  readonly conversation_id: string;
  readonly message_id: string;
  readonly status: FinalStatus;
  readonly bytes: number;
  readonly reason?: string;
  readonly error?: AnswerError;
}

/**
 * An action was refused: the one that carried `client_id`, else the `stop` or `feedback` on `message_id`, else the
 * `resume` or `history`. Transmitted to its caller, never broadcast.
 */
export interface ErrorFrame {
  readonly type: 'error';
  readonly conversation_id: string;
  readonly client_id: string | null;
  readonly message_id?: string;
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
}

export interface SnapshotFrame {
  readonly type: 'snapshot';
  readonly conversation_id: string;
  readonly messages: readonly SnapshotEntry[];
  /** No message with a position in this inclusive range is left out; a low end of 0: nothing is older. */
  readonly covers?: readonly [low: number, high: number];
  /** Present in answers to `resume`: true asks for another one. */
  readonly more?: boolean;
}

export type ServerFrame = HelloFrame | ChunkFrame | CompleteFrame | ErrorFrame | SnapshotFrame;

/**
 * Frames of a backend that knows nothing of this protocol (`{type: "chunk", content}`, `{type: "complete"}`):
 * appended as they come, at the transport's own guarantee.
 */
export type PlainFrame =
  | { readonly type: 'plain-start' }
  | { readonly type: 'plain-chunk'; readonly content: string }
  | { readonly type: 'plain-complete' }
  | { readonly type: 'plain-error'; readonly message: string };

/** A well-formed frame of a type that this version does not know: surfaced to the page, otherwise ignored. */
export interface UnknownFrame {
  readonly type: 'unknown';
  readonly frame: Readonly<Record<string, unknown>>;
}

export type Frame = ServerFrame | PlainFrame | UnknownFrame;

export interface ResumeAction {
  readonly action: 'resume';
  /** Upper end of the interval of positions known without holes; absent: the newest page. */
  readonly since?: number;
  /** Bytes held of each unfinished answer, by message id. */
  readonly cursors: Readonly<Record<string, number>>;
}

export interface HistoryAction {
  readonly action: 'history';
  readonly before: number;
  readonly limit: number;
}

export interface AskAction {
  readonly action: 'ask';
  readonly client_id: string;
  readonly message: string;
}

export interface RegenerateAction {
  readonly action: 'regenerate';
  readonly message_id: string;
  readonly client_id: string;
}

export interface EditAction {
  readonly action: 'edit';
  readonly message_id: string;
  readonly client_id: string;
  readonly message: string;
}

export interface StopAction {
  readonly action: 'stop';
  readonly message_id: string;
}

export interface FeedbackAction {
  readonly action: 'feedback';
  readonly message_id: string;
  readonly value: FeedbackValue;
  readonly at: number;
}

export type ClientAction =
  ResumeAction | HistoryAction | AskAction | RegenerateAction | EditAction | StopAction | FeedbackAction;

/** What one action may weigh on the wire, in UTF-8 bytes of its JSON; more is refused locally. */
export const MAX_ACTION_BYTES = 48 * 1024;
