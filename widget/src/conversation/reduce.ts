import type {
  ChunkFrame,
  CompleteFrame,
  Frame,
  MessageStatus,
  PlainFrame,
  SnapshotEntry,
  SnapshotFrame,
} from '../protocol/frames.js';
import { isFinal } from '../protocol/frames.js';
import { type ConversationState, type MessageState, emptyMessage, speaksProtocol } from './state.js';
import { addPiece, dropAside, EMPTY_TEXT, type Piece } from './text.js';
import { dropPlain, reducePlain } from './reduce-plain.js';

/** What a frame meant beyond the state it led to, for logs and for counting. */
export type Note =
  | { readonly kind: 'duplicate'; readonly messageId: string }
  | { readonly kind: 'kept-aside'; readonly messageId: string }
  | { readonly kind: 'contradiction'; readonly messageId: string; readonly detail: string };

export interface Reduction {
  readonly state: ConversationState;
  readonly notes: readonly Note[];
}

/** A question that a plain backend was handed: it gives no sign of its own. */
export interface PlainAsk {
  readonly type: 'plain-ask';
  readonly id: string;
  readonly content: string;
}

/**
 * The client's side of the protocol as one pure function. Its laws, held by tests: a frame twice means the same as
 * once; any order and loss followed by one answered `resume` ends in the server's state; statuses go forward only;
 * a final status needs the proof; what is shown is a prefix of the true text.
 */
export function reduce(state: ConversationState, frame: Frame | PlainAsk): Reduction {
  switch (frame.type) {
    case 'hello':
      return unchanged({ ...dropPlain(state), hello: frame });
    case 'chunk':
      return chunk(dropPlain(state), frame);
    case 'complete':
      return complete(dropPlain(state), frame);
    case 'snapshot':
      return snapshot(dropPlain(state), frame);
    // Refusals concern the outbox, unknown frames the page.
    case 'error':
    case 'unknown':
      return unchanged(state);
    case 'plain-ask':
    case 'plain-start':
    case 'plain-chunk':
    case 'plain-complete':
    case 'plain-error':
      return unchanged(plain(state, frame));
    default:
      return exhausted(frame);
  }
}

function plain(state: ConversationState, frame: PlainFrame | PlainAsk): ConversationState {
  // A backend that speaks the protocol addresses every text; frames without ids are then nobody's.
  return speaksProtocol(state) ? state : reducePlain(state, frame);
}

function chunk(state: ConversationState, frame: ChunkFrame): Reduction {
  const before = state.messages.get(frame.message_id) ?? emptyMessage(frame.message_id, 'assistant');
  const notes: Note[] = [];
  const started = forward(before, 'streaming');
  const after = settle(hold(started, frame, notes), notes);
  return { state: put(state, after), notes };
}

function complete(state: ConversationState, frame: CompleteFrame): Reduction {
  const before = state.messages.get(frame.message_id) ?? emptyMessage(frame.message_id, 'assistant');
  const notes: Note[] = [];
  const { status, bytes, reason, error } = frame;
  const end = { status, bytes, ...(reason === undefined ? {} : { reason }), ...(error === undefined ? {} : { error }) };
  if (isFinal(before.status)) return { state, notes: [{ kind: 'duplicate', messageId: before.id }] };
  return { state: put(state, settle({ ...before, end: before.end ?? end }, notes)), notes };
}

function snapshot(state: ConversationState, frame: SnapshotFrame): Reduction {
  const notes: Note[] = [];
  const isReset = frame.more !== undefined && !touches(state.interval, frame.covers);
  const messages = new Map(isReset ? [] : state.messages);
  let changed = isReset;
  for (const entry of frame.messages) {
    const known = messages.get(entry.id);
    const merged = merge(known ?? emptyMessage(entry.id, entry.role), entry, notes);
    // The same object for the same state: nobody has to draw it, or take it for a sign of life.
    if (known !== undefined && isSame(known, merged)) continue;
    messages.set(entry.id, merged);
    changed = true;
  }
  const next: ConversationState = {
    ...state,
    messages: changed ? messages : state.messages,
    interval: frame.covers === undefined ? state.interval : extend(isReset ? undefined : state.interval, frame.covers),
    more: frame.more ?? state.more,
  };
  return { state: next, notes };
}

/**
 * The answer to a `resume` begins where the client's interval ends. One that does not touch it comes from a server whose
 * database was set back: the client begins anew with what that server has.
 */
function touches(interval: ConversationState['interval'], covers: SnapshotFrame['covers']): boolean {
  if (interval === undefined || covers === undefined) return true;
  return covers[0] <= interval.high + 1 && covers[1] >= interval.low - 1;
}

/** Rule 3: one interval without holes, which grows only by ranges that touch it. */
function extend(
  interval: ConversationState['interval'],
  [low, high]: readonly [number, number],
): ConversationState['interval'] {
  if (interval === undefined) return { low, high };
  if (!touches(interval, [low, high])) return interval;
  return { low: Math.min(interval.low, low), high: Math.max(interval.high, high) };
}

function merge(before: MessageState, entry: SnapshotEntry, notes: Note[]): MessageState {
  if (before.role !== entry.role) {
    notes.push({ kind: 'contradiction', messageId: entry.id, detail: `was ${before.role}, said to be ${entry.role}` });
  }
  const placed: MessageState = {
    ...before,
    role: entry.role,
    position: entry.position,
    inReplyTo: entry.in_reply_to,
    createdAt: entry.created_at ?? before.createdAt,
    feedback: entry.feedback !== undefined && entry.feedback.at > before.feedback.at ? entry.feedback : before.feedback,
  };
  if (entry.role === 'user') return question(placed, entry);
  if (isFinal(before.status)) return placed;
  return answer(placed, entry, notes);
}

/** A question is whole in every snapshot and never changes. */
function question(message: MessageState, entry: SnapshotEntry): MessageState {
  if (message.status === 'complete' && message.text.held === entry.content) return message;
  const { text } = addPiece(EMPTY_TEXT, { offset: 0, content: entry.content });
  return { ...message, status: 'complete', text };
}

function answer(message: MessageState, entry: SnapshotEntry, notes: Note[]): MessageState {
  let next = message;
  if (message.doubted && entry.offset === 0) {
    // The server's own text from its first byte decides; what was put aside may be as wrong as what was held.
    next = { ...message, doubted: false, text: EMPTY_TEXT, end: undefined };
  }
  if (isFinal(entry.status)) {
    const { status, reason, error } = entry;
    next = {
      // A final answer whose text is still to come is, here, one that streams.
      ...forward(next, 'streaming'),
      end: next.end ?? {
        status,
        bytes: entry.bytes ?? 0,
        ...(reason === undefined ? {} : { reason }),
        ...(error === undefined ? {} : { error }),
      },
    };
  } else {
    next = forward(next, entry.status);
  }
  return settle(hold(next, entry, notes), notes);
}

function hold(message: MessageState, piece: Piece, notes: Note[]): MessageState {
  if (isFinal(message.status)) {
    notes.push({ kind: 'duplicate', messageId: message.id });
    return message;
  }
  if (message.doubted) return message;
  const { outcome, text } = addPiece(message.text, { offset: piece.offset, content: piece.content });
  switch (outcome) {
    case 'appended':
      return { ...message, text };
    case 'kept-aside':
      notes.push({ kind: 'kept-aside', messageId: message.id });
      return { ...message, text };
    case 'duplicate':
      if (piece.content !== '') notes.push({ kind: 'duplicate', messageId: message.id });
      return message;
    case 'contradiction':
      notes.push({
        kind: 'contradiction',
        messageId: message.id,
        detail: `other text at byte ${piece.offset} than the ${text.bytes} bytes held`,
      });
      return { ...message, text: dropAside(text), doubted: true };
    default:
      return exhausted(outcome);
  }
}

/** Rule 2: an end takes effect when the text has its length and the position is known. */
function settle(message: MessageState, notes: Note[]): MessageState {
  const { end, text, position } = message;
  if (end === undefined || isFinal(message.status) || message.doubted) return message;
  if (text.bytes > end.bytes) {
    notes.push({
      kind: 'contradiction',
      messageId: message.id,
      detail: `ends at byte ${end.bytes}, but ${text.bytes} bytes are held`,
    });
    return { ...message, text: dropAside(text), doubted: true };
  }
  if (text.bytes < end.bytes || position === undefined) return message;
  return { ...message, status: end.status, text: dropAside(text) };
}

function forward(message: MessageState, status: MessageStatus): MessageState {
  return message.status === 'queued' && status === 'streaming' ? { ...message, status } : message;
}

function isSame(a: MessageState, b: MessageState): boolean {
  return (Object.keys(b) as (keyof MessageState)[]).every((key) => a[key] === b[key]);
}

function put(state: ConversationState, message: MessageState): ConversationState {
  if (state.messages.get(message.id) === message) return state;
  return { ...state, messages: new Map(state.messages).set(message.id, message) };
}

function unchanged(state: ConversationState): Reduction {
  return { state, notes: [] };
}

function exhausted(value: never): never {
  throw new TypeError(`unhandled case: ${JSON.stringify(value)}`);
}
