/** The endpoints of a whole server that has a secret, asked as pages, backends and strangers would ask them. */
import type { TestServer, TestServerOptions } from '../../../../support/server.js';
import { startTestServer } from '../../../../support/server.js';

export const SECRET = 'a-secret-of-thirty-two-characters';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** `{}` where the body is no JSON. */
  readonly json: Readonly<Record<string, unknown>>;
  /** Of `{"error": {"code": …}}`. */
  readonly code: unknown;
}

/** A header that is undefined is not sent. */
export type RequestHeaders = Readonly<Record<string, string | undefined>>;

export function startWithSecret({ environment, ...options }: TestServerOptions = {}): Promise<TestServer> {
  return startTestServer({ ...options, environment: { ANYCABLE_SECRET: SECRET, ...environment } });
}

/** The cookie of a browser that has been here before. */
export function cookieOf(visitor: string): string {
  return `visitor=${visitor.padEnd(24, '-')}`;
}

/** A text is sent as it is, all else as JSON. */
export async function send(url: string, headers: RequestHeaders, body?: unknown, method = 'POST'): Promise<Answer> {
  const given = Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const content = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
  const response = await fetch(url, { method, headers: given, ...(content !== undefined && { body: content }) });
  const text = await response.text();
  const json = parse(text);
  const error = json['error'] as { readonly code?: unknown } | undefined;
  return { status: response.status, headers: response.headers, text, json, code: error?.code };
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}
