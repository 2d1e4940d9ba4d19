/** The web server beside the cable: the page, the widget's files, a health check. No framework, no dependency. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Logger } from '../logger.js';
import type { RequestHandler } from './handler.js';
import { securityHeaders } from './security-headers.js';
import { findStaticFile, openStaticFile } from './static-files.js';
import type { StaticFile, StaticMount } from './static-files.js';
import { requestTarget } from './target.js';
import type { VisitorCookies } from './visitor.js';

export interface HttpServerParts {
  readonly mounts: readonly StaticMount[];
  /** Asked before all else, in their order. */
  readonly handlers?: readonly RequestHandler[];
  readonly visitors: VisitorCookies;
  readonly logger: Logger;
  /** What `GET /healthz` answers beside its status 200: plain JSON, nothing secret. */
  readonly health: () => Readonly<Record<string, unknown>>;
  /** How long a request may take to arrive, with its body; milliseconds. Then it is answered 408. */
  readonly requestTimeout?: number;
}

/** Node's own 5 minutes are for uploads. What is sent here is small. */
const REQUEST_TIMEOUT = 30_000;

/** Not listening yet. WebSockets are not answered here: `onWebSocketUpgrade` says who does. */
export function createHttpServer(parts: HttpServerParts): Server {
  const { requestTimeout = REQUEST_TIMEOUT } = parts;
  const timeouts = { requestTimeout, headersTimeout: requestTimeout, connectionsCheckingInterval: requestTimeout / 10 };
  return createServer(timeouts, (request, response) => {
    respond(parts, request, response).catch((error: unknown) => {
      // A reader that went away is no fault of ours.
      if ((error as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE') return;
      parts.logger.error('request failed', { method: request.method, error });
      if (response.headersSent) response.destroy();
      else sendText(request, response, 500, 'Something went wrong.');
    });
  });
}

async function respond(parts: HttpServerParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { path, authority = request.headers.host } = requestTarget(request.url ?? '');
  for (const [name, value] of Object.entries(securityHeaders(authority))) response.setHeader(name, value);
  for (const handle of parts.handlers ?? []) if (await handle(path, request, response)) return;
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    return sendText(request, response, 405, 'Only GET and HEAD are answered here.');
  }
  if (path === '/healthz') {
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    response.setHeader('Cache-Control', 'no-store');
    return send(request, response, 200, JSON.stringify({ status: 'ok', ...parts.health() }));
  }
  const file = await findStaticFile(parts.mounts, path);
  if (file === undefined) return sendText(request, response, 404, 'There is nothing here.');
  // The page brings the cookie, so that the visitor has it before the first socket.
  const { setCookie } = file.type.startsWith('text/html') ? parts.visitors.visitorOf(request) : {};
  if (setCookie !== undefined) response.setHeader('Set-Cookie', setCookie);
  await sendFile(request, response, file, setCookie === undefined);
}

async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: StaticFile,
  shareable: boolean,
): Promise<void> {
  response.setHeader('Content-Type', file.type);
  // Kept, but asked about each time: a rebuilt widget is seen at the next reload. A response that sets a visitor's
  // cookie is for that browser alone; `no-store` would keep the page out of its back/forward cache.
  response.setHeader('Cache-Control', shareable ? 'no-cache' : 'private, no-cache');
  response.setHeader('ETag', file.etag);
  if (file.isShared) {
    // The first for `<script>`, the second for `<script type="module">`.
    response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
    response.setHeader('Access-Control-Allow-Origin', '*');
  }
  if (shareable && matches(request.headers['if-none-match'], file.etag)) {
    response.writeHead(304).end();
    return;
  }
  response.setHeader('Vary', 'Accept-Encoding');
  const isCompressed = isCompressible(file) && acceptsGzip(request);
  if (isCompressed) response.setHeader('Content-Encoding', 'gzip');
  else response.setHeader('Content-Length', file.size);
  response.writeHead(200);
  if (request.method === 'HEAD') response.end();
  else if (isCompressed) await pipeline(openStaticFile(file), createGzip(), response);
  else await pipeline(openStaticFile(file), response);
}

/** Text worth the effort: the widget is a third of its size then. */
function isCompressible({ type, size }: StaticFile): boolean {
  return size > 1_024 && /^(text\/|application\/json|image\/svg)/.test(type);
}

function acceptsGzip(request: IncomingMessage): boolean {
  const codings = String(request.headers['accept-encoding'] ?? '').split(',');
  return codings.some((coding) => /^\s*(gzip|\*)\s*(;\s*q=(?!0(\.0*)?\s*$)[\d.]+\s*)?$/.test(coding));
}

function matches(header: string | undefined, etag: string): boolean {
  return header?.split(',').some((tag) => tag.trim() === etag || tag.trim() === '*') ?? false;
}

function sendText(request: IncomingMessage, response: ServerResponse, status: number, text: string): void {
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.setHeader('Cache-Control', 'no-store');
  send(request, response, status, `${text}\n`);
}

function send(request: IncomingMessage, response: ServerResponse, status: number, body: string): void {
  response.setHeader('Content-Length', Buffer.byteLength(body));
  response.writeHead(status).end(request.method === 'HEAD' ? undefined : body);
}
