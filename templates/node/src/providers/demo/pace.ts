import { setImmediate as nextTurn } from 'node:timers/promises';
import { sleep } from '../timers.js';
import type { Timers } from '../timers.js';

/** Timers are no finer than this; faster than one token in so many milliseconds, several come at once. */
const FINEST_MS = 4;
/** At full speed the event loop gets its turn after so many tokens: nothing else could stop us otherwise. */
const TOKENS_BETWEEN_TURNS = 64;

/** Keeps a number of tokens a second on average; Infinity does not wait at all. */
export class Pace {
  readonly #msPerToken: number;
  readonly #timers: Timers;
  readonly #signal: AbortSignal;
  #due: number;
  #count = 0;

  constructor(tokensPerSecond: number, timers: Timers, signal: AbortSignal) {
    this.#msPerToken = 1_000 / tokensPerSecond;
    this.#timers = timers;
    this.#signal = signal;
    this.#due = timers.now();
  }

  /** Resolves when the next token is due, `tokens` of them after the last; rejects with the abort reason. */
  async next(tokens = 1): Promise<void> {
    this.#signal.throwIfAborted();
    this.#count += tokens;
    if (this.#msPerToken === 0) {
      if (this.#count % TOKENS_BETWEEN_TURNS === 0) await nextTurn();
    } else {
      const now = this.#timers.now();
      this.#due += this.#msPerToken * tokens;
      if (this.#due - now >= FINEST_MS) await sleep(this.#timers, this.#due - now, this.#signal);
      // Who was held up does not make up for it in one burst.
      else if (this.#due < now - 250) this.#due = now;
    }
    this.#signal.throwIfAborted();
  }
}
