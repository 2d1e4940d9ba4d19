import type { DropReason } from './commands.js';
import type { Identity } from './identity.js';
import type { Listener } from './publisher.js';
import type { Subscription } from './subscription.js';

/** The sender of a command, as far as a command needs it. */
export interface Client extends Listener {
  readonly identity: Identity | undefined;
  readonly resumable: boolean;
  readonly open: boolean;
  /** By identifier. */
  readonly subscriptions: Map<string, Subscription>;
  dropped(reason: DropReason, fields: Readonly<Record<string, unknown>>): void;
}
