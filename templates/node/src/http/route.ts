import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../logger.js';
import { HttpError, sendError } from './exchange.js';
import type { RequestHandler } from './handler.js';

export interface PostRoute {
  /** As in the request, without the query. */
  readonly path: string;
  /** What it throws is told as JSON: an HttpError as it is, anything else as `internal`, and logged. */
  readonly answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** Asked about all requests to the path first. True: it has answered already. May throw an HttpError. */
  readonly before?: (request: IncomingMessage, response: ServerResponse) => boolean;
  readonly logger: Logger;
}

/** One address that takes POST, and answers everything in JSON. */
export function postRoute({ path: own, answer, before, logger }: PostRoute): RequestHandler {
  return async (path, request, response) => {
    if (path !== own) return false;
    try {
      if (before?.(request, response) === true) return true;
      if (request.method !== 'POST') throw new HttpError('method_not_allowed', 'Only POST.', { Allow: 'POST' });
      await answer(request, response);
    } catch (error) {
      if (!(error instanceof HttpError)) logger.error('request failed', { path, error });
      const refusal = error instanceof HttpError ? error : new HttpError('internal', 'Something went wrong.');
      if (response.headersSent) response.destroy();
      else sendError(response, refusal);
    }
    return true;
  };
}
