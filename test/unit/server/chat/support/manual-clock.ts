import type { Clock } from '../../../../../templates/node/src/chat/index.js';

interface Timer {
  at: number;
  readonly callback: () => void;
}

/** A clock that stands still until it is told to advance; then every timer that comes due is called, in order. */
export class ManualClock implements Clock {
  #now: number;
  readonly #timers = new Set<Timer>();

  constructor(now = 1_700_000_000_000) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + ms, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  get timers(): number {
    return this.#timers.size;
  }

  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = [...this.#timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#timers.delete(due);
      this.#now = Math.max(this.#now, due.at);
      due.callback();
    }
    this.#now = end;
  }

  /** Somebody sets the computer's clock back; the timers, which run by another one, go on as before. */
  setBack(ms: number): void {
    this.#now -= ms;
    for (const timer of this.#timers) timer.at -= ms;
  }

  /** The clock leaps without a single timer having run: the process was stopped, or the computer's clock was set. */
  leap(ms: number): void {
    this.#now += ms;
  }
}
