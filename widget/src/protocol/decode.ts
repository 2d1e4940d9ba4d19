import { ProtocolError } from '../errors.js';
import type {
  AnswerError,
  ChunkFrame,
  CompleteFrame,
  ErrorFrame,
  FeedbackValue,
  FinalStatus,
  Frame,
  HelloFrame,
  Limits,
  MessageRole,
  MessageStatus,
  SnapshotEntry,
  SnapshotFrame,
} from './frames.js';
import { isFinal } from './frames.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Turns what a transport delivered into a frame, or into the reason why it is none. Every later layer trusts the
 * result: numbers are safe non-negative integers, texts hold whole code points, ids are not empty.
 *
 * A frame of another conversation is refused, whatever it says. A type that is not known here is well-formed.
 */
export function decode(message: unknown, conversationId: string): Frame | ProtocolError {
  try {
    return decodeFrame(message, conversationId);
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
}

function decodeFrame(message: unknown, conversationId: string): Frame {
  const fields = object(message, 'frame');
  const type = fields['type'];
  if (typeof type !== 'string') throw malformed('type', 'a string', type);
  if (fields['conversation_id'] !== undefined && fields['conversation_id'] !== conversationId) {
    throw new ProtocolError('foreign_conversation', `A ${type} frame of another conversation was dropped.`);
  }
  switch (type) {
    case 'hello':
      return hello(fields, conversationId);
    case 'chunk':
      if (fields['message_id'] === undefined && fields['offset'] === undefined) {
        return { type: 'plain-chunk', content: text(fields, 'content') };
      }
      return chunk(fields, conversationId);
    case 'complete':
      return fields['message_id'] === undefined ? { type: 'plain-complete' } : complete(fields, conversationId);
    case 'error':
      return fields['code'] === undefined
        ? { type: 'plain-error', message: text(fields, 'message') }
        : refusal(fields, conversationId);
    case 'snapshot':
      return snapshot(fields, conversationId);
    case 'start':
      return { type: 'plain-start' };
    default:
      return { type: 'unknown', frame: fields };
  }
}

function hello(fields: Fields, conversation_id: string): HelloFrame {
  const features = fields['features'] ?? [];
  if (!Array.isArray(features)) throw malformed('features', 'an array of strings', features);
  return {
    type: 'hello',
    conversation_id,
    v: count(fields, 'v'),
    user: id(fields, 'user'),
    features: features.filter((feature): feature is string => typeof feature === 'string'),
    limits: limits(fields['limits'] ?? {}),
  };
}

/** A limit that cannot be one must not switch the local check off, or everything off. */
function limits(value: unknown): Limits {
  const fields = object(value, 'limits');
  for (const name of ['message_bytes', 'asks_per_minute'])
    if (fields[name] !== undefined) count(fields, name, 'limits');
  return fields as Limits;
}

function chunk(fields: Fields, conversation_id: string): ChunkFrame {
  return {
    type: 'chunk',
    conversation_id,
    message_id: id(fields, 'message_id'),
    offset: count(fields, 'offset'),
    content: text(fields, 'content'),
  };
}

function complete(fields: Fields, conversation_id: string): CompleteFrame {
  return {
    type: 'complete',
    conversation_id,
    message_id: id(fields, 'message_id'),
    status: finalStatus(fields),
    bytes: count(fields, 'bytes'),
    ...optionalText(fields, 'reason'),
    ...optionalError(fields, 'error'),
  };
}

function refusal(fields: Fields, conversation_id: string): ErrorFrame {
  const client_id = fields['client_id'] ?? null;
  if (client_id !== null && typeof client_id !== 'string') throw malformed('client_id', 'a string or null', client_id);
  const target = fields['message_id'] === undefined ? {} : { message_id: id(fields, 'message_id') };
  return { type: 'error', conversation_id, client_id, ...target, ...answerError(fields, '') };
}

function snapshot(fields: Fields, conversation_id: string): SnapshotFrame {
  const messages = fields['messages'];
  if (!Array.isArray(messages)) throw malformed('messages', 'an array', messages);
  const frame: { -readonly [K in keyof SnapshotFrame]: SnapshotFrame[K] } = {
    type: 'snapshot',
    conversation_id,
    messages: messages.map((message, index) => entry(message, `messages[${index}]`)),
  };
  const covers = fields['covers'];
  if (covers !== undefined && covers !== null) frame.covers = range(covers);
  const more = fields['more'];
  if (more !== undefined) {
    if (typeof more !== 'boolean') throw malformed('more', 'a boolean', more);
    frame.more = more;
  }
  return frame;
}

function entry(value: unknown, path: string): SnapshotEntry {
  const fields = object(value, path);
  const role = fields['role'];
  if (role !== 'user' && role !== 'assistant') throw malformed(`${path}.role`, '"user" or "assistant"', role);
  const status = messageStatus(fields, role, path);
  const parent = fields['in_reply_to'] ?? null;
  if (parent !== null && typeof parent !== 'string') throw malformed(`${path}.in_reply_to`, 'an id or null', parent);
  const content = text(fields, 'content', path);
  return {
    id: id(fields, 'id', path),
    role,
    status,
    position: count(fields, 'position', path),
    in_reply_to: parent,
    offset: fields['offset'] === undefined ? 0 : count(fields, 'offset', path),
    content,
    ...(isFinal(status) && role === 'assistant' ? { bytes: count(fields, 'bytes', path) } : {}),
    ...optionalText(fields, 'reason', path),
    ...optionalError(fields, 'error', path),
    ...feedback(fields, path),
    ...(typeof fields['created_at'] === 'number' ? { created_at: fields['created_at'] } : {}),
  };
}

function messageStatus(fields: Fields, role: MessageRole, path: string): MessageStatus {
  const status = fields['status'];
  if (isStatus(status)) return status;
  // A question has no life of its own: it is there or it is not.
  if (role === 'user') return 'complete';
  throw malformed(`${path}.status`, 'a message status', status);
}

function isStatus(status: unknown): status is MessageStatus {
  return status === 'queued' || status === 'streaming' || (typeof status === 'string' && isFinal(status));
}

function finalStatus(fields: Fields): FinalStatus {
  const status = fields['status'];
  if (typeof status === 'string' && isFinal(status)) return status;
  throw malformed('status', '"complete", "stopped" or "failed"', status);
}

function feedback(fields: Fields, path: string): Pick<SnapshotEntry, 'feedback'> {
  const value = fields['feedback'];
  if (value === undefined || value === null) return {};
  const inner = object(value, `${path}.feedback`);
  const vote = inner['value'] ?? null;
  if (vote !== null && vote !== 'up' && vote !== 'down') {
    throw malformed(`${path}.feedback.value`, '"up", "down" or null', vote);
  }
  return { feedback: { value: vote satisfies FeedbackValue, at: count(inner, 'at', `${path}.feedback`) } };
}

function optionalError(fields: Fields, name: string, path = ''): { error?: AnswerError } {
  const value = fields[name];
  if (value === undefined || value === null) return {};
  const inner = join(path, name);
  return { error: answerError(object(value, inner), inner) };
}

function answerError(fields: Fields, path: string): AnswerError {
  const retryable = fields['retryable'];
  return {
    code: id(fields, 'code', path),
    message: text(fields, 'message', path),
    retryable: retryable === true,
    ...(typeof fields['request_id'] === 'string' ? { request_id: fields['request_id'] } : {}),
  };
}

function optionalText(fields: Fields, name: 'reason', path = ''): { reason?: string } {
  const value = fields[name];
  return value === undefined || value === null ? {} : { reason: text(fields, name, path) };
}

function object(value: unknown, path: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw malformed(path, 'an object', value);
}

function id(fields: Fields, name: string, path = ''): string {
  const value = fields[name];
  if (typeof value === 'string' && value !== '' && value.length <= 255) return value;
  throw malformed(join(path, name), 'a non-empty string of at most 255 characters', value);
}

function count(fields: Fields, name: string, path = ''): number {
  const value = fields[name];
  // Offsets beyond 2^53 cannot be told apart, so they cannot be trusted either.
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw malformed(join(path, name), 'a whole number from 0 to 2^53 - 1', value);
}

const LONE_SURROGATE = /\p{Surrogate}/u;

/** In UTF-16 units; four times what the largest snapshot may weigh. Whoever sends more means to freeze the page. */
const MOST_TEXT = 1024 * 1024;

function text(fields: Fields, name: string, path = ''): string {
  const value = fields[name];
  if (typeof value !== 'string') throw malformed(join(path, name), 'a string', value);
  if (value.length > MOST_TEXT) {
    throw malformed(join(path, name), `at most ${MOST_TEXT} characters`, `${value.length} characters`);
  }
  // Half a code point has no UTF-8 length, so nothing after it could be placed.
  if (LONE_SURROGATE.test(value)) throw malformed(join(path, name), 'whole code points', 'a lone surrogate');
  return value;
}

function range(value: unknown): readonly [number, number] {
  if (Array.isArray(value) && value.length === 2) {
    const [low, high] = value as [unknown, unknown];
    const fields = { low, high };
    const pair = [count(fields, 'low', 'covers'), count(fields, 'high', 'covers')] as const;
    // `[since + 1, since]` says that there is nothing new; anything more inverted says nothing.
    if (pair[0] <= pair[1] + 1) return pair;
  }
  throw malformed('covers', 'a pair of positions', value);
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function malformed(path: string, expected: string, got: unknown): ProtocolError {
  return new ProtocolError('malformed_frame', `${path} should be ${expected}, got ${describe(got)}.`);
}

/** Names a value without repeating it: it may be a visitor's words, and it may be long. */
function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'string') return value.length > 40 ? `a string of ${value.length} characters` : `"${value}"`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return value === undefined ? 'nothing' : `a value of type ${typeof value}`;
}
