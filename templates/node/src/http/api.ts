/**
 * The server's endpoints for pages and for a site's backend. They all come from the one secret (see auth/keys.ts); without
 * it they are there to say so.
 */
import { bearerOf, identifyByToken, nobody } from '../auth/index.js';
import type { Keys, TokenMinter, TokenVerifier } from '../auth/index.js';
import type { CableServer, Identify } from '../cable/index.js';
import type { OriginPolicy } from '../cable/origin.js';
import type { Chat } from '../chat/index.js';
import type { Logger } from '../logger.js';
import { answerActions } from './actions-route.js';
import { answerBroadcasts } from './broadcast-route.js';
import { cookieCaller, identifiedCaller } from './callers.js';
import type { CallerOf } from './callers.js';
import { admitOrigin } from './cross-origin.js';
import { HttpError } from './exchange.js';
import type { RequestHandler } from './handler.js';
import { postRoute } from './route.js';
import { answerTokens } from './token-route.js';
import type { VisitorCookies } from './visitor.js';

export interface ApiParts {
  readonly keys: Keys;
  readonly tokens: TokenMinter & TokenVerifier;
  /** A site's own way to know who calls. Absent: by the visitor's cookie. */
  readonly identify: Identify | undefined;
  /** A cookie is not enough. */
  readonly isTokenEnforced: boolean;
  readonly visitors: VisitorCookies;
  readonly cable: CableServer;
  readonly chat: Chat;
  readonly origins: OriginPolicy;
  readonly logger: Logger;
  /** False: the server is shutting down. */
  readonly isOpen: () => boolean;
}

const PATHS = { token: '/cable_chat/token', actions: '/cable_chat/actions', broadcast: '/_broadcast' } as const;

export function createApi(parts: ApiParts): readonly RequestHandler[] {
  const { keys, tokens: minter, cable, chat, origins, logger, isOpen } = parts;
  const before = admitOrigin.bind(undefined, origins);
  const tokens = answerTokens({ callerOf: tokenCaller(parts), minter });
  const actions = answerActions({ chat, callerOf: actionCaller(parts), streamsKey: keys.streams, isOpen });
  const broadcasts = answerBroadcasts({ cable, key: keys.broadcasts });
  return [
    postRoute({ path: PATHS.token, before, answer: tokens, logger }),
    postRoute({ path: PATHS.actions, before, answer: actions, logger }),
    postRoute({ path: PATHS.broadcast, answer: broadcasts, logger }),
  ];
}

/** For a server without a secret: whoever has configured a page for these is to know what is missing. */
export function createAbsentApi(logger: Logger): readonly RequestHandler[] {
  logger.debug('there are no tokens, signed streams and broadcasts by HTTP without ANYCABLE_SECRET');
  const answer = async (): Promise<void> => {
    throw new HttpError('not_found', 'This server has no ANYCABLE_SECRET, and without it nothing here.');
  };
  return Object.values(PATHS).map((path) => postRoute({ path, answer, logger }));
}

/** Not every visitor where a token is enforced: it would keep nobody out if everybody could ask for one here. */
function tokenCaller({ identify, isTokenEnforced, visitors }: ApiParts): CallerOf {
  if (identify !== undefined) return identifiedCaller(identify);
  return isTokenEnforced ? identifiedCaller(nobody) : cookieCaller(visitors);
}

function actionCaller(parts: ApiParts): CallerOf {
  const { tokens: verifier, isTokenEnforced, logger } = parts;
  const byToken = identifiedCaller(identifyByToken({ tokenOf: bearerOf, verifier, withoutToken: nobody, logger }));
  const withoutToken = isTokenEnforced ? byToken : tokenCaller(parts);
  return (request, response) => (bearerOf(request) === undefined ? withoutToken : byToken)(request, response);
}
