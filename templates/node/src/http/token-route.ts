/**
 * `POST /cable_chat/token`: a token for the visitor of the cookie, as `{"token": …, "expires_in": seconds}`. A body is not
 * needed. Never for who brings a token only: one that was stolen could be renewed for ever.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TokenMinter } from '../auth/tokens.js';
import type { CallerOf } from './callers.js';
import { sendJson } from './exchange.js';

export interface TokenParts {
  readonly callerOf: CallerOf;
  readonly minter: TokenMinter;
}

export function answerTokens({ callerOf, minter }: TokenParts) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    sendJson(response, 200, await minter.mint(await callerOf(request, response)));
  };
}
