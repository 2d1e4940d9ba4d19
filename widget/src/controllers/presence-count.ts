/**
 * How many are here, for a screen reader: one sentence when the number has come to rest, not one for each of forty who
 * come. The first number is what the reader finds, and is not spoken.
 */
import type { Clock } from '../clock.js';

/** Milliseconds without a change after which a number is at rest. */
const REST_MS = 2_000;
/** Where people come and go all the time, it is spoken all the same, after so long. */
const PATIENCE_MS = 15_000;

export class SettledCount {
  readonly #clock: Clock;
  readonly #settled: (count: number) => void;
  #spoken: number | undefined;
  #latest = 0;
  #restlessSince: number | undefined;
  #cancel: (() => void) | undefined;

  /** `settled` is called with each number that is to be spoken. */
  constructor(clock: Clock, settled: (count: number) => void) {
    this.#clock = clock;
    this.#settled = settled;
  }

  /** The number now; undefined while it is not known, after which the next one is the first again. */
  show(count: number | undefined): void {
    if (count === undefined || this.#spoken === undefined) {
      this.stop();
      this.#spoken = count;
      this.#latest = count ?? 0;
      return;
    }
    if (count === this.#latest) return;
    this.#latest = count;
    this.#cancel?.();
    const now = this.#clock.now();
    this.#restlessSince ??= now;
    const wait = Math.min(REST_MS, Math.max(0, this.#restlessSince + PATIENCE_MS - now));
    this.#cancel = this.#clock.after(wait, () => this.#speak());
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#restlessSince = undefined;
  }

  #speak(): void {
    this.stop();
    if (this.#latest === this.#spoken) return;
    this.#spoken = this.#latest;
    this.#settled(this.#latest);
  }
}
