/**
 * Tokens of the lab's own, so that one can expire: short-lived, bound to the visitor, checked with every connection that
 * brings one. They stand in for the JWTs of a real site.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { BoundedMap } from './bounded-map.js';

const LIFETIME_MS = 300_000;
/** Visitors whose expired tokens are remembered; a token forgotten here still ends by itself. */
const MOST_VISITORS = 10_000;

export class LabTokens {
  readonly #key = randomBytes(32);
  readonly #now: () => number;
  /** The number of the last token of a visitor that is not good any more. */
  readonly #expired = new BoundedMap<string, number>(MOST_VISITORS);
  #count = 0;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** As an endpoint answers: https://docs.anycable.io/anycable-go/jwt_identification has tokens of the same use. */
  mint(user: string): { readonly token: string; readonly expires_in: number } {
    const claim = `${++this.#count}-${this.#now() + LIFETIME_MS}`;
    return { token: `${claim}-${this.#sign(user, claim)}`, expires_in: LIFETIME_MS / 1_000 };
  }

  /** False: not one of ours, another visitor's, or expired. To the holder all of these mean: fetch another one. */
  isGood(token: string, user: string): boolean {
    const [, claim, number, deadline, signature] = /^((\d+)-(\d+))-([0-9a-f]{64})$/.exec(token) ?? [];
    if (claim === undefined || signature === undefined) return false;
    if (!timingSafeEqual(Buffer.from(signature), Buffer.from(this.#sign(user, claim)))) return false;
    return Number(number) > (this.#expired.get(user) ?? 0) && Number(deadline) > this.#now();
  }

  /** All tokens that this visitor has been given so far are expired. */
  expire(user: string): void {
    this.#expired.set(user, this.#count);
  }

  #sign(user: string, claim: string): string {
    return createHmac('sha256', this.#key).update(`${claim} ${user}`).digest('hex');
  }
}

/** Where AnyCable's clients put a token: https://docs.anycable.io/anycable-go/jwt_identification */
export function tokenOf(request: Pick<IncomingMessage, 'headers'>): string | undefined {
  return /(?:^|[\s,])anycable-token\.([^,\s]+)/.exec(request.headers['sec-websocket-protocol'] ?? '')?.[1];
}
