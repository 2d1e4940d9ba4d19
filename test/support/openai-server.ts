/**
 * A stand-in for any OpenAI-compatible server: real HTTP on a free port of 127.0.0.1, OpenAI's streaming wire format
 * with real framing, and every way to fail that has been seen in the wild. What it says is scripted
 * (openai-script.ts), when it says it is decided by gates, and it keeps what it was asked and what it has sent.
 *
 *     const server = await startOpenAIServer();
 *     server.enqueue(answer(['Hel', 'lo']), failure(429, { message: 'slow down' }, { 'retry-after': '20' }));
 *     … point OPENAI_BASE_URL at server.baseURL …
 *     server.requests[0].sentText; // 'Hello'
 *     await server.stop();
 *
 * https://platform.openai.com/docs/api-reference/chat-streaming
 */
import { createHash } from 'node:crypto';
import { once, setMaxListeners } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { echo, failure } from './openai-script.js';
import type { Asked, Script } from './openai-script.js';
import { play } from './openai-player.js';

export * from './openai-script.js';

export interface OpenAIServerOptions {
  /** Absent: any key, or none, will do. */
  readonly apiKey?: string;
  /** Absent: any model is known. */
  readonly models?: readonly string[];
  /** Parameters that are refused by name, as reasoning models refuse `max_tokens`. */
  readonly unsupported?: readonly string[];
  /** Answers when nothing is enqueued; default: quotes the questions so far. */
  readonly fallback?: (asked: Asked) => Script;
}

/**
 * How an answer ended, seen from here: `sent` to its end; `cut` by its script; `left` by the client before the end;
 * `refused` with a status; `stopped` by `stop()`.
 */
export type Outcome = 'sent' | 'cut' | 'left' | 'refused' | 'stopped';

export interface RecordedRequest {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** As it came, and decoded; undefined if it is no JSON. */
  readonly rawBody: string;
  readonly body: unknown;
  /**
   * The text of all events that were wholly written, whether or not the client read them; half an event's text is not in
   * it. For an answer that was `sent`, exactly what a right client has.
   */
  readonly sentText: string;
  /** SHA-256 of its UTF-8, in hexadecimal. */
  readonly sentSha256: string;
  /** Undefined while it is under way. */
  readonly outcome: Outcome | undefined;
  readonly ended: Promise<Outcome>;
}

export interface OpenAIServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** What OPENAI_BASE_URL is set to. */
  readonly baseURL: string;
  /** Questions for an answer, oldest first; those refused for their form, too. */
  readonly requests: readonly RecordedRequest[];
  /** For the next requests, one each, in order. */
  enqueue(...scripts: readonly Script[]): void;
  /** The request with this number (from 0), as soon as it has come. */
  request(index: number): Promise<RecordedRequest>;
  /** Sockets that are open at the moment. */
  readonly connections: number;
  /** Closes the port and every connection. Answers under way end as `stopped`. */
  stop(): Promise<void>;
}

/** Mutable inside, for the player to keep its records in. */
export class Recording implements RecordedRequest {
  sentText = '';
  outcome: Outcome | undefined;
  #settle: (outcome: Outcome) => void = () => undefined;
  readonly ended = new Promise<Outcome>((resolve) => (this.#settle = resolve));

  constructor(
    readonly id: string,
    readonly method: string,
    readonly path: string,
    readonly headers: IncomingHttpHeaders,
    readonly rawBody: string,
    readonly body: unknown,
  ) {}

  get sentSha256(): string {
    return createHash('sha256').update(this.sentText, 'utf8').digest('hex');
  }

  end(outcome: Outcome): void {
    if (this.outcome !== undefined) return;
    this.outcome = outcome;
    this.#settle(outcome);
  }
}

export async function startOpenAIServer(options: OpenAIServerOptions = {}): Promise<OpenAIServer> {
  const queue: Script[] = [];
  const requests: Recording[] = [];
  const waiting: { readonly index: number; readonly resolve: (request: RecordedRequest) => void }[] = [];
  const sockets = new Set<Socket>();
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal);
  const playing = new Set<Promise<void>>();

  const server = createServer((incoming, response) => {
    const run = handle(incoming, response).catch((error: unknown) => {
      // The client left while it was still asking; anything else is a bug here and must be seen.
      if (!incoming.destroyed) throw error;
    });
    playing.add(run);
    void run.finally(() => playing.delete(run));
  });
  server.on('connection', (socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // A client that resets its connection is no failure of ours.
    socket.on('error', () => undefined);
  });

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const rawBody = await readBody(incoming);
    const path = new URL(incoming.url ?? '/', 'http://127.0.0.1').pathname;
    const method = incoming.method ?? 'GET';
    const id = `req_${String(requests.length + 1).padStart(6, '0')}`;
    const recording = new Recording(id, method, path, incoming.headers, rawBody, parseJson(rawBody));
    if (method === 'GET' && path === '/v1/models') {
      const refusal = refuseKey(incoming.headers, options);
      await play(refusal ?? modelList(options.models ?? ['gpt-4.1-mini']), recording, response, stopping.signal);
      return;
    }
    const asked = path === '/v1/chat/completions' && method === 'POST' ? readAsked(recording.body) : undefined;
    // Taken here and not later: the scripts are for the requests in the order in which they came.
    const script = refuse(incoming.headers, path, asked, recording.body, options) ?? queue.shift() ?? fallback(asked);
    requests.push(recording);
    for (const { resolve } of waiting.filter(({ index }) => index === requests.length - 1)) resolve(recording);
    await play(script, recording, response, stopping.signal, asked?.model);
  }

  function fallback(asked: Asked | undefined): Script {
    return asked === undefined
      ? failure(400, { message: 'This request cannot be read.' })
      : (options.fallback ?? echo)(asked);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    baseURL: `${url}/v1`,
    requests,
    enqueue: (...scripts) => void queue.push(...scripts),
    request(index) {
      const known = requests[index];
      return known === undefined ? new Promise((resolve) => waiting.push({ index, resolve })) : Promise.resolve(known);
    },
    get connections() {
      return sockets.size;
    },
    async stop() {
      stopping.abort();
      const closed = server.listening ? once(server, 'close') : Promise.resolve();
      server.close();
      for (const socket of sockets) socket.destroy();
      await Promise.all([closed, ...playing]);
    },
  };
}

/** What OpenAI checks before anything else. Undefined: nothing is wrong with it. */
function refuse(
  headers: IncomingHttpHeaders,
  path: string,
  asked: Asked | undefined,
  body: unknown,
  options: OpenAIServerOptions,
): Script | undefined {
  const refusal = refuseKey(headers, options);
  if (refusal !== undefined) return refusal;
  if (path !== '/v1/chat/completions') return failure(404, { message: `Invalid URL (${path})` });
  if (asked === undefined || typeof body !== 'object' || body === null) {
    return failure(400, { message: 'We could not parse the JSON body of your request.' });
  }
  if (!('stream' in body) || body.stream !== true) {
    return failure(400, { message: 'This server only streams.', param: 'stream', code: 'unsupported_value' });
  }
  for (const param of options.unsupported ?? []) {
    if (!(param in body)) continue;
    const message = `Unsupported parameter: '${param}' is not supported with this model.`;
    return failure(400, { message, param, code: 'unsupported_parameter' });
  }
  if (options.models !== undefined && !options.models.includes(asked.model)) {
    const message = `The model \`${asked.model}\` does not exist or you do not have access to it.`;
    return failure(404, { message, code: 'model_not_found' });
  }
  return undefined;
}

function refuseKey(headers: IncomingHttpHeaders, { apiKey }: OpenAIServerOptions): Script | undefined {
  const given = headers.authorization?.replace(/^Bearer /, '');
  if (apiKey === undefined || given === apiKey) return undefined;
  // OpenAI quotes the key, in part; a careless server quotes it whole.
  const message = given === undefined ? "You didn't provide an API key." : `Incorrect API key provided: ${given}.`;
  return failure(401, { message, code: 'invalid_api_key' });
}

function modelList(models: readonly string[]): Script {
  const data = models.map((id) => ({ id, object: 'model', created: 1_700_000_000, owned_by: 'stand-in' }));
  const body = JSON.stringify({ object: 'list', data });
  return { kind: 'reply', status: 200, headers: { 'content-type': 'application/json' }, body };
}

/** Undefined: not a request in OpenAI's format. */
function readAsked(body: unknown): Asked | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { model, messages, max_completion_tokens, max_tokens } = body as Record<string, unknown>;
  if (typeof model !== 'string' || !Array.isArray(messages) || messages.length === 0) return undefined;
  const read = messages.map((message: unknown) => {
    const { role, content } = (message ?? {}) as Record<string, unknown>;
    return typeof role === 'string' && typeof content === 'string' ? { role, content } : undefined;
  });
  const maxTokens = max_completion_tokens ?? max_tokens;
  const whole = read.filter((message) => message !== undefined);
  if (whole.length !== read.length) return undefined;
  return { model, messages: whole, maxTokens: typeof maxTokens === 'number' ? maxTokens : undefined };
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
