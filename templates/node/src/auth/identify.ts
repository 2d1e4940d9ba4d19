import type { Identify } from '../cable/identity.js';
import type { Logger } from '../logger.js';
import type { TokenOf } from './token-in-request.js';
import type { TokenVerifier } from './tokens.js';

export interface TokenIdentification {
  readonly tokenOf: TokenOf;
  readonly verifier: TokenVerifier;
  /** Who it is that brings no token. A token that is not good is never made up for by anything else. */
  readonly withoutToken: Identify;
  readonly logger: Logger;
}

/** By the token that is brought along: `token_expired` makes a client fetch another one, `unauthorized` makes it give up. */
export function identifyByToken({ tokenOf, verifier, withoutToken, logger }: TokenIdentification): Identify {
  return async (request) => {
    const token = tokenOf(request);
    if (token === undefined) return withoutToken(request);
    const result = await verifier.verify(token);
    switch (result.verdict) {
      case 'good':
        return result.identity;
      case 'expired':
        return { refused: 'token_expired' };
      case 'invalid':
        logger.debug('refused a token', { why: result.why });
        return { refused: 'unauthorized' };
    }
  };
}

/** Nobody gets in without a token (AnyCable's `--enforce_jwt`). */
export const nobody: Identify = () => null;
