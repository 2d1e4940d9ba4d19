import { systemClock } from './clock.js';
import type { SessionConfig } from './config.js';
import { AnyCableTransport } from './transport/anycable.js';
import { fixedToken, tokenFromEndpoint, tokenFromFunction, type TokenSource } from './transport/token.js';
import type { Transport } from './transport/transport.js';

/** What makes two cables one: where it is, which protocol it speaks, and who the visitor is. */
export type CableConfig = Pick<SessionConfig, 'url' | 'protocol' | 'token' | 'getToken' | 'tokenUrl' | 'transport'>;

const transports = new Map<string, Transport>();
const sources = new Map<string, TokenSource>();
const objectIds = new WeakMap<object, number>();
let lastObjectId = 0;

/** The cable of this configuration, or the page's own transport: elements with the same URL and identity share one. */
export function cableOf(config: CableConfig): Transport {
  if (config.transport !== undefined) return config.transport;
  const key = cableKey(config);
  let transport = transports.get(key);
  if (transport === undefined) {
    const { url, protocol } = config;
    transport = new AnyCableTransport({
      url,
      protocol,
      tokens: tokensOf(config),
      clock: systemClock,
      random: Math.random,
      idle: () => {
        transports.delete(key);
        sources.delete(key);
      },
    });
    transports.set(key, transport);
  }
  return transport;
}

/** Where the tokens of this configuration come from: a cable, and the requests beside it, renew the same one. */
export function tokensOf(config: CableConfig): TokenSource | undefined {
  const key = cableKey(config);
  const source = sources.get(key) ?? tokens(config);
  if (source !== undefined) sources.set(key, source);
  return source;
}

/** The same text for the same cable. */
export function cableKey({ url, protocol, token, getToken, tokenUrl, transport }: CableConfig): string {
  return JSON.stringify([url, protocol, token, objectId(getToken), tokenUrl, objectId(transport)]);
}

/** A number for each object that is compared by identity; undefined for none. */
export function objectId(value: object | undefined): number | undefined {
  if (value === undefined) return undefined;
  let id = objectIds.get(value);
  if (id === undefined) objectIds.set(value, (id = ++lastObjectId));
  return id;
}

function tokens({ token, getToken, tokenUrl }: CableConfig): TokenSource | undefined {
  if (getToken !== undefined) return tokenFromFunction(getToken);
  if (token !== undefined) return fixedToken(token);
  if (tokenUrl === undefined) return undefined;
  return tokenFromEndpoint({
    url: tokenUrl,
    csrfToken: () => document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content,
    fetch: (input, init) => fetch(input, init),
    now: () => Date.now(),
  });
}
