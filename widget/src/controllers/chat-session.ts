/** What the elements need of a session. The real one (`session.ts`) fits it by its shape; so does a test's double. */
import type { AnswerStatus, ConnectionStatus, ConversationView } from '../conversation/view.js';
import type { FeedbackValue } from '../protocol/frames.js';
import type { SessionStats } from '../statistics.js';
import type { DisconnectReason } from '../transport/transport.js';

export interface ChatSessionEvents {
  readonly start: { readonly messageId: string };
  readonly chunk: { readonly messageId: string; readonly content: string; readonly text: string };
  readonly complete: { readonly messageId: string; readonly text: string; readonly status: AnswerStatus };
  readonly error: { readonly error: Error; readonly messageId?: string; readonly text?: string };
  readonly connection: { readonly status: ConnectionStatus; readonly reason?: DisconnectReason };
  readonly progress: { readonly messageId: string; readonly incomplete: boolean; readonly stalled: boolean };
  readonly frame: { readonly frame: Readonly<Record<string, unknown>> };
}

/** What a backend may or may not be able to do. */
export type ChatFeature = 'regenerate' | 'edit' | 'stop' | 'feedback' | 'history';

export interface ChatSession {
  readonly view: ConversationView;
  /** Whom the server took the visitor for, once it has said so. */
  readonly visitor?: string | undefined;
  /** What the session has been through, where it counts. */
  readonly stats?: SessionStats;
  /** `listener` runs after `view` changed, once for many changes. Returns what ends it. */
  subscribe(listener: () => void): () => void;
  /** Returns what ends it. */
  on<Name extends keyof ChatSessionEvents>(name: Name, listener: (detail: ChatSessionEvents[Name]) => void): () => void;
  /** Whether the backend can do it. Everything can be done where a session does not say. */
  supports?(feature: ChatFeature): boolean;

  /** Returns the question's id. Throws an ActionError if it cannot be sent; then nothing was sent. */
  ask(text: string): string;
  stop(): void;
  retry(messageId: string): void;
  discard(messageId: string): void;
  regenerate(messageId: string): void;
  edit(messageId: string, text: string): string;
  feedback(messageId: string, value: FeedbackValue): void;
  loadEarlier(): void;
  reconnect(): void;
  newConversation(): void;
}

/** A share in a session: other elements may hold the same one. */
export interface SessionLease {
  readonly session: ChatSession;
  /** Idempotent. */
  release(): void;
}
