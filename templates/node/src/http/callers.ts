import type { IncomingMessage, ServerResponse } from 'node:http';
import { bearerOf } from '../auth/index.js';
import type { Identify, Identity, Refusal } from '../cable/identity.js';
import { isFromOtherSite } from './cross-origin.js';
import { HttpError } from './exchange.js';
import type { VisitorCookies } from './visitor.js';

/** Who calls an endpoint. Throws an HttpError, `unauthorized` or `token_expired`. */
export type CallerOf = (request: IncomingMessage, response: ServerResponse) => Promise<Identity>;

/** As `identify` has it, which is what sockets are identified by. */
export function identifiedCaller(identify: Identify): CallerOf {
  return async (request) => {
    const identity: Identity | Refusal | null = await identify(request);
    if (identity !== null && !('refused' in identity)) return identity;
    if (identity?.refused === 'token_expired') {
      throw new HttpError('token_expired', 'The token has expired. Fetch another one.', challenge('invalid_token'));
    }
    throw new HttpError('unauthorized', 'You are not signed in here.', challenge());
  };
}

/**
 * By the visitor's cookie, which comes with the answer where there is none yet. Not for pages of another site: a browser
 * brings no cookie from there and keeps none, so that each request would be a visitor of its own, and would seem to work.
 * Nor for who brings a token instead: they are somebody already, and not the visitor that a cookie would make of them.
 */
export function cookieCaller(visitors: VisitorCookies): CallerOf {
  return async (request, response) => {
    const { user, setCookie } = visitors.visitorOf(request);
    if (setCookie === undefined) return { user };
    if (bearerOf(request) !== undefined) {
      throw new HttpError('unauthorized', 'A token is not enough here. It needs the cookie.', challenge());
    }
    if (isFromOtherSite(request)) {
      throw new HttpError(
        'unauthorized',
        'No cookie comes from a page of another site. It needs a token that its own backend issues.',
        challenge(),
      );
    }
    response.setHeader('Set-Cookie', setCookie);
    return { user };
  };
}

function challenge(error?: string): Readonly<Record<string, string>> {
  return { 'WWW-Authenticate': error === undefined ? 'Bearer' : `Bearer error="${error}"` };
}
