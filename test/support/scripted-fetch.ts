/** A server of HTTP without a network: every request waits for the test to say what becomes of it. */
export interface ScriptedRequest {
  readonly url: string;
  readonly init: RequestInit;
  readonly headers: Headers;
  /** The JSON that was posted. */
  readonly body: Readonly<Record<string, unknown>>;
  /** The client has given it up. */
  readonly isAborted: boolean;
  answer(body: unknown, init?: ResponseInit): void;
  /** The connection breaks. */
  fail(): void;
}

export class ScriptedFetch {
  readonly requests: ScriptedRequest[] = [];
  readonly #waiting: (() => void)[] = [];
  #handedOut = 0;

  readonly fetch: typeof globalThis.fetch = (input, init = {}) =>
    new Promise<Response>((resolve, reject) => {
      const signal = init.signal ?? undefined;
      signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
      this.requests.push({
        url: String(input),
        init,
        headers: new Headers(init.headers),
        body: JSON.parse(String(init.body ?? '{}')) as Record<string, unknown>,
        get isAborted() {
          return signal?.aborted === true;
        },
        answer: (body, answer) =>
          resolve(typeof body === 'string' ? new Response(body, answer) : Response.json(body, answer)),
        fail: () => reject(new TypeError('fetch failed')),
      });
      for (const waken of this.#waiting.splice(0)) waken();
    });

  /** The next request that this has not returned yet, in the order of their arrival. */
  async next(): Promise<ScriptedRequest> {
    for (;;) {
      const request = this.requests[this.#handedOut];
      if (request !== undefined) {
        this.#handedOut++;
        return request;
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** How many requests nobody has taken with `next`. */
  get unseen(): number {
    return this.requests.length - this.#handedOut;
  }
}

/** Lets everything that needs no time, and nobody else, come to rest: promises, and the bodies of responses. */
export async function atRest(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
