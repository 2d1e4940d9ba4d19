/**
 * The lab's routes: `POST /lab/<fault>`, `POST /lab/token`, `GET /lab/stored?message_id=…`. Each acts for the visitor
 * whose cookie it brings, takes only what a page of this server sends, and only so much of it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isUuid } from '../chat/index.js';
import type { Chat } from '../chat/index.js';
import { readJsonObject } from '../http/body.js';
import { HttpError, sendError, sendJson } from '../http/exchange.js';
import type { RequestHandler } from '../http/handler.js';
import type { VisitorCookies } from '../http/visitor.js';
import type { Logger } from '../logger.js';
import { Allowance } from './allowance.js';
import { FAULTS, inflict } from './faults.js';
import type { Fault, FaultsParts } from './faults.js';

export interface LabRoutesParts extends FaultsParts {
  readonly chat: FaultsParts['chat'] & Pick<Chat, 'storedText'>;
  readonly visitors: VisitorCookies;
  readonly logger: Logger;
  /** Milliseconds since the Unix epoch. */
  readonly now?: () => number;
}

const PREFIX = '/lab/';
const MOST_BODY_BYTES = 1_024;

export function labRoutes(parts: LabRoutesParts): RequestHandler {
  const visitorAllowance = new Allowance({ most: 60, everyMs: 1_000, keys: 10_000 }, parts.now);
  // Everybody feels a restart: one for all, however many ask.
  const restartAllowance = new Allowance({ most: 2, everyMs: 5_000, keys: 1 }, parts.now);

  function identify(request: IncomingMessage): string {
    const { user, setCookie } = parts.visitors.visitorOf(request);
    if (setCookie !== undefined) throw new HttpError('not_found', 'Open the page first: it brings the cookie.');
    spend(visitorAllowance, user);
    return user;
  }

  async function post(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    requireMethod(request, 'POST');
    requireSameOrigin(request);
    const user = identify(request);
    if (name === 'token') return sendJson(response, 200, await parts.tokens.mint({ user }));
    const fault = name as Fault;
    const messageId = readMessageId((await readJsonObject(request, MOST_BODY_BYTES))['message_id']);
    if (fault === 'restart') spend(restartAllowance, 'everybody');
    const result = inflict(parts, fault, user, messageId);
    if (!result.done) throw new HttpError(result.code, result.message);
    parts.logger.info('a visitor tries a fault', { fault, ...result.body });
    if (result.afterwards !== undefined) response.once('finish', result.afterwards);
    sendJson(response, 200, result.body);
  }

  function stored(request: IncomingMessage, response: ServerResponse): void {
    requireMethod(request, 'GET');
    const user = identify(request);
    const query = new URLSearchParams(request.url?.split('?', 2)[1] ?? '');
    const messageId = readMessageId(query.get('message_id') ?? undefined);
    const text =
      messageId !== undefined && parts.chat.ownerOf(messageId) === user ? parts.chat.storedText(messageId) : undefined;
    if (text === undefined) throw new HttpError('not_found', 'You have no such message.');
    const { status, bytes, sha256 } = text;
    sendJson(response, 200, { status, bytes, sha256 });
  }

  return async (path, request, response) => {
    const name = path.startsWith(PREFIX) ? path.slice(PREFIX.length) : '';
    const isPost = name === 'token' || FAULTS.some((fault) => fault === name);
    if (!isPost && name !== 'stored') return false;
    try {
      if (isPost) await post(name, request, response);
      else stored(request, response);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      sendError(response, error);
    }
    return true;
  };
}

function requireMethod(request: IncomingMessage, method: 'GET' | 'POST'): void {
  if (request.method !== method) throw new HttpError('method_not_allowed', `Only ${method}.`, { Allow: method });
}

/** Browsers say where a POST comes from. The cookie is SameSite=Lax as well; this also holds where that is not known. */
function requireSameOrigin({ headers }: IncomingMessage): void {
  const { origin, host } = headers;
  const from = origin !== undefined && URL.canParse(origin) ? new URL(origin).host : undefined;
  if (from === undefined || host === undefined || from !== host.toLowerCase()) {
    throw new HttpError('forbidden_origin', 'Only pages of this server may do this.');
  }
}

function readMessageId(value: unknown): string | undefined {
  if (value === undefined || isUuid(value)) return value;
  throw new HttpError('invalid', 'message_id must be a UUID.');
}

function spend(allowance: Allowance, key: string): void {
  const wait = allowance.take(key);
  if (wait <= 0) return;
  const seconds = Math.ceil(wait / 1_000);
  throw new HttpError('rate_limited', `Too often. Try again in ${seconds} s.`, { 'Retry-After': String(seconds) });
}
