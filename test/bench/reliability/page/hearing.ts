import type { ClientKind } from '../subjects.js';
import { wordsIn } from '../score.js';
import type { Arrival } from '../score.js';
import { openClient } from './client.js';
import type { Client, ClientOptions } from './client.js';

export interface Heard {
  readonly arrivals: readonly Arrival[];
  /** What is on the screen, where the client knows that. */
  readonly shown: { readonly text: string; readonly messageId: string } | undefined;
  /** How the answer ended, and when (milliseconds since the epoch); undefined: it did not. */
  readonly end: { readonly status: string; readonly at: number } | undefined;
}

/** One client, everything that it heard, and a way to wait for it. */
export class Hearing {
  readonly client: Client;
  isReady = false;
  /** The highest word so far. */
  latest = 0;
  /** When something came last, in milliseconds since the epoch. */
  latestAt = 0;
  end: Heard['end'];
  readonly #arrivals: Arrival[] = [];
  readonly #waiting = new Set<() => void>();
  #begun = '';

  constructor(kind: ClientKind, options: ClientOptions) {
    this.client = openClient(kind, options, {
      ready: () => {
        this.isReady = true;
        this.#changed();
      },
      text: (text) => {
        this.latestAt = Date.now();
        this.#arrivals.push({ at: this.latestAt, text });
        const { words, rest } = wordsIn(this.#begun + text);
        this.#begun = rest;
        this.latest = Math.max(this.latest, ...words);
        this.#changed();
      },
      ended: (status) => {
        this.end ??= { status, at: Date.now() };
        this.#changed();
      },
    });
  }

  /** Whether the condition holds within so many milliseconds. */
  until(condition: () => boolean, ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (isTrue: boolean): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(isTrue);
      };
      const look = (): void => {
        if (condition()) settle(true);
      };
      const timer = setTimeout(() => settle(condition()), ms);
      this.#waiting.add(look);
      look();
    });
  }

  report(): Heard {
    return { arrivals: this.#arrivals, shown: this.client.shown(), end: this.end };
  }

  #changed(): void {
    for (const look of this.#waiting) look();
  }
}
