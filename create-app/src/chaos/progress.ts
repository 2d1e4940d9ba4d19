import { ChaosError } from './errors.js';

/**
 * Counters that only grow, and a way to wait for them. Faults are aimed at them instead of at moments, so that a run on a
 * slow machine meets the same fault at the same place. The proxy counts what it delivers; a test adds its own, such as
 * the characters that a page shows.
 */
export class Progress {
  readonly #values = new Map<string, number>();
  readonly #waiters = new Set<Waiter>();

  value(counter: string): number {
    return this.#values.get(counter) ?? 0;
  }

  /** All counters, as they are now. */
  snapshot(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#values);
  }

  add(counter: string, more = 1): void {
    this.#set(counter, this.value(counter) + more);
  }

  /** For counters that somebody else counts. A smaller number than before (a page that was reloaded) changes nothing. */
  raiseTo(counter: string, value: number): void {
    if (value > this.value(counter)) this.#set(counter, value);
  }

  /** Resolves when the counter has reached the value. Rejects with the signal's reason, else ChaosError `stopped`. */
  reached(counter: string, value: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.value(counter) >= value) return resolve();
      const settle = (): void => {
        this.#waiters.delete(waiter);
        signal?.removeEventListener('abort', aborted);
      };
      const waiter: Waiter = {
        counter,
        value,
        resolve: () => {
          settle();
          resolve();
        },
        reject: (reason) => {
          settle();
          reject(reason);
        },
      };
      const aborted = (): void => waiter.reject(asError(signal?.reason));
      if (signal?.aborted === true) return aborted();
      signal?.addEventListener('abort', aborted);
      this.#waiters.add(waiter);
    });
  }

  /** Rejects whoever still waits: nothing will be counted any more. */
  end(): void {
    for (const { counter, value, reject } of this.#waiters) {
      reject(
        new ChaosError('stopped', `stopped while ${counter} was ${this.value(counter)}, and ${value} was waited for`),
      );
    }
  }

  #set(counter: string, value: number): void {
    this.#values.set(counter, value);
    for (const waiter of this.#waiters) if (waiter.counter === counter && value >= waiter.value) waiter.resolve();
  }
}

interface Waiter {
  readonly counter: string;
  readonly value: number;
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new ChaosError('stopped', 'stopped while waiting', { cause: reason });
}
