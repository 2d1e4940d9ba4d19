/**
 * `POST /_broadcast`: publications and remote commands of a site's backend, as AnyCable takes them from any HTTP client:
 * https://docs.anycable.io/anycable-go/broadcasting. Who publishes has the key; no page is meant to.
 *
 * Answers 201 when it is done, and else an error that says what is wrong, so that nothing is lost in silence; see
 * publications.ts for what AnyCable does. Another difference: a disconnect ends all connections of the identifier, where
 * AnyCable ends one of them (`disconnectSessions` in https://github.com/anycable/anycable/blob/master/hub/hub.go).
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { bearerOf, identityIn } from '../auth/index.js';
import type { CableServer } from '../cable/index.js';
import { readText } from './body.js';
import { HttpError } from './exchange.js';
import { decodeBroadcast } from './publications.js';
import type { BroadcastRequest } from './publications.js';

export interface BroadcastParts {
  readonly cable: Pick<CableServer, 'publish' | 'disconnect'>;
  readonly key: string;
}

/** Batches are long; but a publisher that has gone wild must not take all of the memory. */
const MOST_BODY_BYTES = 8 * 1_024 * 1_024;

export function answerBroadcasts({ cable, key }: BroadcastParts) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    requireKey(request, key);
    const decoded = decodeBroadcast(await readText(request, MOST_BODY_BYTES));
    if (decoded.kind === 'malformed') throw new HttpError('unprocessable', decoded.problem);
    carryOut(cable, decoded);
    response.setHeader('Cache-Control', 'no-store');
    response.writeHead(201, { 'Content-Length': 0 }).end();
  };
}

function carryOut(cable: BroadcastParts['cable'], decoded: Exclude<BroadcastRequest, { kind: 'malformed' }>): void {
  switch (decoded.kind) {
    case 'publish':
      for (const { stream, json, meta } of decoded.publications) cable.publish(stream, json, meta);
      return;
    case 'disconnect': {
      const identity = identityIn(decoded.identifier);
      if (identity !== undefined) cable.disconnect(identity.user, { reconnect: decoded.reconnect });
    }
  }
}

/** In a time that tells nothing about how much of it was right. */
function requireKey(request: IncomingMessage, key: string): void {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  if (timingSafeEqual(digest(bearerOf(request) ?? ''), digest(key))) return;
  throw new HttpError(
    'unauthorized',
    'Send Authorization: Bearer, and the broadcast key (HMAC-SHA256 of "broadcast-cable" by the secret, in hex).',
    { 'WWW-Authenticate': 'Bearer' },
  );
}
