import type { PlainFrame } from '../protocol/frames.js';
import { isFinal } from '../protocol/frames.js';
import type { PlainAsk } from './reduce.js';
import { type ConversationState, type MessageState, emptyMessage } from './state.js';
import { addPiece, EMPTY_TEXT } from './text.js';

/**
 * Frames of a backend that knows nothing of the protocol, such as an `LlmStreamChannel` (rule 6): appended as they
 * come. Nothing can be found missing, doubled or late here; this is as reliable as the transport is.
 */
export function reducePlain(state: ConversationState, frame: PlainFrame | PlainAsk): ConversationState {
  switch (frame.type) {
    case 'plain-ask':
      return place(interrupt(state), {
        ...emptyMessage(frame.id, 'user'),
        status: 'complete',
        text: textOf(frame.content),
      });
    case 'plain-start':
      return openAnswer(state) === undefined ? place(state, newAnswer(state)) : state;
    case 'plain-chunk': {
      const message = openAnswer(state) ?? newAnswer(state);
      const { text } = addPiece(message.text, { offset: message.text.bytes, content: frame.content });
      return place(state, { ...message, status: 'streaming', text });
    }
    case 'plain-complete': {
      const message = openAnswer(state);
      return message === undefined ? state : place(state, { ...message, status: 'complete' });
    }
    case 'plain-error': {
      const message = openAnswer(state) ?? newAnswer(state);
      const error = { code: 'backend_error', message: frame.message, retryable: true };
      return place(state, {
        ...message,
        status: 'failed',
        end: { status: 'failed', bytes: message.text.bytes, error },
      });
    }
  }
}

/** A new question while an answer is open: whatever was still to come, nobody will know whose it is. */
function interrupt(state: ConversationState): ConversationState {
  const open = openAnswer(state);
  if (open === undefined) return state;
  const error = { code: 'interrupted', message: 'This answer may be incomplete.', retryable: false };
  return place(state, { ...open, status: 'failed', end: { status: 'failed', bytes: open.text.bytes, error } });
}

function textOf(content: string): MessageState['text'] {
  return addPiece(EMPTY_TEXT, { offset: 0, content }).text;
}

function openAnswer(state: ConversationState): MessageState | undefined {
  const last = lastMessage(state);
  return last !== undefined && last.role === 'assistant' && !isFinal(last.status) ? last : undefined;
}

function newAnswer(state: ConversationState): MessageState {
  return { ...emptyMessage(`plain-${state.plain.length + 1}`, 'assistant'), status: 'streaming' };
}

function lastMessage(state: ConversationState): MessageState | undefined {
  let last: MessageState | undefined;
  for (const message of state.messages.values()) last = message;
  return last;
}

/** The order of arrival is the only order there is: it becomes the position. */
function place(state: ConversationState, message: MessageState): ConversationState {
  const isKnown = state.messages.has(message.id);
  const plain = isKnown ? state.plain : [...state.plain, message.id];
  const placed = isKnown ? message : { ...message, position: plain.length, inReplyTo: lastMessage(state)?.id ?? null };
  return { ...state, plain, messages: new Map(state.messages).set(message.id, placed) };
}

/**
 * The backend says hello after all, so it was only slow: what was taken for a plain backend's messages makes way for its
 * own. The questions among them are still in the outbox.
 */
export function dropPlain(state: ConversationState): ConversationState {
  if (state.plain.length === 0) return state;
  const messages = new Map(state.messages);
  for (const id of state.plain) messages.delete(id);
  return { ...state, plain: [], messages };
}
