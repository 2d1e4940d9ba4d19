import { BoundedMap } from './bounded-map.js';

/** A token bucket for each key: so many at once, then one in so many milliseconds. */
export class Allowance {
  readonly #most: number;
  readonly #everyMs: number;
  readonly #now: () => number;
  /** When a bucket will be full again. */
  readonly #fullAt: BoundedMap<string, number>;

  constructor(
    { most, everyMs, keys }: { readonly most: number; readonly everyMs: number; readonly keys: number },
    now: () => number = Date.now,
  ) {
    this.#most = most;
    this.#everyMs = everyMs;
    this.#now = now;
    this.#fullAt = new BoundedMap(keys);
  }

  /** Takes one; or returns the milliseconds until there is one again. */
  take(key: string): number {
    const now = this.#now();
    const fullAt = Math.max(this.#fullAt.get(key) ?? now, now) + this.#everyMs;
    const wait = fullAt - this.#most * this.#everyMs - now;
    if (wait > 0) return wait;
    this.#fullAt.set(key, fullAt);
    return 0;
  }
}
