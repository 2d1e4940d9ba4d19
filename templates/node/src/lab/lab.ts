import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TokenMinter, TokenVerifier, Tokens } from '../auth/index.js';
import type { CableServer } from '../cable/index.js';
import type { Chat } from '../chat/index.js';
import type { RequestHandler } from '../http/handler.js';
import type { VisitorCookies } from '../http/visitor.js';
import type { Logger } from '../logger.js';
import { Lines } from './lines.js';
import { labRoutes } from './routes.js';
import { LabTokens } from './tokens.js';

export interface LabParts {
  readonly visitors: VisitorCookies;
  readonly tokens: Tokens;
  readonly chat: Chat;
  readonly logger: Logger;
  readonly restart?: (() => void) | undefined;
}

/** What a server with a fault lab does otherwise than one without. */
export interface Lab {
  /** Tokens that can be made to expire. */
  readonly tokens: TokenMinter & TokenVerifier;
  /** What a socket is spoken through, so that it can be spoilt. */
  openLine(request: IncomingMessage, socket: Duplex): Duplex;
  handler(cable: CableServer): RequestHandler;
  /** Ends its timers, and what would keep connections from closing. */
  close(): void;
}

/**
 * The fault lab of the demo page: faults that a visitor does to their own connections and answers, for real. Not for a
 * site that serves others: it lets everybody restart the server.
 */
export function createLab({ visitors, tokens: plainTokens, chat, logger, restart }: LabParts): Lab {
  const lines = new Lines();
  const tokens = new LabTokens(plainTokens);
  return {
    tokens,
    openLine: (request, socket) => lines.open(visitors.visitorOf(request).user, socket),
    handler: (cable) => labRoutes({ cable, chat, lines, tokens, restart, visitors, logger }),
    close: () => lines.close(),
  };
}
