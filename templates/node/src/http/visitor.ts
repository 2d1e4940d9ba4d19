/**
 * Who a visitor is, without signing in: a random cookie, and an id made from it. The cookie is the credential and stays
 * between the browser and this file; the id goes into the database and to the page, and opens nothing.
 * A site with users of its own replaces this by what its session says (see `Identify`).
 */
import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Identity } from '../cable/identity.js';
import { isSecure } from './secure.js';
import type { ProxyTrust } from './secure.js';

export interface Visitor extends Identity {
  /** The `Set-Cookie` value that makes the browser come back as this visitor; absent when it has its cookie already. */
  readonly setCookie?: string;
}

const NAME = 'visitor';
/** 22 characters of base64url are 128 bits: less could be guessed, and is no cookie of ours. */
const TOKEN = /^[A-Za-z0-9_-]{22,64}$/;
/** The longest that browsers keep a cookie. */
const MAX_AGE_SECONDS = 400 * 24 * 60 * 60;

export class VisitorCookies {
  readonly #trust: ProxyTrust;
  /** One visitor a request, however often it is asked for: a socket's handshake asks twice. */
  readonly #known = new WeakMap<IncomingMessage, Visitor>();

  constructor(trust: ProxyTrust) {
    this.#trust = trust;
  }

  visitorOf(request: IncomingMessage): Visitor {
    let visitor = this.#known.get(request);
    if (visitor === undefined) this.#known.set(request, (visitor = this.#recognise(request)));
    return visitor;
  }

  #recognise(request: IncomingMessage): Visitor {
    const token = readToken(request.headers.cookie);
    if (token !== undefined) return { user: userOf(token) };
    const minted = randomBytes(18).toString('base64url');
    const secure = isSecure(request, this.#trust) ? '; Secure' : '';
    const setCookie = `${NAME}=${minted}; Path=/; Max-Age=${MAX_AGE_SECONDS}; HttpOnly; SameSite=Lax${secure}`;
    return { user: userOf(minted), setCookie };
  }
}

function readToken(header: string | undefined): string | undefined {
  for (const pair of header?.split(';') ?? []) {
    const [name, value = ''] = pair.trim().split('=', 2);
    if (name === NAME && TOKEN.test(value)) return value;
  }
  return undefined;
}

function userOf(token: string): string {
  return createHash('sha256').update(`cable-chat visitor ${token}`).digest('base64url');
}
