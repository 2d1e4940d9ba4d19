/** JSON out of one request, and the words in which a request is refused. */
import type { ServerResponse } from 'node:http';

const STATUS = {
  forbidden_origin: 403,
  internal: 500,
  invalid: 400,
  method_not_allowed: 405,
  no_job: 409,
  not_found: 404,
  overloaded: 503,
  rate_limited: 429,
  shutting_down: 503,
  token_expired: 401,
  too_large: 413,
  unauthorized: 401,
  unprocessable: 422,
  unsupported_media_type: 415,
} as const;

export type HttpErrorCode = keyof typeof STATUS;

/** A request that is refused; `message` is for whoever sent it. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  constructor(
    readonly code: HttpErrorCode,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const json = JSON.stringify(body);
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Content-Length', Buffer.byteLength(json));
  response.writeHead(status).end(json);
}

/** `{"error": {"code": …, "message": …}}`. */
export function sendError(response: ServerResponse, { code, message, headers }: HttpError): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  sendJson(response, STATUS[code], { error: { code, message } });
}
