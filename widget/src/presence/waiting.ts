import type { Clock } from '../clock.js';
import { PresenceError } from '../errors.js';

/** Milliseconds: whoever wants the list is told by then that there is none. */
const PATIENCE = 12_000;

interface Waiter {
  resolve(members: ReadonlyMap<string, unknown>): void;
  reject(error: PresenceError): void;
}

/** Those who want the next list that comes, and do not wait for ever. */
export class WaitingForList {
  readonly #clock: Clock;
  readonly #waiters = new Set<Waiter>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Rejects with a PresenceError. */
  wait(): Promise<ReadonlyMap<string, unknown>> {
    return new Promise((resolve, reject) => {
      const timedOut = () => new PresenceError('timed_out', 'The list of who is here did not come in time.');
      const cancelPatience = this.#clock.after(PATIENCE, () => waiter.reject(timedOut()));
      const settle = () => {
        cancelPatience();
        this.#waiters.delete(waiter);
      };
      const waiter: Waiter = {
        resolve: (members) => (settle(), resolve(members)),
        reject: (error) => (settle(), reject(error)),
      };
      this.#waiters.add(waiter);
    });
  }

  resolveAll(members: ReadonlyMap<string, unknown>): void {
    for (const waiter of [...this.#waiters]) waiter.resolve(members);
  }

  rejectAll(error: PresenceError): void {
    for (const waiter of [...this.#waiters]) waiter.reject(error);
  }
}
