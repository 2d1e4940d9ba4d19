import type { Clock } from './clock.js';
import { StorageError } from './errors.js';
import type { Logger } from '../logger.js';
import type { Store } from './store.js';

export interface LeaseKeeperOptions {
  readonly store: Store;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
  readonly leaseMs: number;
}

/**
 * The leases that this process holds, one for each answer it is writing. One heartbeat renews them all, also while their
 * models are silent; who has lost one is told.
 */
export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions;
  readonly #held = new Map<string, { readonly messageId: string; readonly onLost: () => void }>();

  constructor(options: LeaseKeeperOptions) {
    this.#options = options;
  }

  /** Until when a lease that is taken or renewed now holds, in milliseconds since the epoch. */
  deadline(): number {
    return this.#options.clock.now() + this.#options.leaseMs;
  }

  /** Keeps `lease` alive until the returned function is called. */
  hold(messageId: string, lease: string, onLost: () => void): () => void {
    this.#held.set(lease, { messageId, onLost });
    return () => this.#held.delete(lease);
  }

  /** Whether a job of this process is writing this answer. */
  holds(messageId: string): boolean {
    return [...this.#held.values()].some((held) => held.messageId === messageId);
  }

  renewAll(): void {
    for (const [lease, { messageId, onLost }] of this.#held) {
      try {
        if (this.#options.store.answers.renew(messageId, lease, this.deadline())) continue;
      } catch (error) {
        if (!(error instanceof StorageError)) throw error;
        // It may work again before the lease runs out; if not, the answer is closed as interrupted.
        this.#options.logger.error('a lease could not be renewed', { messageId, error });
        if (error.reason === 'locked' || error.reason === 'full') return; // nor can any other
        continue;
      }
      this.#held.delete(lease);
      onLost();
    }
  }
}
