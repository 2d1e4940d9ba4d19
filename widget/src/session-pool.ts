import { cableKey, cableOf, tokensOf } from './cable-pool.js';
import { mintId, systemClock } from './clock.js';
import { documentContext, type SessionConfig } from './config.js';
import { ConversationMemory } from './conversation-memory.js';
import type { KeyValueStorage } from './key-value-storage.js';
import type { DirectConfig } from './direct-config.js';
import { OutboxStorage } from './outbox/storage.js';
import { onPageWake } from './page-wake.js';
import { Session } from './session.js';
import { DirectStreamTransport } from './transport/direct-stream.js';
import { HttpActions } from './transport/http-actions.js';
import { SharedTransport } from './transport/shared.js';
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
const lines = new WeakMap<object, SharedTransport>();

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

/** What a session of this pool is connected by, for whoever has a share in it. A page's own session has none. */
export function lineOf(session: object): SharedTransport | undefined {
  return lines.get(session);
}

function open(key: string, config: SessionConfig): Pooled {
  const line = new SharedTransport(cableOf(config));
  const session = new Session(config, {
    transport: config.direct === undefined ? line : directStream(config, config.direct, line),
    clock: systemClock,
    random: Math.random,
    mintId,
    memory: new ConversationMemory(browserStorage('localStorage') ?? pageStorage, storageScope(config)),
    outboxStorage: new OutboxStorage(browserStorage('sessionStorage'), storageScope(config)),
    onWake: onPageWake,
    // oxlint-disable-next-line no-console -- the one place where a page's developer hears of dropped frames
    log: (message, detail) => console.warn(message, detail),
  });
  lines.set(session, line);
  session.start();
  const pooled: Pooled = { session, holders: 0, cancelClose: undefined };
  sessions.set(key, pooled);
  return pooled;
}

function directStream(
  config: SessionConfig,
  { actionsUrl, signedStreamName }: DirectConfig,
  cable: Transport,
): Transport {
  const { conversationId } = config;
  const isGiven = conversationId !== undefined && signedStreamName !== undefined;
  const actions = new HttpActions({
    url: actionsUrl,
    tokens: tokensOf(config),
    csrfToken: () => documentContext().meta('csrf-token'),
    fetch: (input, init) => fetch(input, init),
    clock: systemClock,
  });
  return new DirectStreamTransport({
    cable,
    post: (action, signal) => actions.post(action, signal),
    given: isGiven ? { conversationId, signedStreamName } : undefined,
    clock: systemClock,
    random: Math.random,
  });
}

function sessionKey(config: SessionConfig): string {
  const { channel, channelParams, conversationId, action, direct } = config;
  return JSON.stringify([cableKey(config), channel, inOrder(channelParams), conversationId, action, direct]);
}

/** What a remembered conversation and an outbox belong to, besides their visitor. */
function storageScope({ url, channel, channelParams, direct }: SessionConfig): string {
  return JSON.stringify([url, channel, inOrder(channelParams), ...(direct === undefined ? [] : [direct.actionsUrl])]);
}

/** The same parameters in another order are the same parameters. */
export function inOrder(params: SubscriptionParams): readonly (readonly [string, unknown])[] {
  return Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1));
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
