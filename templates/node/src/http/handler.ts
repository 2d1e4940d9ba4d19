import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Answers a request that is its own; returns false, and touches nothing, where it is not. `path` is the URL's, still
 * percent-encoded and without the query. What it throws becomes a 500.
 */
export type RequestHandler = (path: string, request: IncomingMessage, response: ServerResponse) => Promise<boolean>;
