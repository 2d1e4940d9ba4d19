/** A token bucket for each key: so many at once, then so many a second. */
export class Allowance {
  readonly #everyMs: number;
  /** How long an empty bucket takes to be full again. */
  readonly #wholeMs: number;
  readonly #now: () => number;
  /** When a bucket will be full again. */
  readonly #fullAt = new Map<string, number>();

  constructor({ most, perSecond }: { readonly most: number; readonly perSecond: number }, now: () => number) {
    this.#everyMs = 1_000 / perSecond;
    this.#wholeMs = most * this.#everyMs;
    this.#now = now;
  }

  /** Buckets that are remembered. */
  get size(): number {
    return this.#fullAt.size;
  }

  /** Takes one. False: there is none. */
  take(key: string): boolean {
    const now = this.#now();
    // Never emptier than empty: a clock that was set back would otherwise keep it so for as long.
    const fullAt = Math.min(Math.max(this.#fullAt.get(key) ?? now, now), now + this.#wholeMs);
    // Endless with 0 a second: there is never one.
    const isEmpty = this.#everyMs === Infinity || fullAt + this.#everyMs > now + this.#wholeMs;
    this.#fullAt.set(key, isEmpty ? fullAt : fullAt + this.#everyMs);
    return !isEmpty;
  }

  /** Forgets the buckets that are full again. */
  expire(): void {
    const now = this.#now();
    for (const [key, fullAt] of this.#fullAt) if (fullAt <= now) this.#fullAt.delete(key);
  }
}
