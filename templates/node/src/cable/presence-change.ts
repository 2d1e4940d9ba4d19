import type { ContextEffects } from './channel-context.js';
import type { PresenceMember } from './presence-member.js';

/** What a channel asks for about its subscriber's presence. */
export type PresenceChange =
  { readonly method: 'joinPresence'; readonly member: PresenceMember } | { readonly method: 'leavePresence' };

/**
 * Notes what a channel asks for while it handles one command. It is done when the command has ended well, and the last word
 * counts: under AnyCable the answer of a command has room for one.
 */
export class PresenceNote {
  #change: PresenceChange | undefined;

  readonly effects: Required<Pick<ContextEffects, 'joinPresence' | 'leavePresence'>> = {
    joinPresence: (member) => void (this.#change = { method: 'joinPresence', member }),
    leavePresence: () => void (this.#change = { method: 'leavePresence' }),
  };

  get change(): PresenceChange | undefined {
    return this.#change;
  }
}
