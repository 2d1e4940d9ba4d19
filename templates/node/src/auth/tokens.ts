/**
 * JSON Web Tokens that say who is calling, as AnyCable has them: HMAC, the identifiers' JSON in the claim `ext`.
 * https://docs.anycable.io/anycable-go/jwt_identification
 */
import { SignJWT, errors, jwtVerify } from 'jose';
import type { Identity } from '../cable/identity.js';
import { identityIn, identityText } from './identity-text.js';

/** What a token endpoint answers. */
export interface MintedToken {
  readonly token: string;
  /** Seconds. */
  readonly expires_in: number;
}

export type Verdict =
  /** `id`: the claim `jti`. */
  | { readonly verdict: 'good'; readonly identity: Identity; readonly id: string | undefined }
  /** It was good once: its holder is to fetch another one. */
  | { readonly verdict: 'expired' }
  /** `why` is for the log, and holds nothing of the token. */
  | { readonly verdict: 'invalid'; readonly why: string };

export interface TokenMinter {
  /** `id`: the claim `jti`. */
  mint(identity: Identity, id?: string): Promise<MintedToken>;
}

export interface TokenVerifier {
  verify(token: string): Promise<Verdict>;
}

export interface TokensParts {
  readonly key: Uint8Array;
  /** How long a token is good; milliseconds. */
  readonly ttl: number;
  /** Milliseconds since the Unix epoch. */
  readonly now?: () => number;
}

/** All that AnyCable takes. Named, so that no token can choose another way to be looked at, such as `none`. */
const ALGORITHMS = ['HS256', 'HS384', 'HS512'];

/**
 * Clocks are taken to agree, as by AnyCable: a token is good until the second of its `exp`, and one with `nbf` from that
 * second on. One without `exp` never ends; whoever issues tokens decides that.
 */
export class Tokens implements TokenMinter, TokenVerifier {
  readonly #key: Uint8Array;
  readonly #seconds: number;
  readonly #now: () => number;

  constructor({ key, ttl, now = Date.now }: TokensParts) {
    this.#key = key;
    this.#seconds = Math.floor(ttl / 1_000);
    this.#now = now;
  }

  async mint(identity: Identity, id?: string): Promise<MintedToken> {
    const issued = Math.floor(this.#now() / 1_000);
    const token = await new SignJWT({ ext: identityText(identity), ...(id !== undefined && { jti: id }) })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuedAt(issued)
      .setExpirationTime(issued + this.#seconds)
      .sign(this.#key);
    return { token, expires_in: this.#seconds };
  }

  async verify(token: string): Promise<Verdict> {
    try {
      const { payload } = await jwtVerify(token, this.#key, {
        algorithms: ALGORITHMS,
        currentDate: new Date(this.#now()),
      });
      const { ext, jti } = payload;
      // AnyCable fails over it (closing code 1011), which makes a client try again for ever with the same token.
      const identity = typeof ext === 'string' ? identityIn(ext) : undefined;
      if (identity === undefined) return { verdict: 'invalid', why: 'the claim ext is no text that names anybody' };
      return { verdict: 'good', identity, id: jti };
    } catch (error) {
      if (error instanceof errors.JWTExpired) return { verdict: 'expired' };
      if (error instanceof errors.JOSEError) return { verdict: 'invalid', why: error.code };
      throw error;
    }
  }
}
