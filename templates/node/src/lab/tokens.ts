/** The lab's tokens: a real site's, but for a button that makes all of a visitor's expire at once. */
import type { MintedToken, TokenMinter, TokenVerifier, Tokens, Verdict } from '../auth/index.js';
import type { Identity } from '../cable/index.js';
import { BoundedMap } from './bounded-map.js';

/** Visitors whose expired tokens are remembered; a token forgotten here still ends by itself. */
const MOST_VISITORS = 10_000;

export class LabTokens implements TokenMinter, TokenVerifier {
  readonly #tokens: Tokens;
  readonly #now: () => number;
  /** The number of the last token of a visitor that is not good any more. */
  readonly #expired = new BoundedMap<string, number>(MOST_VISITORS);
  #last = 0;

  constructor(tokens: Tokens, now: () => number = Date.now) {
    this.#tokens = tokens;
    this.#now = now;
  }

  /** Numbered by its `jti`. */
  mint(identity: Identity): Promise<MintedToken> {
    // From the time on, so that the numbers go on where they were before a restart.
    this.#last = Math.max(this.#last + 1, this.#now());
    return this.#tokens.mint(identity, String(this.#last));
  }

  /**
   * Whatever is wrong with a token is told as its end: here everybody is given another one, and so a page gets on that was
   * opened when this server had another secret.
   */
  async verify(token: string): Promise<Verdict> {
    const result = await this.#tokens.verify(token);
    const isGood = result.verdict === 'good' && !this.#isExpired(result.identity, result.id);
    return isGood ? result : { verdict: 'expired' };
  }

  /** All tokens that this visitor has been given so far are expired. */
  expire(user: string): void {
    this.#last = Math.max(this.#last, this.#now());
    this.#expired.set(user, this.#last);
  }

  #isExpired({ user }: Identity, id: string | undefined): boolean {
    const last = this.#expired.get(user);
    // Without a number: not given by the lab, and so not known to be younger.
    return last !== undefined && !(Number(id) > last);
  }
}
