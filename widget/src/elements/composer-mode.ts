/** What a visitor may do in the composer, from what is going on. */
import type { ConversationView } from '../conversation/view.js';

/**
 * - `ready`: a question may be sent
 * - `answering`: an answer is open, and may be stopped
 * - `waiting`: a question is on its way
 * - `signed-out`, `unavailable`: nothing can be sent
 */
export type ComposerMode = 'ready' | 'answering' | 'waiting' | 'signed-out' | 'unavailable';

/** @param canStop whether the backend can end an answer early. */
export function composerMode(view: ConversationView | undefined, canStop: boolean): ComposerMode {
  if (!view) return 'unavailable';
  if (view.connection === 'signed-out') return 'signed-out';
  // A backend that cannot stop may never say, either, that an answer is over; the session knows whether to refuse.
  if (view.openAnswer) return canStop ? 'answering' : 'ready';
  const last = view.messages.at(-1);
  const underWay = last?.role === 'user' && last.status === 'sending' && view.connection === 'live';
  return underWay ? 'waiting' : 'ready';
}
