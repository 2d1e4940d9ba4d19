import type { Clock } from '../clock.js';
import { TransportError } from '../errors.js';
import { type ActionAnswer, readAnswer } from './action-answer.js';
import { csrfHeader } from './csrf.js';
import type { TokenSource } from './token.js';

/** An action as it is posted: its name, its conversation, and its data beside them. */
export interface PostedAction extends Readonly<Record<string, unknown>> {
  readonly action: string;
  readonly conversation_id: string;
}

export interface HttpActionsOptions {
  /** Absolute, http: or https:. */
  readonly url: string;
  /** Undefined: the visitor's cookie says who it is. */
  readonly tokens: TokenSource | undefined;
  readonly csrfToken: () => string | undefined;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
}

/** Milliseconds that a request may take, its token and its answer's body included. */
const REQUEST_MS = 15_000;

/**
 * Posts actions, one request each, with the visitor's cookies and, where there is a token source, its token. A refused
 * token is renewed once. Sends nothing a second time of its own accord otherwise.
 */
export class HttpActions {
  readonly #options: HttpActionsOptions;

  constructor(options: HttpActionsOptions) {
    this.#options = options;
  }

  /** Never rejects: whatever goes wrong is an answer, too. `signal` gives the request up. */
  async post(action: PostedAction, signal: AbortSignal): Promise<ActionAnswer> {
    const patience = new AbortController();
    const giveUp = (): void => patience.abort();
    const cancelTimeout = this.#options.clock.after(REQUEST_MS, giveUp);
    signal.addEventListener('abort', giveUp);
    if (signal.aborted) giveUp();
    try {
      return await unlessAborted(this.#request(JSON.stringify(action), patience.signal), patience.signal);
    } catch (cause) {
      return failure(action.action, cause);
    } finally {
      cancelTimeout();
      signal.removeEventListener('abort', giveUp);
    }
  }

  async #request(body: string, signal: AbortSignal): Promise<ActionAnswer> {
    const answer = await this.#attempt(body, signal);
    const { tokens } = this.#options;
    if (answer.kind !== 'signed-out' || tokens === undefined || !tokens.isRenewable) return answer;
    tokens.invalidate();
    return await this.#attempt(body, signal);
  }

  async #attempt(body: string, signal: AbortSignal): Promise<ActionAnswer> {
    const { url, tokens, csrfToken, fetch, clock } = this.#options;
    const authorization = tokens === undefined ? {} : { authorization: `Bearer ${await tokens.current()}` };
    signal.throwIfAborted();
    const response = await fetch(url, {
      method: 'POST',
      credentials: 'include',
      cache: 'no-store',
      // The visitor's words go where the page said, and nowhere else.
      redirect: 'error',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        ...csrfHeader(url, csrfToken),
        ...authorization,
      },
      body,
      signal,
    });
    return await readAnswer(response, clock.now());
  }
}

function failure(action: string, cause: unknown): ActionAnswer {
  if (cause instanceof TransportError) {
    // Of the token source, which knows best.
    return cause.reason === 'unauthorized'
      ? { kind: 'signed-out', message: cause.message }
      : { kind: 'failed', error: cause };
  }
  const message = `${action} got no answer from the actions’ endpoint.`;
  return { kind: 'failed', error: new TransportError('request_failed', message, { cause }) };
}

/** A token source, or a page's own fetch, may know nothing of signals. */
function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new Error('given up', { cause: signal.reason }));
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject);
  });
}
