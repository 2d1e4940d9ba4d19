import { cableOf, objectId } from './cable-pool.js';
import { systemClock } from './clock.js';
import { ConfigurationError } from './errors.js';
import { onPageWake } from './page-wake.js';
import type { PresenceMember } from './presence/reduce.js';
import type { PresenceLink, PresenceLinkObserver } from './presence/tracker.js';
import type { PresencePlace } from './presence-config.js';
import { PresenceSession } from './presence-session.js';
import { inOrder, lineOf } from './session-pool.js';
import type { SharedTransport } from './transport/shared.js';
import type { ConnectionState, SubscriptionParams, Transport } from './transport/transport.js';

/** Where it is heard who is here. */
export type PresenceSource =
  | {
      readonly kind: 'own';
      readonly transport: Transport;
      readonly channel: string;
      readonly params: SubscriptionParams;
    }
  /** The subscription of a chat's session. */
  | { readonly kind: 'shared'; readonly line: SharedTransport };

/** A list that somebody holds. Releasing it twice is releasing it once. */
export interface PresenceLease {
  readonly presence: PresenceSession;
  /** Puts this visitor on the list for as long as the lease is held; undefined: takes them off again. */
  claim(member: PresenceMember | undefined): void;
  release(): void;
}

/**
 * The source that a page's configuration means; undefined while the chat has no session.
 * @throws ConfigurationError where the chat's session cannot be shared
 */
export function sourceOf(place: PresencePlace, session: object | undefined): PresenceSource | undefined {
  if (place.kind === 'own') {
    const { cable, channel, params } = place;
    return { kind: 'own', transport: cableOf(cable), channel, params };
  }
  if (session === undefined) return undefined;
  const line = lineOf(session);
  if (line === undefined) {
    const message = 'The chat has a session of the page’s own, which cannot be shared. Name a url and a channel.';
    throw new ConfigurationError('url', message);
  }
  if (place.kind === 'chat') return { kind: 'shared', line };
  return { kind: 'own', transport: line.transport, channel: place.channel, params: place.params };
}

interface Pooled {
  readonly presence: PresenceSession;
  holders: number;
}

/** As a chat's session: nobody shall leave and come again for a move in the DOM, or for a Turbo visit. */
const LINGER_MS = 2_000;

const lists = new Map<string, Pooled>();

/**
 * The list of this source: elements with the same one share it, and so their place on it.
 * @throws ConfigurationError where the page's own transport cannot be subscribed to
 */
export function acquirePresence(source: PresenceSource): PresenceLease {
  const key = sourceKey(source);
  const pooled = lists.get(key) ?? open(key, source);
  const { presence } = pooled;
  const holder = {};
  pooled.holders++;
  let released = false;
  return {
    presence,
    claim: (member) => {
      if (!released) presence.claim(holder, member);
    },
    release() {
      if (released) return;
      released = true;
      systemClock.after(LINGER_MS, () => {
        presence.claim(holder, undefined);
        pooled.holders--;
        if (pooled.holders > 0) return;
        lists.delete(key);
        presence.close();
      });
    },
  };
}

function open(key: string, source: PresenceSource): Pooled {
  const presence = new PresenceSession({
    clock: systemClock,
    random: Math.random,
    connect: (observer) => connect(source, observer),
    isVisible: () => document.visibilityState === 'visible',
    onWake: onPageWake,
    // oxlint-disable-next-line no-console -- as with a chat's dropped frames: a page's developer hears of it here
    log: (message) => console.warn(message),
  });
  try {
    presence.start();
  } catch (cause) {
    throw new ConfigurationError('transport', `transport.subscribe failed: ${(cause as Error).message}`, { cause });
  }
  const pooled: Pooled = { presence, holders: 0 };
  lists.set(key, pooled);
  return pooled;
}

function connect(source: PresenceSource, observer: PresenceLinkObserver): PresenceLink {
  if (source.kind === 'shared') return source.line.listen(observer);
  const { transport, channel, params } = source;
  let state: ConnectionState = { status: 'connecting' };
  const subscription = transport.subscribe(channel, params, {
    stateChanged: (changed) => observer.stateChanged((state = changed)),
    presenceReceived: (event) => observer.presenceReceived?.(event),
    // Whatever else the stream says is not for a list.
    messageReceived: () => {},
    historyLost: () => {},
  });
  const endWake = onPageWake(() => {
    if (transport.wake !== undefined) transport.wake();
    else if (state.status === 'offline') transport.reconnect?.();
  });
  return {
    get presence() {
      return subscription.presence;
    },
    renew: () => subscription.renew?.(),
    close() {
      endWake();
      subscription.close();
    },
  };
}

function sourceKey(source: PresenceSource): string {
  return source.kind === 'shared'
    ? JSON.stringify([objectId(source.line)])
    : JSON.stringify([objectId(source.transport), source.channel, inOrder(source.params)]);
}
