import { ProtocolError, TransportError } from '../errors.js';

/** What became of a posted action. */
export type ActionAnswer =
  /** `frames`: what the server would have transmitted, in its order, as it came. */
  | { readonly kind: 'answered'; readonly frames: readonly unknown[]; readonly signedStreamName?: string }
  /** This action is not taken, however often it is sent. `message` is for the visitor. */
  | { readonly kind: 'refused'; readonly code: 'invalid' | 'too_long'; readonly message: string }
  /** The server does not know the visitor (any more). */
  | { readonly kind: 'signed-out'; readonly message: string }
  /** The server takes nothing at all from this page. */
  | { readonly kind: 'forbidden'; readonly message: string }
  /** Worth another try. `retryAfter`: milliseconds that the server wants to be left alone. */
  | { readonly kind: 'failed'; readonly error: TransportError | ProtocolError; readonly retryAfter?: number };

/** A server that asks for an hour of silence gets five minutes: the visitor is waiting. */
const MOST_RETRY_AFTER_MS = 300_000;

/** Longer ones are no sentences. */
const MOST_SENTENCE = 300;

/** These may go away by themselves: a proxy's patience, a server's limit. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);

/** These are about what was sent. */
const REFUSING: ReadonlySet<number> = new Set([400, 413, 422]);

/** `now`: milliseconds since the epoch. Rejects where the answer's body breaks off. */
export async function readAnswer(response: Response, now: number): Promise<ActionAnswer> {
  const { status } = response;
  const body = asObject(parse(await response.text()));
  if (response.ok) return answered(body) ?? malformed(`answered ${status} without {"frames": […]}`);
  const said = sentence(body);
  if (status === 401) return { kind: 'signed-out', message: said ?? 'The server answered 401: signed out.' };
  if (status === 403) return { kind: 'forbidden', message: said ?? 'The server refuses this page (403).' };
  if (REFUSING.has(status)) return answered(body) ?? refused(status, said);
  // 501 is a server that knows no POST: a page's own host where the address of the chat's was meant.
  if ((status >= 500 && status !== 501) || PASSING.has(status)) {
    const retryAfter = readRetryAfter(response.headers.get('retry-after'), now);
    const error = new TransportError('request_failed', `The actions’ endpoint answered ${status}.`);
    return { kind: 'failed', error, ...(retryAfter === undefined ? {} : { retryAfter }) };
  }
  return malformed(`answered ${status}: is actions-url right?`);
}

function answered(body: Readonly<Record<string, unknown>>): ActionAnswer | undefined {
  const { frames, signed_stream_name } = body;
  if (!Array.isArray(frames)) return undefined;
  const hasName = typeof signed_stream_name === 'string' && signed_stream_name !== '';
  return { kind: 'answered', frames, ...(hasName ? { signedStreamName: signed_stream_name } : {}) };
}

function refused(status: number, said: string | undefined): ActionAnswer {
  return status === 413
    ? { kind: 'refused', code: 'too_long', message: said ?? 'The message is longer than the server takes.' }
    : { kind: 'refused', code: 'invalid', message: said ?? `The server refused this (${status}).` };
}

function malformed(what: string): ActionAnswer {
  return { kind: 'failed', error: new ProtocolError('malformed_answer', `The actions’ endpoint ${what}`) };
}

/** Seconds, or a date (RFC 9110, section 10.2.3). */
function readRetryAfter(value: string | null, now: number): number | undefined {
  if (value === null) return undefined;
  const wait = /^\s*\d+\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(wait) ? undefined : Math.min(MOST_RETRY_AFTER_MS, Math.max(0, wait));
}

/** The server's own words for the visitor: `{"error": {"message": "…"}}`. */
function sentence(body: Readonly<Record<string, unknown>>): string | undefined {
  const { message } = asObject(body['error']);
  return typeof message === 'string' && message.trim() !== '' ? message.slice(0, MOST_SENTENCE) : undefined;
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is no JSON has nothing to say; what that means is decided by the status.
    return undefined;
  }
}
