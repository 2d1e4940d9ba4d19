import type { IncomingMessage } from 'node:http';
import { HttpError } from './exchange.js';

/**
 * The body as text, of so many bytes at most. Rejects with an HttpError: `too_large`, or `invalid` for what is no UTF-8 or
 * ends too early (nobody may be there any more to be told). How long a body may take is the server's `requestTimeout`.
 */
export async function readText(request: IncomingMessage, mostBytes: number): Promise<string> {
  const bytes = await readBytes(request, mostBytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new HttpError('invalid', 'The body is not UTF-8.');
  }
}

/** The body's JSON object. Rejects with an HttpError for anything else; other content types are `unsupported_media_type`. */
export async function readJsonObject(
  request: IncomingMessage,
  mostBytes: number,
): Promise<Readonly<Record<string, unknown>>> {
  // Also because no page of another site can send this type without being asked about it first (CORS).
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) {
    throw new HttpError('unsupported_media_type', 'Send application/json.');
  }
  let body: unknown;
  try {
    body = JSON.parse(await readText(request, mostBytes));
  } catch (error) {
    if (error instanceof HttpError) throw error;
    throw new HttpError('invalid', 'The body is not JSON.');
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new HttpError('invalid', 'The body must be a JSON object.');
  }
  return body as Readonly<Record<string, unknown>>;
}

/**
 * By events and not by `for await`, which would destroy the request when it ends early, and with it the connection that
 * the refusal has to go through. What is too much is read on, and forgotten: a client looks for an answer when it has sent
 * everything.
 */
function readBytes(request: IncomingMessage, mostBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const take = (chunk: Buffer): void => {
      chunks.push(chunk);
      length += chunk.length;
      if (length > mostBytes) refuse(new HttpError('too_large', `The body is too long: at most ${mostBytes} bytes.`));
    };
    const refuse = (error: HttpError): void => {
      request.off('data', take).resume();
      chunks.length = 0;
      reject(error);
    };
    request.on('data', take);
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', () => refuse(new HttpError('invalid', 'The request ended before its body did.')));
  });
}
