/** A session that shows what a test tells it to, and remembers what was asked of it. */
import type { ChatFeature, ChatSession, ChatSessionEvents } from '../../../widget/src/controllers/chat-session.js';
import type { AnswerView, ConversationView, MessageView, QuestionView } from '../../../widget/src/conversation/view.js';
import type { ActionError } from '../../../widget/src/errors.js';
import type { FeedbackValue } from '../../../widget/src/protocol/frames.js';

export function question(fields: Partial<QuestionView> = {}): QuestionView {
  return { role: 'user', id: 'q1', text: 'What is AnyCable?', status: 'sent', ...fields };
}

export function answer(fields: Partial<AnswerView> = {}): AnswerView {
  return { role: 'assistant', id: 'a1', text: '', status: 'queued', incomplete: false, feedback: null, ...fields };
}

export class FakeSession implements ChatSession {
  view: ConversationView = {
    conversationId: 'c1',
    connection: 'live',
    messages: [],
    hasEarlier: false,
    openAnswer: undefined,
    ready: true,
    stalled: false,
    outboxIsVolatile: false,
    maxMessageBytes: 1000,
  };
  /** Each call as `[name, ...arguments]`. */
  readonly calls: (readonly unknown[])[] = [];
  readonly unsupported = new Set<ChatFeature>();
  /** What the next `ask` throws. */
  refusal: ActionError | undefined;
  readonly #listeners = new Set<() => void>();
  readonly #eventListeners = new Map<string, Set<(detail: never) => void>>();

  /** Listeners that were not ended. */
  get listenerCount(): number {
    return [...this.#eventListeners.values()].reduce((sum, set) => sum + set.size, this.#listeners.size);
  }

  show(fields: Partial<ConversationView>): void {
    this.view = { ...this.view, ...fields };
    for (const listener of this.#listeners) listener();
  }

  /** Shows these messages; the last one is the open answer if it is open. */
  showMessages(...messages: MessageView[]): void {
    const last = messages.at(-1);
    const open = last?.role === 'assistant' && (last.status === 'queued' || last.status === 'streaming');
    this.show({ messages, openAnswer: open ? last : undefined });
  }

  emit<Name extends keyof ChatSessionEvents>(name: Name, detail: ChatSessionEvents[Name]): void {
    for (const listener of this.#eventListeners.get(name) ?? []) listener(detail as never);
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  on<Name extends keyof ChatSessionEvents>(
    name: Name,
    listener: (detail: ChatSessionEvents[Name]) => void,
  ): () => void {
    const listeners = this.#eventListeners.get(name) ?? new Set();
    this.#eventListeners.set(name, listeners);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  supports(feature: ChatFeature): boolean {
    return !this.unsupported.has(feature);
  }

  ask(text: string): string {
    this.calls.push(['ask', text]);
    if (this.refusal) throw this.refusal;
    return 'q1';
  }

  edit(messageId: string, text: string): string {
    this.calls.push(['edit', messageId, text]);
    return 'q2';
  }

  stop(): void {
    this.calls.push(['stop']);
  }

  discard(messageId: string): void {
    this.calls.push(['discard', messageId]);
  }

  retry(messageId: string): void {
    this.calls.push(['retry', messageId]);
  }

  regenerate(messageId: string): void {
    this.calls.push(['regenerate', messageId]);
  }

  feedback(messageId: string, value: FeedbackValue): void {
    this.calls.push(['feedback', messageId, value]);
  }

  loadEarlier(): void {
    this.calls.push(['loadEarlier']);
  }

  reconnect(): void {
    this.calls.push(['reconnect']);
  }

  newConversation(): void {
    this.calls.push(['newConversation']);
  }
}
