import type { Outbox, OutboxEntry } from './outbox/outbox.js';
import { answerView, questionView, selectThread } from './conversation/select.js';
import type { ConversationState } from './conversation/state.js';
import type {
  AnswerView,
  ConnectionStatus,
  ConversationView,
  MessageView,
  QuestionStatus,
} from './conversation/view.js';

export interface Presented {
  readonly state: ConversationState;
  readonly outbox: Outbox;
  /** Of a queued entry: it is being handed over. */
  readonly isUnderWay: (entry: OutboxEntry) => boolean;
  readonly connection: ConnectionStatus;
  readonly ready: boolean;
  readonly stalled: boolean;
  readonly outboxIsVolatile: boolean;
  readonly maxMessageBytes: number;
}

const entryViews = {
  still: new WeakMap<OutboxEntry, MessageView>(),
  underWay: new WeakMap<OutboxEntry, MessageView>(),
};

/** Makes the picture that the elements draw. The same objects, and the same picture, where nothing changed. */
export function presentView(before: ConversationView | undefined, presented: Presented): ConversationView {
  const { state, connection, ready, stalled, outboxIsVolatile, maxMessageBytes } = presented;
  let messages: readonly MessageView[] = withUnsent(
    selectThread(state).map((message) => (message.role === 'user' ? questionView(message) : answerView(message))),
    presented,
  );
  if (before !== undefined && isSameList(before.messages, messages)) messages = before.messages;
  const last = messages.at(-1);
  const openAnswer = last?.role === 'assistant' && isOpen(last) ? last : undefined;
  const view: ConversationView = {
    conversationId: state.id,
    connection,
    messages,
    hasEarlier: state.interval !== undefined && state.interval.low > 0,
    openAnswer,
    ready,
    stalled: stalled && openAnswer !== undefined,
    outboxIsVolatile,
    maxMessageBytes,
  };
  return before !== undefined && isSameView(before, view) ? before : view;
}

/** Unsent messages follow in the order of the outbox; an edit stands in the place of what it replaces. */
function withUnsent(thread: MessageView[], { outbox, isUnderWay }: Presented): MessageView[] {
  for (const entry of outbox) {
    const { action } = entry;
    if (action.action === 'stop' || action.action === 'feedback') continue;
    if (action.action !== 'ask') {
      const place = thread.findIndex((message) => message.id === action.message_id);
      // A failed wish must not hide the thread that it did not change.
      if (place !== -1 && entry.state !== 'failed') thread.length = place;
    }
    thread.push(entryView(entry, isUnderWay(entry)));
  }
  return thread;
}

function entryView(entry: OutboxEntry, isUnderWay: boolean): MessageView {
  const views = isUnderWay ? entryViews.underWay : entryViews.still;
  const known = views.get(entry);
  if (known !== undefined) return known;
  const { action, error, createdAt } = entry;
  const id = 'client_id' in action ? action.client_id : '';
  const shared = { id, createdAt, ...(error === undefined ? {} : { error }) };
  const view: MessageView =
    'message' in action
      ? { ...shared, role: 'user', text: action.message, status: isUnderWay ? 'sending' : questionStatus(entry.state) }
      : {
          ...shared,
          role: 'assistant',
          text: '',
          status: entry.state === 'failed' ? 'failed' : 'queued',
          incomplete: false,
          feedback: null,
        };
  views.set(entry, view);
  return view;
}

function questionStatus(state: OutboxEntry['state']): QuestionStatus {
  switch (state) {
    case 'queued':
      return 'pending';
    case 'sent':
      return 'sending';
    case 'failed':
      return 'failed';
  }
}

function isOpen(answer: AnswerView): boolean {
  return answer.status === 'queued' || answer.status === 'streaming';
}

function isSameList(a: readonly MessageView[], b: readonly MessageView[]): boolean {
  return a.length === b.length && a.every((message, index) => message === b[index]);
}

function isSameView(a: ConversationView, b: ConversationView): boolean {
  return (Object.keys(b) as (keyof ConversationView)[]).every((key) => a[key] === b[key]);
}
