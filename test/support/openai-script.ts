/**
 * What the provider stand-in (openai-server.ts) says, as data: a script is a list of steps that one request's answer
 * goes through. Nothing here knows of sockets.
 */

/** A point in a script where the server waits for the test: no sleeps anywhere. Opened once, open for good. */
export class Gate {
  readonly #reached = deferred();
  readonly #opened = deferred();

  /** Resolves when a script has come to the gate: everything before it was handed to the socket. */
  get reached(): Promise<void> {
    return this.#reached.promise;
  }

  get opened(): Promise<void> {
    return this.#opened.promise;
  }

  open(): void {
    this.#opened.resolve();
  }

  /** For the server. */
  arrive(): void {
    this.#reached.resolve();
  }
}

export type Step =
  /** One event with `delta.content`; counts towards `sentText`. */
  | { readonly type: 'text'; readonly text: string }
  /** One event with `delta.refusal`; counts towards `sentText`, for a reader has to show it. */
  | { readonly type: 'refusal'; readonly text: string }
  /** One event with any JSON; `text` is what of it counts towards `sentText`. */
  | { readonly type: 'chunk'; readonly value: unknown; readonly text?: string }
  | { readonly type: 'role' }
  | { readonly type: 'finish'; readonly reason: string }
  | { readonly type: 'usage' }
  | { readonly type: 'done' }
  /** An `error` object within the stream. */
  | { readonly type: 'error'; readonly error: unknown }
  /** `: text`, as servers keep a connection alive. */
  | { readonly type: 'comment'; readonly text: string }
  /** As it is, framing and all. Counts for nothing in `sentText` unless `text` says so. */
  | { readonly type: 'raw'; readonly bytes: string | Uint8Array; readonly text?: string }
  | { readonly type: 'wait'; readonly gate: Gate }
  /** Says nothing more and keeps the connection, until the client leaves or the server stops. */
  | { readonly type: 'hang' }
  /**
   * The connection ends here, after half of an event that would have said `half`. `end`: in good order, as a proxy ends
   * it; `fin`: the socket closes within the body; `reset`: a TCP RST, which
   * also takes with it what the client has not read yet (a gate before it gives the client the time to).
   */
  | { readonly type: 'cut'; readonly how: 'end' | 'fin' | 'reset'; readonly half?: string };

/** An answer that is an event stream. */
export interface StreamScript {
  readonly kind: 'stream';
  readonly steps: readonly Step[];
  /** Between lines; default '\n'. */
  readonly newline?: '\n' | '\r\n' | '\r';
  /** Begins with a byte order mark. */
  readonly bom?: boolean;
  /** Every byte is an HTTP chunk of its own, so a reader gets them one by one whatever TCP does. */
  readonly bytewise?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer that is none: a status with a body. */
export interface ReplyScript {
  readonly kind: 'reply';
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Not a byte of a response: `hang` keeps the connection, `reset` does not, `wait` goes on with the script after the gate. */
export type SilentScript =
  | { readonly kind: 'hang' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'wait'; readonly gate: Gate; readonly script: Script };

export type Script = StreamScript | ReplyScript | SilentScript;

/** What a script is chosen by: the request's body, decoded as far as the wire format goes. */
export interface Asked {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  /** `max_completion_tokens`, else `max_tokens`. */
  readonly maxTokens: number | undefined;
}

export function stream(steps: readonly Step[], options: Omit<StreamScript, 'kind' | 'steps'> = {}): StreamScript {
  return { kind: 'stream', steps, ...options };
}

/** A whole answer as OpenAI streams it: the role, the pieces, the reason, `[DONE]`. */
export function answer(
  pieces: readonly string[],
  reason = 'stop',
  options: Parameters<typeof stream>[1] = {},
): StreamScript {
  const text = pieces.map((piece): Step => ({ type: 'text', text: piece }));
  return stream([{ type: 'role' }, ...text, { type: 'finish', reason }, { type: 'usage' }, { type: 'done' }], options);
}

/** An error as OpenAI words it: `{"error": {message, type, param, code}}`. */
export function failure(
  status: number,
  error: {
    readonly message: string;
    readonly type?: string;
    readonly code?: string | null;
    readonly param?: string | null;
  },
  headers: Readonly<Record<string, string>> = {},
): ReplyScript {
  const { message, type = 'invalid_request_error', code = null, param = null } = error;
  return {
    kind: 'reply',
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ error: { message, type, param, code } }),
  };
}

/** A page where an API was expected. */
export function html(status: number, body = '<!doctype html><title>nginx</title><h1>It works</h1>'): ReplyScript {
  return { kind: 'reply', status, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}

/**
 * The default: an answer that quotes every question so far, so that a test can see that the earlier turns arrived.
 * Cut at `maxTokens` pieces, with the reason `length`.
 */
export function echo(asked: Asked): StreamScript {
  const questions = asked.messages.filter(({ role }) => role === 'user').map(({ content }) => content);
  const earlier = questions.slice(0, -1).map((question) => `Earlier you asked: “${question}”.\n\n`);
  const text = `${earlier.join('')}You asked: “${questions.at(-1) ?? ''}”.\n\nThis is **turn ${questions.length}**.`;
  const pieces = text.match(/\s*\S{1,8}/gu) ?? [];
  const most = asked.maxTokens ?? pieces.length;
  return answer(pieces.slice(0, most), pieces.length > most ? 'length' : 'stop');
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
