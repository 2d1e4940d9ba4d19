import { TransportError } from '../errors.js';
import { csrfHeader } from './csrf.js';

/** Where the token of a connection comes from. Tokens travel by sub-protocol only, never in a URL or in HTML. */
export interface TokenSource {
  /**
   * A token that is still good. Rejects with a TransportError: `unauthorized` when the visitor is signed out,
   * `token_failed` when there was no answer to be had, which is worth another try.
   */
  current(): Promise<string>;
  /** The server refused the token it was given: the next one must be a new one. */
  invalidate(): void;
  /** False where there is only one token to be had, ever. */
  readonly isRenewable: boolean;
  /** Milliseconds until the held token should be renewed; undefined: its end is not known. */
  renewsIn(): number | undefined;
}

/** The one token that the page has. */
export function fixedToken(token: string): TokenSource {
  return { current: async () => token, invalidate: () => {}, isRenewable: false, renewsIn: () => undefined };
}

/** A token from the page's own code. Asked again after the server called the last one expired. */
export function tokenFromFunction(getToken: () => string | Promise<string>): TokenSource {
  return cached(async () => {
    try {
      const token = await getToken();
      return { token, expiresAt: expiryOf(token) };
    } catch (error) {
      throw error instanceof TransportError
        ? error
        : new TransportError('token_failed', 'The page’s getToken function failed.', { cause: error });
    }
  });
}

export interface TokenRequestOptions {
  readonly url: string;
  readonly csrfToken: () => string | undefined;
  readonly fetch: typeof fetch;
  readonly now: () => number;
}

/**
 * A token from an endpoint: POST, with the visitor's cookies and, on the page's own origin, its CSRF token. The answer
 * is JSON, `{"token": "…", "expires_in": seconds}`; without `expires_in` a JWT's own `exp` counts.
 */
export function tokenFromEndpoint(options: TokenRequestOptions): TokenSource {
  return cached(async () => readToken(await request(options), options), options.now);
}

/** An endpoint that hangs must not keep the connection from its next attempt: less than an attempt may take. */
const PATIENCE_MS = 8_000;

/** Renewed this long before its end, so that no connection is opened with a token about to expire. */
const MARGIN_MS = 10_000;

interface Token {
  readonly token: string;
  /** Milliseconds since the epoch; undefined: unknown. */
  readonly expiresAt: number | undefined;
}

function cached(load: () => Promise<Token>, now: () => number = Date.now): TokenSource {
  let held: Token | undefined;
  let loading: Promise<Token> | undefined;
  return {
    async current() {
      if (held !== undefined && (held.expiresAt === undefined || now() < held.expiresAt - MARGIN_MS)) return held.token;
      loading ??= load().finally(() => {
        loading = undefined;
      });
      held = await loading;
      return held.token;
    },
    invalidate() {
      held = undefined;
    },
    isRenewable: true,
    renewsIn() {
      return held?.expiresAt === undefined ? undefined : Math.max(MARGIN_MS, held.expiresAt - MARGIN_MS - now());
    },
  };
}

async function request({ url, csrfToken, fetch }: TokenRequestOptions): Promise<Response> {
  const headers = { accept: 'application/json', ...csrfHeader(url, csrfToken) };
  let response: Response;
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    response = await fetch(url, {
      method: 'POST',
      credentials: 'include',
      cache: 'no-store',
      // A page to sign in is no token, and the visitor's cookies go where the page said, and nowhere else.
      redirect: 'error',
      headers,
      signal,
    });
  } catch (error) {
    throw new TransportError('token_failed', 'The token endpoint gave no answer, or a redirect.', { cause: error });
  }
  if (response.status === 401 || response.status === 403) {
    throw new TransportError('unauthorized', `The token endpoint answered ${response.status}: signed out.`);
  }
  if (!response.ok) throw new TransportError('token_failed', `The token endpoint answered ${response.status}.`);
  return response;
}

async function readToken(response: Response, { now }: TokenRequestOptions): Promise<Token> {
  let body: unknown;
  try {
    body = await response.json();
  } catch (error) {
    throw new TransportError('token_failed', 'The token endpoint did not answer with JSON.', { cause: error });
  }
  const { token, expires_in } = (body ?? {}) as { token?: unknown; expires_in?: unknown };
  if (typeof token !== 'string' || token === '') {
    throw new TransportError('token_failed', 'The token endpoint’s answer has no "token".');
  }
  const expiresAt = typeof expires_in === 'number' ? now() + expires_in * 1000 : expiryOf(token);
  return { token, expiresAt };
}

/** A JWT's `exp`, read without verifying it: it only decides when to ask for the next one. */
function expiryOf(token: string): number | undefined {
  const payload = token.split('.')[1];
  if (payload === undefined) return undefined;
  try {
    const { exp } = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as { exp?: unknown };
    return typeof exp === 'number' ? exp * 1000 : undefined;
  } catch {
    // Not a JWT: its end is the server's secret, which `token_expired` will tell.
    return undefined;
  }
}
