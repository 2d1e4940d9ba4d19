/** AnyCable's RPC over HTTP, served for channels of the embedded server: what `anycable-rails` is to Rails. */
import { timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Channel } from '../../../templates/node/src/cable/channel.js';
import { listen } from '../../../templates/node/src/listen.js';
import { silentLogger } from '../../../templates/node/src/logger.js';
import type { Logger } from '../../../templates/node/src/logger.js';
import { AnyCableError } from './errors.js';
import { rpcKey } from './keys.js';
import { RpcHandler } from './rpc-handler.js';
import type { RpcHandlerParts } from './rpc-handler.js';
import { decodeRequest } from './rpc-messages.js';
import type { ConnectionEnv } from './rpc-messages.js';

export interface RpcHostOptions {
  /** The same as the AnyCable server's. */
  readonly secret: string;
  /** Default: the header `x-user`, else the URL's `user`, else `ada`; `nobody` is refused. */
  readonly identify?: RpcHandlerParts['identify'] | undefined;
  readonly logger?: Logger | undefined;
}

export interface RpcHost {
  /** For AnyCable's `ANYCABLE_RPC_HOST`, such as `http://127.0.0.1:3100/_anycable`. */
  readonly url: string;
  /** Answered RPCs by method. */
  readonly calls: Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

const PATH = '/_anycable/';
/** AnyCable takes at most 64 KiB from a client; a handshake's headers come on top. */
const MAX_BODY = 1024 * 1024;

/** Several visitors at one address: told by a header where a client can set one, else by the URL. */
export function identifyByName({ url, headers }: ConnectionEnv): { readonly user: string } | null {
  const query = new URL(url, 'http://127.0.0.1').searchParams;
  const user = headers['x-user'] ?? query.get('user') ?? 'ada';
  return user === 'nobody' ? null : { user };
}

export async function startRpcHost(
  channels: Readonly<Record<string, Channel>>,
  { secret, identify = identifyByName, logger = silentLogger }: RpcHostOptions,
): Promise<RpcHost> {
  const handler = new RpcHandler({ channels, identify, logger });
  const expected = Buffer.from(`Bearer ${rpcKey(secret)}`);
  const calls: Record<string, number> = {};

  const answer = async (request: IncomingMessage): Promise<{ status: number; body: unknown }> => {
    const given = Buffer.from(request.headers.authorization ?? '');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return { status: 401, body: {} };
    const path = request.url ?? '';
    if (request.method !== 'POST' || !path.startsWith(PATH)) return { status: 404, body: {} };
    const decoded = decodeRequest(path.slice(PATH.length), await readBody(request));
    const body = await handler.handle(decoded, String(request.headers['x-anycable-meta-sid'] ?? ''));
    calls[decoded.method] = (calls[decoded.method] ?? 0) + 1;
    return { status: 200, body };
  };

  const server = createServer((request, response) => {
    answer(request).then(
      ({ status, body }) => send(response, status, body),
      (error: unknown) => {
        // 422 is what AnyCable takes for "your fault" and does not repeat.
        const status = error instanceof AnyCableError ? 422 : 500;
        logger.error('an RPC failed', { path: request.url, error });
        send(response, status, { error: String(error) });
      },
    );
  });
  const port = await listen(server, 0, '127.0.0.1');
  return {
    url: `http://127.0.0.1:${port}${PATH.slice(0, -1)}`,
    calls,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        // AnyCable keeps its connections.
        server.closeAllConnections();
      }),
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request) {
    length += (part as Buffer).length;
    if (length > MAX_BODY) throw new AnyCableError('malformed_request', `An RPC of more than ${MAX_BODY} bytes.`);
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts).toString('utf8');
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
