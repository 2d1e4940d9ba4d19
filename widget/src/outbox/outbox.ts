/**
 * What the visitor did and the server has not confirmed yet. A transport acknowledges nothing, so an entry stays until
 * its effect is seen in the conversation's state, and goes out again with the same ids until then. Pure transitions.
 */
import type { ConversationState } from '../conversation/state.js';
import type {
  AnswerError,
  AskAction,
  EditAction,
  ErrorFrame,
  FeedbackAction,
  RegenerateAction,
  StopAction,
} from '../protocol/frames.js';
import { isFinal } from '../protocol/frames.js';

export type OutboxAction = AskAction | EditAction | RegenerateAction | StopAction | FeedbackAction;

export interface OutboxEntry {
  readonly action: OutboxAction;
  /** `queued`: still to be handed over; `sent`: handed over, not confirmed; `failed`: refused. */
  readonly state: 'queued' | 'sent' | 'failed';
  readonly error?: AnswerError;
  readonly createdAt: number;
}

export type Outbox = readonly OutboxEntry[];

export const EMPTY_OUTBOX: Outbox = [];

export function add(outbox: Outbox, action: OutboxAction, createdAt: number): Outbox {
  const entry: OutboxEntry = { action, state: 'queued', createdAt };
  switch (action.action) {
    case 'stop':
      return outbox.some((other) => other.action.action === 'stop' && other.action.message_id === action.message_id)
        ? outbox
        : [...outbox, entry];
    case 'feedback':
      // Only the visitor's last word counts.
      return [...outbox.filter((other) => !isFeedbackOn(other.action, action.message_id)), entry];
    default:
      return [...outbox, entry];
  }
}

/** Takes out what the conversation's state shows to be done. The same array where nothing was. */
export function confirm(outbox: Outbox, state: ConversationState): Outbox {
  const rest = outbox.filter((entry) => !isDone(entry.action, state));
  return rest.length === outbox.length ? outbox : rest;
}

/**
 * Applies a refusal to the entry that it names. A refused question stays, for the visitor to try again; a refused stop or
 * feedback has nothing to show, and goes. An action that the state shows to be accepted never gets here.
 */
export function refuse(outbox: Outbox, frame: ErrorFrame): Outbox {
  const { client_id, message_id, code, message, retryable } = frame;
  if (client_id !== null) {
    const error = { code, message, retryable };
    return change(outbox, client_id, (entry) => ({ ...entry, state: 'failed', error }));
  }
  return outbox.filter(
    ({ action }) => clientIdOf(action) !== undefined || !('message_id' in action) || action.message_id !== message_id,
  );
}

export function markSent(outbox: Outbox, entry: OutboxEntry): Outbox {
  return outbox.map((other) => (other === entry ? { ...other, state: 'sent' } : other));
}

/** Everything that was handed to an earlier connection is to go out again. Refused entries wait for the visitor. */
export function requeue(outbox: Outbox): Outbox {
  return outbox.some((entry) => entry.state === 'sent')
    ? outbox.map((entry) => (entry.state === 'sent' ? { ...entry, state: 'queued' } : entry))
    : outbox;
}

export function retry(outbox: Outbox, clientId: string): Outbox {
  return change(outbox, clientId, ({ action, createdAt }) => ({ action, createdAt, state: 'queued' }));
}

export function remove(outbox: Outbox, clientId: string): Outbox {
  return outbox.filter((entry) => clientIdOf(entry.action) !== clientId);
}

/**
 * What is to be handed over now. Questions go one at a time and wait while an answer is open, so that they are
 * answered in their order.
 */
export function due(outbox: Outbox, answerOpen: boolean): readonly OutboxEntry[] {
  const out: OutboxEntry[] = [];
  let turnTaken = answerOpen;
  for (const entry of outbox) {
    if (entry.state === 'failed') continue;
    if (startsAnswer(entry.action)) {
      if (turnTaken) continue;
      turnTaken = true;
    }
    if (entry.state === 'queued') out.push(entry);
  }
  return out;
}

export function clientIdOf(action: OutboxAction): string | undefined {
  return 'client_id' in action ? action.client_id : undefined;
}

export function startsAnswer(action: OutboxAction): action is AskAction | EditAction | RegenerateAction {
  return action.action === 'ask' || action.action === 'edit' || action.action === 'regenerate';
}

function isDone(action: OutboxAction, state: ConversationState): boolean {
  switch (action.action) {
    case 'ask':
    case 'edit':
    case 'regenerate':
      return state.messages.get(action.client_id)?.position !== undefined;
    case 'stop': {
      const message = state.messages.get(action.message_id);
      return message !== undefined && (isFinal(message.status) || message.end !== undefined);
    }
    case 'feedback':
      return (state.messages.get(action.message_id)?.feedback.at ?? 0) >= action.at;
  }
}

function isFeedbackOn(action: OutboxAction, messageId: string): boolean {
  return action.action === 'feedback' && action.message_id === messageId;
}

function change(outbox: Outbox, clientId: string, next: (entry: OutboxEntry) => OutboxEntry): Outbox {
  return outbox.map((entry) => (clientIdOf(entry.action) === clientId ? next(entry) : entry));
}
