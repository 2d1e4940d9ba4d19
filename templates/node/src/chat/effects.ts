import type { ServerFrame } from 'cable-chat/protocol';

export type OutgoingFrame = ServerFrame;

/**
 * What is to be done after the database has committed, in this order. An action returns it instead of doing it, so that
 * the handlers stay free of sockets, and so that a fault schedule can stop after any of them, as a crash would.
 * Losing all of them loses nothing for good: the client asks again, and finds what was committed.
 */
export type Effect =
  /** To everybody who listens to the conversation. */
  | {
      readonly type: 'broadcast';
      readonly conversationId: string;
      readonly owner: string;
      readonly frame: OutgoingFrame;
    }
  /** To the caller only. */
  | { readonly type: 'reply'; readonly frame: OutgoingFrame }
  /** A queued answer is ready for a job. Harmless for any other. */
  | { readonly type: 'enqueue'; readonly messageId: string }
  /** Nobody wants the answer any more: whoever works on it in this process should stop at once. */
  | { readonly type: 'cancel'; readonly messageId: string };
