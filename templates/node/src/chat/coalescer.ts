import type { CancelTimer, Clock } from './clock.js';
import { splitUtf8, utf8Length } from './utf8.js';

export interface CoalescerOptions {
  /** A piece waits at most this many milliseconds for others. */
  readonly ms: number;
  /** As soon as so many UTF-8 bytes wait, they go. */
  readonly bytes: number;
  readonly clock: Pick<Clock, 'after'>;
  /** Receives non-empty text, whole code points, in order. */
  readonly emit: (text: string) => void;
}

/** A provider that hands over its answer in one go must not make one frame of it: slow clients would be cut off. */
const MOST_BYTES_AT_ONCE = 16 * 1024;

/**
 * Joins a model's tokens to pieces that are worth a transaction and a frame each. A surrogate pair that was split between
 * two tokens is put together again; half a pair that never gets its other half becomes U+FFFD.
 */
export class Coalescer {
  readonly #options: CoalescerOptions;
  #waiting = '';
  #bytes = 0;
  #cancelTimer: CancelTimer | undefined;

  constructor(options: CoalescerOptions) {
    this.#options = options;
  }

  push(text: string): void {
    if (text === '') return;
    this.#waiting += text;
    this.#bytes += utf8Length(text);
    if (this.#bytes >= this.#options.bytes) this.#emit(false);
    else this.#cancelTimer ??= this.#options.clock.after(this.#options.ms, () => this.#emit(false));
  }

  /** Emits everything that waits. For the end of the text. */
  flush(): void {
    this.#emit(true);
  }

  /** Forgets what waits; nothing is emitted any more until the next push. */
  discard(): void {
    this.#stopTimer();
    this.#waiting = '';
    this.#bytes = 0;
  }

  #emit(isEnd: boolean): void {
    const kept = !isEnd && endsInHighSurrogate(this.#waiting) ? this.#waiting.slice(-1) : '';
    const text = kept === '' ? this.#waiting : this.#waiting.slice(0, -1);
    this.discard();
    this.#waiting = kept;
    this.#bytes = kept === '' ? 0 : utf8Length(kept);
    for (const piece of splitUtf8(toWellFormed(text), MOST_BYTES_AT_ONCE)) this.#options.emit(piece);
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }
}

function endsInHighSurrogate(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff;
}

/** What is stored and what is sent must be the same bytes, and UTF-8 has none for half a surrogate pair. */
function toWellFormed(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}
