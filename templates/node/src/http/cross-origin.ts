/**
 * Pages of other origins, and what they may ask for: those that may open a socket (ALLOWED_ORIGINS) may also use the chat's
 * endpoints, with cookies; nobody else. https://fetch.spec.whatwg.org/#http-cors-protocol
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isOriginAllowed } from '../cable/origin.js';
import type { OriginPolicy } from '../cable/origin.js';
import { HttpError } from './exchange.js';

const HEADERS = 'Authorization, Content-Type, X-CSRF-Token';
/** How long a browser may remember the answer to its question; seconds. */
const MAX_AGE = '600';

/**
 * Says in the response's headers that the page may read it. True: the request was a browser's question whether it may be
 * sent (a preflight), and has been answered. Throws an HttpError `forbidden_origin`.
 */
export function admitOrigin(policy: OriginPolicy, request: IncomingMessage, response: ServerResponse): boolean {
  const { origin, host } = request.headers;
  response.setHeader('Vary', 'Origin');
  if (origin === undefined) {
    // Every browser names the origin of a POST. Who does not is none, and acts for no unsuspecting visitor.
    if (isFromOtherSite(request)) throw forbidden();
    return false;
  }
  if (!isOriginAllowed(origin, host, policy)) throw forbidden();
  response.setHeader('Access-Control-Allow-Origin', origin);
  response.setHeader('Access-Control-Allow-Credentials', 'true');
  response.setHeader('Access-Control-Expose-Headers', 'Retry-After');
  if (request.method !== 'OPTIONS') return false;
  response.setHeader('Access-Control-Allow-Methods', 'POST');
  response.setHeader('Access-Control-Allow-Headers', HEADERS);
  response.setHeader('Access-Control-Max-Age', MAX_AGE);
  response.writeHead(204).end();
  return true;
}

/** A browser says that the page is of another site, to which it sends none of our cookies (they are SameSite=Lax). */
export function isFromOtherSite({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers['sec-fetch-site'] === 'cross-site';
}

function forbidden(): HttpError {
  return new HttpError(
    'forbidden_origin',
    'Pages of this origin may not do this. ALLOWED_ORIGINS lists those that may.',
  );
}
