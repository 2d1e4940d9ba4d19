import type { PresenceMember } from './presence-member.js';

/** One subscription of a client, and what it may do there; kept with its session. */
export interface Subscription {
  readonly streams: ReadonlySet<string>;
  /** The stream in which it can be present: AnyCable's `$p`. */
  readonly presence: string | undefined;
  /** The stream on which it may whisper: AnyCable's `$w`. */
  readonly whisper: string | undefined;
  /**
   * As whom the channel joined it, or wished to while there was no room. A restored session joins again by this: its channel
   * is not called, and its client knows nothing of it. Under AnyCable such a member leaves after the TTL although it is
   * there. Whom the client joined is not kept: it says so again itself after a restore, if it still wants to.
   */
  readonly joined: PresenceMember | undefined;
}
