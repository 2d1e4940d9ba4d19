import type { AnswerError, FeedbackValue, MessageRole, MessageStatus } from 'cable-chat/protocol';
import type { SqlRow } from './database.js';
import { RowError } from './errors.js';

/** A conversation as it is stored. */
export interface ConversationRow {
  readonly id: string;
  readonly owner: string;
  /** The position of its last message; 0: none yet. */
  readonly lastPosition: number;
}

/** A message as it is stored, without its text. */
export interface MessageRow {
  readonly id: string;
  readonly conversationId: string;
  readonly position: number;
  readonly role: MessageRole;
  readonly status: MessageStatus;
  readonly inReplyTo: string | null;
  /** UTF-8 bytes of the text so far. */
  readonly bytes: number;
  readonly error: AnswerError | null;
  readonly reason: string | null;
  readonly feedback: { readonly value: FeedbackValue; readonly at: number } | null;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

export const MESSAGE_COLUMNS =
  'id, conversation_id, position, role, status, in_reply_to, bytes, error, reason, feedback, feedback_at, created_at';

export function toConversation(row: SqlRow): ConversationRow {
  return { id: text(row, 'id'), owner: text(row, 'owner'), lastPosition: integer(row, 'last_position') };
}

export function toMessage(row: SqlRow): MessageRow {
  const feedbackAt = row['feedback_at'];
  const error = optionalText(row, 'error');
  return {
    id: text(row, 'id'),
    conversationId: text(row, 'conversation_id'),
    position: integer(row, 'position'),
    role: oneOf(row, 'role', ROLES),
    status: oneOf(row, 'status', STATUSES),
    inReplyTo: optionalText(row, 'in_reply_to'),
    bytes: integer(row, 'bytes'),
    error: error === null ? null : toAnswerError(error),
    reason: optionalText(row, 'reason'),
    feedback: typeof feedbackAt === 'number' ? { value: oneOf(row, 'feedback', FEEDBACK), at: feedbackAt } : null,
    createdAt: integer(row, 'created_at'),
  };
}

/** A BLOB's bytes. libsql gives a Buffer, an ArrayBuffer or, for an empty result of substr(), null. */
export function toBytes(value: unknown): Buffer {
  if (value === null || value === undefined) return Buffer.alloc(0);
  if (Buffer.isBuffer(value)) return value;
  if (value instanceof ArrayBuffer) return Buffer.from(value);
  throw new RowError(`a text is ${typeof value}, not bytes`);
}

const ROLES = ['user', 'assistant'] as const;
const STATUSES = ['queued', 'streaming', 'complete', 'stopped', 'failed'] as const;
const FEEDBACK = ['up', 'down', null] as const;

function text(row: SqlRow, name: string): string {
  const value = row[name];
  if (typeof value !== 'string') throw new RowError(`${name} is ${typeof value}, not a text`);
  return value;
}

function optionalText(row: SqlRow, name: string): string | null {
  return row[name] === null ? null : text(row, name);
}

function integer(row: SqlRow, name: string): number {
  const value = row[name];
  if (typeof value !== 'number') throw new RowError(`${name} is ${typeof value}, not a number`);
  return value;
}

function oneOf<Value extends string | null>(row: SqlRow, name: string, values: readonly Value[]): Value {
  const found = values.find((value) => value === row[name]);
  if (found === undefined)
    throw new RowError(`${name} is ${JSON.stringify(row[name])}, not one of ${values.join(', ')}`);
  return found;
}

function toAnswerError(json: string): AnswerError {
  try {
    return JSON.parse(json) as AnswerError; // written by close() only, from this very type
  } catch (cause) {
    throw new RowError('error is not JSON', { cause });
  }
}
