import { CableChat } from './cable-chat.js';
import { CableChatAnswer } from './answer.js';
import { CableChatComposer } from './composer.js';
import { CableChatQuestion } from './question.js';
import { CableChatStatus } from './status.js';
import { CablePresence } from './cable-presence.js';
import { CableChatThread } from './thread.js';

/** The internal ones first, so that `<cable-chat>` finds its parts upgraded. */
const ELEMENTS = {
  'cable-chat-question': CableChatQuestion,
  'cable-chat-answer': CableChatAnswer,
  'cable-chat-thread': CableChatThread,
  'cable-chat-status': CableChatStatus,
  'cable-chat-composer': CableChatComposer,
  'cable-chat': CableChat,
  'cable-presence': CablePresence,
} as const;

/**
 * Registers the elements. A name that is taken stays as it is: Turbo, or a page with two bundles, runs this twice, and
 * whatever came first keeps working.
 */
export function defineElements(registry: CustomElementRegistry = customElements): void {
  for (const [name, element] of Object.entries(ELEMENTS)) {
    if (registry.get(name) === undefined) registry.define(name, element);
  }
}
