import type { Timers } from '../timers.js';

export interface Timeouts {
  /** Until the first event of the response. */
  readonly firstByte: number;
  /** Between two of them. */
  readonly idle: number;
}

/**
 * Keep-alive comments (`: ping`) say that the server lives, not that the model does: they extend a wait, but only to
 * this many times its length. A server that pings for ever has hung all the same.
 */
const KEEP_ALIVE_FACTOR = 10;

/**
 * Aborts its signal when a response is silent for too long. It counts only while somebody waits for the provider
 * (between `wait` and `pause`): the time that our own side takes to store a piece is not the provider's silence.
 */
export class Watchdog {
  readonly #timers: Timers;
  readonly #timeouts: Timeouts;
  readonly #controller = new AbortController();
  #phase: 'first_byte' | 'idle' = 'first_byte';
  #patience: number;
  #most = Number.POSITIVE_INFINITY;
  #waiting: { readonly since: number; cancel: () => void } | undefined;
  #expired: { readonly phase: 'first_byte' | 'idle'; readonly ms: number } | undefined;

  constructor(timeouts: Timeouts, timers: Timers) {
    this.#timeouts = timeouts;
    this.#timers = timers;
    this.#patience = timeouts.firstByte;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Which time-out ran out, and after how many milliseconds; undefined while none has. */
  get expired(): { readonly phase: 'first_byte' | 'idle'; readonly ms: number } | undefined {
    return this.#expired;
  }

  /** Somebody waits for an event from now on. Nothing changes for who waits already. */
  wait(): void {
    this.#waiting ??= { since: this.#timers.now(), cancel: this.#arm(this.#patience) };
  }

  /** Bytes came, perhaps only a comment's. */
  beat(): void {
    if (this.#waiting === undefined) return;
    this.#waiting.cancel();
    const latest = this.#waiting.since + this.#patience * KEEP_ALIVE_FACTOR;
    this.#waiting.cancel = this.#arm(Math.min(this.#patience, latest - this.#timers.now()));
  }

  /** An event came, and whoever waited has it in hand. */
  pause(): void {
    this.#stopWaiting();
    this.#phase = 'idle';
    this.#patience = Math.min(this.#timeouts.idle, this.#most);
  }

  /** From now on waits at most `ms`, if that is less. */
  shorten(ms: number): void {
    this.#most = ms;
    this.#patience = Math.min(this.#patience, ms);
  }

  stop(): void {
    this.#stopWaiting();
  }

  #stopWaiting(): void {
    this.#waiting?.cancel();
    this.#waiting = undefined;
  }

  #arm(ms: number): () => void {
    return this.#timers.after(Math.max(0, ms), () => {
      const ended = this.#waiting === undefined ? 0 : this.#timers.now() - this.#waiting.since;
      this.#waiting = undefined;
      this.#expired = { phase: this.#phase, ms: Math.round(ended) };
      this.#controller.abort(new Error('the provider was silent for too long'));
    });
  }
}
