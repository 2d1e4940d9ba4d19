import type { Timers } from '../../../../templates/node/src/providers/timers.js';

/** Time that passes when the test says so. */
export class ManualTimers implements Timers {
  #now = 0;
  readonly #timers = new Set<{ readonly due: number; readonly callback: () => void }>();

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { due: this.#now + ms, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Timers that are armed. */
  get armed(): number {
    return this.#timers.size;
  }

  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = [...this.#timers].filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0];
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.due);
      next.callback();
    }
    this.#now = end;
  }

  /** Goes to the next timer that is armed, or will be once what is under way has had its turn. */
  async next(): Promise<void> {
    while (this.#timers.size === 0) await new Promise((resolve) => setImmediate(resolve));
    this.advance(Math.max(0, Math.min(...[...this.#timers].map(({ due }) => due)) - this.#now));
  }
}
