/** JSON in and out of one request of the lab. */
import type { IncomingMessage, ServerResponse } from 'node:http';

export type LabErrorCode =
  | 'forbidden_origin'
  | 'invalid'
  | 'method_not_allowed'
  | 'no_job'
  | 'not_found'
  | 'rate_limited'
  | 'too_large'
  | 'unsupported_media_type';

const STATUS: Readonly<Record<LabErrorCode, number>> = {
  forbidden_origin: 403,
  invalid: 400,
  method_not_allowed: 405,
  no_job: 409,
  not_found: 404,
  rate_limited: 429,
  too_large: 413,
  unsupported_media_type: 415,
};

/** A request that is refused; `message` is for whoever sent it. */
export class LabError extends Error {
  override readonly name = 'LabError';
  constructor(
    readonly code: LabErrorCode,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

const MOST_BODY_BYTES = 1_024;

/** The body's JSON object. Throws a LabError for anything else. */
export async function readJson(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) {
    throw new LabError('unsupported_media_type', 'Send application/json.');
  }
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += String(chunk);
    // The rest is not read, so the connection cannot be used again.
    if (text.length > MOST_BODY_BYTES) throw new LabError('too_large', 'That is too much.', { Connection: 'close' });
  }
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new LabError('invalid', 'The body is not JSON.');
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new LabError('invalid', 'The body must be a JSON object.');
  }
  return body as Readonly<Record<string, unknown>>;
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const json = JSON.stringify(body);
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Content-Length', Buffer.byteLength(json));
  response.writeHead(status).end(json);
}

export function sendError(response: ServerResponse, { code, message, headers }: LabError): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  sendJson(response, STATUS[code], { error: { code, message } });
}
