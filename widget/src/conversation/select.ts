import { isFinal } from '../protocol/frames.js';
import type { ConversationState, MessageState } from './state.js';
import { isIncomplete } from './state.js';
import type { AnswerView, QuestionView } from './view.js';

/**
 * The thread that is shown, oldest first. `in_reply_to` makes a tree; at each fork the child with the greatest
 * position is taken. Where older pages are not loaded, the thread begins at the loaded message whose parent is not.
 */
export function selectThread(state: ConversationState): readonly MessageState[] {
  let thread = threads.get(state);
  if (thread === undefined) threads.set(state, (thread = buildThread(state)));
  return thread;
}

/** Several ask for the thread of one state, with every piece of text; it is made once. */
const threads = new WeakMap<ConversationState, readonly MessageState[]>();

function buildThread(state: ConversationState): readonly MessageState[] {
  const children = new Map<string | null, MessageState>();
  for (const message of state.messages.values()) {
    if (message.position === undefined) continue;
    const parent = message.inReplyTo !== null && isPlaced(state, message.inReplyTo) ? message.inReplyTo : null;
    const rival = children.get(parent);
    if (rival === undefined || (rival.position as number) < message.position) children.set(parent, message);
  }
  const thread: MessageState[] = [];
  const seen = new Set<string>();
  for (let next = children.get(null); next !== undefined; next = children.get(next.id)) {
    // A cycle cannot come from an honest server; it must not hang the page either.
    if (seen.has(next.id)) break;
    seen.add(next.id);
    thread.push(next);
  }
  return thread;
}

function isPlaced(state: ConversationState, id: string): boolean {
  return state.messages.get(id)?.position !== undefined;
}

const answers = new WeakMap<MessageState, AnswerView>();
const questions = new WeakMap<MessageState, QuestionView>();

/** The same object for the same state, so that a renderer can skip what did not change. */
export function answerView(message: MessageState): AnswerView {
  const known = answers.get(message);
  if (known !== undefined) return known;
  const { end } = message;
  const over = isFinal(message.status);
  const view: AnswerView = {
    role: 'assistant',
    id: message.id,
    text: message.text.held,
    status: message.status,
    incomplete: isIncomplete(message),
    feedback: message.feedback.value,
    ...(over && end?.reason !== undefined ? { reason: end.reason } : {}),
    ...(over && end?.error !== undefined ? { error: end.error } : {}),
    ...(message.createdAt === undefined ? {} : { createdAt: message.createdAt }),
  };
  answers.set(message, view);
  return view;
}

export function questionView(message: MessageState): QuestionView {
  const known = questions.get(message);
  if (known !== undefined) return known;
  const view: QuestionView = {
    role: 'user',
    id: message.id,
    text: message.text.held,
    status: 'sent',
    ...(message.createdAt === undefined ? {} : { createdAt: message.createdAt }),
  };
  questions.set(message, view);
  return view;
}
