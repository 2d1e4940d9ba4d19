/**
 * The transport port: everything that the session needs of a connection, and nothing more.
 * AnyCable implements it (`anycable.ts`), a scripted double does (`memory.ts`), and a page may bring its own.
 *
 * The port promises little on purpose: messages usually arrive. Whatever a transport loses, doubles or reorders is
 * made good by the chat protocol above it.
 */
import type { ProtocolError } from '../errors.js';
import type { PresenceEvent } from '../protocol/presence.js';

export type { PresenceEvent } from '../protocol/presence.js';

export type SubscriptionParams = Readonly<Record<string, string | number | boolean>>;

/** Why a connection is not there. `server` reasons are Action Cable's `disconnect` reasons, as sent. */
export interface DisconnectReason {
  readonly code: 'network' | 'stale' | 'server' | 'unauthorized' | 'token' | 'rejected' | 'closed';
  readonly detail?: string;
}

export type ConnectionState =
  | { readonly status: 'connecting' }
  /**
   * `restored`: the server kept the session, so it ran none of its callbacks again. `presenceRestored`: it said that those
   * whom they had joined are still present.
   */
  | { readonly status: 'live'; readonly restored: boolean; readonly presenceRestored?: boolean }
  /** Not connected; the transport tries again by itself. */
  | { readonly status: 'offline'; readonly reason: DisconnectReason }
  /** Not connected; nothing will happen until somebody acts. */
  | { readonly status: 'closed'; readonly reason: DisconnectReason };

/** Position of a message in the broker's stream, where the transport knows one. */
export interface MessageMeta {
  readonly stream?: string;
  readonly epoch?: string;
  readonly offset?: number;
}

export interface SubscriptionObserver {
  /** Called with every change, and never with the same state twice running. */
  stateChanged(state: ConnectionState): void;
  messageReceived(message: unknown, meta?: MessageMeta): void;
  /** The broker could not replay what was missed. */
  historyLost(): void;
  /** Something came that must not be believed: it goes no further than this. */
  messageRefused?(error: ProtocolError): void;
  /** Somebody came or left, or the list of who is here came. */
  presenceReceived?(event: PresenceEvent): void;
}

/**
 * Who is on a subscription's stream, and whether this connection is one of them. Each resolves when the bytes were handed
 * to the connection, and rejects with a TransportError while there is none. Nothing is kept: whoever wants to be present
 * on the next connection joins again, and whoever wants the list asks again where no answer came.
 */
export interface SubscriptionPresence {
  /** `info` is anything that JSON can say; everybody on the stream gets it. */
  join(id: string, info?: unknown): Promise<void>;
  leave(): Promise<void>;
  /** Asks for the list, which comes as an event of type `info`, or `error`, or never. */
  request(): Promise<void>;
}

export interface Subscription {
  /**
   * Resolves when the bytes were handed to the connection, which proves nothing about their arrival.
   * Rejects with a TransportError while there is no connection.
   */
  perform(action: string, data: Readonly<Record<string, unknown>>): Promise<void>;
  /** Where the transport has it. */
  readonly presence?: SubscriptionPresence | undefined;
  /** The server seems to have forgotten this subscription (it answers nothing): makes it anew. */
  renew?(): void;
  /** Ends the subscription for good. Idempotent; no observer is called afterwards. */
  close(): void;
}

export interface Transport {
  subscribe(channel: string, params: SubscriptionParams, observer: SubscriptionObserver): Subscription;
  /** Connects now instead of at the next planned moment (the visitor asked for it). */
  reconnect?(): void;
  /** The page came back to life: a connection that seems to be there may be dead. */
  wake?(): void;
}
