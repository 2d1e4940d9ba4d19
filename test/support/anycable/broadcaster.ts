/**
 * Publishes to an AnyCable server by its HTTP adapter, in order: one request at a time, with everything that waits.
 *
 * AnyCable's own adapter (the gem) posts one message after the other, tries again after 2, 8 and 24 seconds, then
 * drops that message and goes on. This one waits less between attempts, gives up no earlier, and drops no single
 * message out of the middle without saying so. Like that one it may publish twice, when a server took a request and
 * the answer was lost; and what waits here dies with the process.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Broadcast, JsonObject } from '../../../templates/node/src/cable/channel.js';
import { silentLogger } from '../../../templates/node/src/logger.js';
import type { Logger } from '../../../templates/node/src/logger.js';
import { broadcastKey } from './keys.js';

export interface BroadcasterOptions {
  /** AnyCable's `/_broadcast`; a function where it is known only later. */
  readonly url: string | (() => string);
  readonly secret: string;
  /** Milliseconds from the first attempt at a request to the last; default 34 s, the sum of AnyCable's own delays. */
  readonly patience?: number | undefined;
  readonly logger?: Logger | undefined;
}

export interface BroadcasterStats {
  readonly published: number;
  /** Requests that were sent again. */
  readonly retried: number;
  /** Messages that were given up. */
  readonly dropped: number;
}

/** Messages in one request. */
const MOST_AT_ONCE = 500;
const FIRST_DELAY = 50;
const LONGEST_DELAY = 1_000;
const REQUEST_DEADLINE = 5_000;

interface Publication {
  readonly stream: string;
  /** The message as JSON, in JSON: what AnyCable passes on as it is. */
  readonly data: string;
}

export class Broadcaster {
  readonly #options: BroadcasterOptions;
  readonly #logger: Logger;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #stopped = new AbortController();
  readonly #waiting: Publication[] = [];
  #working: Promise<void> | undefined;
  #stats = { published: 0, retried: 0, dropped: 0 };

  constructor(options: BroadcasterOptions) {
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
    this.#headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${broadcastKey(options.secret)}`,
    };
  }

  get stats(): BroadcasterStats {
    return { ...this.#stats };
  }

  /** For a chat or a channel. Never throws for a server that does not answer: that is logged and counted. */
  readonly broadcast: Broadcast = (stream, message: JsonObject) => {
    if (this.#stopped.signal.aborted) return;
    this.#waiting.push({ stream, data: JSON.stringify(message) });
    this.#working ??= this.#work();
  };

  /** Resolves when everything published so far has arrived, or was given up. */
  async settled(): Promise<void> {
    while (this.#working !== undefined) await this.#working;
  }

  /** Gives up what waits. Idempotent. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.settled();
  }

  async #work(): Promise<void> {
    // After the caller's turn, so that what it publishes at once travels together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MOST_AT_ONCE);
      if (await this.#deliver(JSON.stringify(batch))) this.#stats.published += batch.length;
      else this.#stats.dropped += batch.length;
    }
    this.#working = undefined;
  }

  async #deliver(body: string): Promise<boolean> {
    const { signal } = this.#stopped;
    const started = performance.now();
    const { patience = 34_000 } = this.#options;
    for (let delay = FIRST_DELAY; !signal.aborted; delay = Math.min(delay * 2, LONGEST_DELAY)) {
      const outcome = await this.#post(body);
      if (outcome === 'taken') return true;
      if (outcome === 'refused') return false;
      if (performance.now() - started + delay > patience) {
        this.#logger.error('broadcasts were given up: the AnyCable server does not answer', { patience });
        return false;
      }
      this.#stats.retried++;
      await pause(delay, undefined, { signal }).catch(() => undefined);
    }
    return false;
  }

  async #post(body: string): Promise<'taken' | 'refused' | 'failed'> {
    const { url } = this.#options;
    const target = typeof url === 'string' ? url : url();
    try {
      const response = await fetch(target, {
        method: 'POST',
        headers: this.#headers,
        body,
        signal: AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(REQUEST_DEADLINE)]),
      });
      await response.arrayBuffer();
      if (response.ok) return 'taken';
      // 401: another secret. 422: no POST. Neither gets better by repeating.
      this.#logger.error('a broadcast was refused', { url: target, status: response.status });
      return response.status < 500 ? 'refused' : 'failed';
    } catch (error) {
      this.#logger.debug('a broadcast failed', { url: target, error });
      return 'failed';
    }
  }
}
