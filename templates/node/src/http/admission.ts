/**
 * How many requests may wait for their turn at the chat. Its work is synchronous, so requests wait in memory, and one
 * visitor's flood must neither fill that nor keep anybody else waiting.
 */
import { TurnQueue } from '../cable/turns.js';
import { HttpError } from './exchange.js';

export interface AdmissionLimits {
  readonly perUser: number;
  readonly total: number;
}

const SOON = { 'Retry-After': '1' };

export class Admission {
  readonly #limits: AdmissionLimits;
  /** One request in each round of the event loop, and users in turn: sockets and timers get theirs in between. */
  readonly #turns = new TurnQueue();
  readonly #waiting = new Map<string, number>();
  #total = 0;

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
  }

  /** Resolves when it is this user's turn. Rejects at once with an HttpError, `rate_limited` or `overloaded`. */
  async turn(user: string): Promise<void> {
    const theirs = this.#waiting.get(user) ?? 0;
    if (theirs >= this.#limits.perUser) throw new HttpError('rate_limited', 'Too many requests at once.', SOON);
    if (this.#total >= this.#limits.total) throw new HttpError('overloaded', 'The server is very busy.', SOON);
    this.#waiting.set(user, theirs + 1);
    this.#total += 1;
    await this.#turns.next(user);
    this.#total -= 1;
    const left = (this.#waiting.get(user) ?? 1) - 1;
    if (left === 0) this.#waiting.delete(user);
    else this.#waiting.set(user, left);
  }
}
