import { mintId, systemClock } from './clock.js';
import type { SessionConfig } from './config.js';
import { ConversationMemory } from './conversation-memory.js';
import type { KeyValueStorage } from './key-value-storage.js';
import { OutboxStorage } from './outbox/storage.js';
import { onPageWake } from './page-wake.js';
import { Session } from './session.js';
import { AnyCableTransport } from './transport/anycable.js';
import { fixedToken, tokenFromEndpoint, tokenFromFunction, type TokenSource } from './transport/token.js';
import type { SubscriptionParams, Transport } from './transport/transport.js';

/** A session that somebody holds. Releasing it twice is releasing it once. */
export interface SessionLease {
  readonly session: Session;
  release(): void;
}

interface Pooled {
  readonly session: Session;
  holders: number;
  cancelClose: (() => void) | undefined;
}

/** An element that is moved in the DOM, or kept across a Turbo visit, comes back well within this time. */
const LINGER_MS = 2_000;

const sessions = new Map<string, Pooled>();
const transports = new Map<string, Transport>();
const objectIds = new WeakMap<object, number>();
let lastObjectId = 0;

/**
 * The session of this configuration: elements with the same one share it, and elements with the same URL and identity
 * share one cable. Nothing is disconnected at once when the last holder lets go.
 */
export function acquireSession(config: SessionConfig): SessionLease {
  const key = sessionKey(config);
  const pooled = sessions.get(key) ?? open(key, config);
  pooled.cancelClose?.();
  pooled.cancelClose = undefined;
  pooled.holders++;
  let released = false;
  return {
    session: pooled.session,
    release() {
      if (released) return;
      released = true;
      pooled.holders--;
      if (pooled.holders > 0) return;
      pooled.cancelClose = systemClock.after(LINGER_MS, () => {
        sessions.delete(key);
        pooled.session.close();
      });
    },
  };
}

function open(key: string, config: SessionConfig): Pooled {
  const session = new Session(config, {
    transport: config.transport ?? cable(config),
    clock: systemClock,
    random: Math.random,
    mintId,
    memory: new ConversationMemory(browserStorage('localStorage') ?? pageStorage, storageScope(config)),
    outboxStorage: new OutboxStorage(browserStorage('sessionStorage'), storageScope(config)),
    onWake: onPageWake,
    // oxlint-disable-next-line no-console -- the one place where a page's developer hears of dropped frames
    log: (message, detail) => console.warn(message, detail),
  });
  session.start();
  const pooled: Pooled = { session, holders: 0, cancelClose: undefined };
  sessions.set(key, pooled);
  return pooled;
}

function cable(config: SessionConfig): Transport {
  const key = cableKey(config);
  let transport = transports.get(key);
  if (transport === undefined) {
    const { url, protocol } = config;
    transport = new AnyCableTransport({
      url,
      protocol,
      tokens: tokens(config),
      clock: systemClock,
      random: Math.random,
      idle: () => transports.delete(key),
    });
    transports.set(key, transport);
  }
  return transport;
}

function tokens({ token, getToken, tokenUrl }: SessionConfig): TokenSource | undefined {
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

function cableKey({ url, protocol, token, getToken, tokenUrl }: SessionConfig): string {
  return JSON.stringify([url, protocol, token, objectId(getToken), tokenUrl]);
}

function sessionKey(config: SessionConfig): string {
  const { channel, channelParams, conversationId, action, transport } = config;
  return JSON.stringify([
    cableKey(config),
    objectId(transport),
    channel,
    inOrder(channelParams),
    conversationId,
    action,
  ]);
}

/** What a remembered conversation and an outbox belong to, besides their visitor. */
function storageScope({ url, channel, channelParams }: SessionConfig): string {
  return JSON.stringify([url, channel, inOrder(channelParams)]);
}

/** The same parameters in another order are the same parameters. */
function inOrder(params: SubscriptionParams): readonly (readonly [string, unknown])[] {
  return Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1));
}

function objectId(value: object | undefined): number | undefined {
  if (value === undefined) return undefined;
  let id = objectIds.get(value);
  if (id === undefined) objectIds.set(value, (id = ++lastObjectId));
  return id;
}

/** Where the browser keeps nothing, the conversation lasts as long as the page: an element that comes back has it again. */
const pageItems = new Map<string, string>();
const pageStorage: KeyValueStorage = {
  getItem: (key) => pageItems.get(key) ?? null,
  setItem: (key, value) => void pageItems.set(key, value),
  removeItem: (key) => void pageItems.delete(key),
};

function browserStorage(name: 'localStorage' | 'sessionStorage'): KeyValueStorage | undefined {
  try {
    return globalThis[name];
  } catch {
    // Access itself may be forbidden (a sandboxed frame, blocked cookies).
    return undefined;
  }
}
