import { Channel, createCable } from '@anycable/web';
import type { Cable, ReasonError } from '@anycable/core';
import type { Clock, Random } from '../clock.js';
import { TransportError } from '../errors.js';
import { reconnectDelay } from './reconnect.js';
import type { TokenSource } from './token.js';
import type {
  ConnectionState,
  DisconnectReason,
  MessageMeta,
  Subscription,
  SubscriptionObserver,
  SubscriptionParams,
  Transport,
} from './transport.js';

export type CableProtocol = 'actioncable-v1-ext-json' | 'actioncable-v1-json';

export interface AnyCableOptions {
  /** Absolute, ws: or wss:. */
  readonly url: string;
  readonly protocol: CableProtocol;
  readonly tokens: TokenSource | undefined;
  readonly clock: Clock;
  readonly random: Random;
  /** Called when the last subscription is long gone and the cable was disconnected. */
  readonly idle?: () => void;
}

/** Kept this long after its last subscription ended: a Turbo visit or a move in the DOM costs no reconnect. */
const LINGER_MS = 5_000;

/** How long after a subscription got no answer it is tried again; doubled each time, up to the cap. */
const RESUBSCRIBE_MS = 1_000;
const RESUBSCRIBE_CAP_MS = 30_000;

/**
 * One cable (one WebSocket) of @anycable/web behind the transport port. What that client leaves out, by design or by
 * accident, is made good here where it concerns the connection, and in the session where it concerns the messages.
 */
export class AnyCableTransport implements Transport {
  readonly #options: AnyCableOptions;
  readonly #subscriptions = new Set<CableSubscription>();
  #cable: Cable | undefined;
  #cancelLinger: (() => void) | undefined;
  #cancelRefresh: (() => void) | undefined;
  #expiredInARow = 0;

  constructor(options: AnyCableOptions) {
    this.#options = options;
  }

  subscribe(channel: string, params: SubscriptionParams, observer: SubscriptionObserver): Subscription {
    this.#cancelLinger?.();
    this.#cancelLinger = undefined;
    const cable = (this.#cable ??= this.#open());
    const subscription = new CableSubscription(cable, channel, params, observer, this.#options, () => {
      this.#subscriptions.delete(subscription);
      if (this.#subscriptions.size === 0) this.#linger();
    });
    this.#subscriptions.add(subscription);
    subscription.start();
    return subscription;
  }

  reconnect(): void {
    const cable = this.#cable;
    if (cable === undefined || cable.state === 'connected' || cable.state === 'connecting') return;
    this.#tell({ status: 'connecting' });
    // A closed cable has no monitor at work; one that waits for its next attempt is told to make it now.
    if (cable.state === 'closed') this.#connect(cable);
    else cable.monitor?.reconnectNow();
  }

  #open(): Cable {
    const { url, protocol, tokens, random } = this.#options;
    const cable = createCable(url, {
      protocol,
      logLevel: 'error',
      performFailures: 'throw',
      reconnectStrategy: (attempt: number) => reconnectDelay(attempt, random),
      ...(tokens === undefined
        ? {}
        : {
            websocketAuthStrategy: 'sub-protocol' as const,
            transportConfigurator: async (transport: { setToken(token: string): void }) => {
              transport.setToken(await this.#token(tokens));
            },
          }),
    });
    cable.on('connect', () => {
      this.#expiredInARow = 0;
    });
    cable.on('disconnect', (reason) => this.#tell({ status: 'offline', reason: disconnectReason(reason) }));
    cable.on('close', (reason) => this.#closed(cable, reason));
    return cable;
  }

  async #token(tokens: TokenSource): Promise<string> {
    try {
      return await tokens.current();
    } catch (error) {
      // Signed out: more attempts would only ask the endpoint again. Anything else is retried with the connection.
      if (error instanceof TransportError && error.reason === 'unauthorized') {
        queueMicrotask(() => this.#cable?.disconnect());
        this.#tell({ status: 'closed', reason: { code: 'unauthorized', detail: error.message } });
      }
      throw error;
    }
  }

  /** The server (or this client) ended the connection for good. */
  #closed(cable: Cable, reason: ReasonError | undefined): void {
    if (reason === undefined) return;
    if (reason.reason === 'token_expired' && this.#options.tokens !== undefined) {
      this.#options.tokens.invalidate();
      this.#tell({ status: 'offline', reason: { code: 'token', detail: 'token_expired' } });
      const delay = this.#expiredInARow === 0 ? 0 : reconnectDelay(this.#expiredInARow, this.#options.random);
      this.#expiredInARow++;
      this.#cancelRefresh = this.#options.clock.after(delay, () => this.#connect(cable));
      return;
    }
    this.#tell({ status: 'closed', reason: disconnectReason(reason) });
  }

  #connect(cable: Cable): void {
    if (cable !== this.#cable) return;
    cable.connect().catch(() => {
      // Said by the `disconnect` or `close` event, which carries the reason.
    });
  }

  #tell(state: ConnectionState): void {
    for (const subscription of this.#subscriptions) subscription.tell(state);
  }

  #linger(): void {
    this.#cancelLinger = this.#options.clock.after(LINGER_MS, () => {
      this.#cancelRefresh?.();
      this.#cable?.monitor?.dispose();
      this.#cable?.disconnect();
      this.#cable = undefined;
      this.#options.idle?.();
    });
  }
}

class CableSubscription implements Subscription {
  readonly #cable: Cable;
  readonly #name: string;
  readonly #params: SubscriptionParams;
  readonly #observer: SubscriptionObserver;
  readonly #clock: Clock;
  readonly #ended: () => void;
  #channel: Channel | undefined;
  #state: ConnectionState | undefined;
  #closed = false;
  #failures = 0;
  #cancelRetry: (() => void) | undefined;

  constructor(
    cable: Cable,
    name: string,
    params: SubscriptionParams,
    observer: SubscriptionObserver,
    { clock }: { readonly clock: Clock },
    ended: () => void,
  ) {
    this.#cable = cable;
    this.#name = name;
    this.#params = params;
    this.#observer = observer;
    this.#clock = clock;
    this.#ended = ended;
  }

  start(): void {
    if (this.#closed) return;
    const channel = new (channelClass(this.#name))({ ...this.#params });
    this.#channel = channel;
    channel.on('connect', ({ restored }) => {
      this.#failures = 0;
      this.tell({ status: 'live', restored: restored === true });
    });
    channel.on('close', (reason) => this.#subscriptionLost(reason));
    channel.on('info', ({ type }) => {
      if (!this.#closed && type === 'history_not_found') this.#observer.historyLost();
    });
    channel.on('message', (message, meta) => {
      if (!this.#closed) this.#observer.messageReceived(message, meta as MessageMeta | undefined);
    });
    this.tell({ status: 'connecting' });
    this.#cable.subscribe(channel);
  }

  tell(state: ConnectionState): void {
    if (this.#closed || isSame(this.#state, state)) return;
    this.#state = state;
    this.#observer.stateChanged(state);
  }

  async perform(action: string, data: Readonly<Record<string, unknown>>): Promise<void> {
    const channel = this.#channel;
    if (this.#closed || channel === undefined || this.#state?.status !== 'live') {
      throw new TransportError('not_connected', `${action} was not sent: there is no connection.`);
    }
    try {
      // A copy: the client adds `action` to the object that it is given.
      await channel.perform(action, { ...data });
    } catch (error) {
      throw new TransportError('not_connected', `${action} was not sent: the connection is gone.`, { cause: error });
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelRetry?.();
    try {
      this.#channel?.disconnect();
    } finally {
      this.#ended();
    }
  }

  /** Rejected: for good. Not answered, or lost in a race with an unsubscribe: the client gives up, we do not. */
  #subscriptionLost(reason: Error | undefined): void {
    if (this.#closed) return;
    if (reason?.name === 'SubscriptionRejectedError') {
      this.tell({ status: 'closed', reason: { code: 'rejected', detail: `${this.#name} refused the subscription` } });
      return;
    }
    this.tell({ status: 'offline', reason: { code: 'network', detail: reason?.message ?? 'subscription lost' } });
    const delay = Math.min(RESUBSCRIBE_CAP_MS, RESUBSCRIBE_MS * 2 ** this.#failures);
    this.#failures++;
    this.#cancelRetry = this.#clock.after(delay, () => this.start());
  }
}

function channelClass(identifier: string): new (params: Record<string, string | number | boolean>) => Channel {
  return class extends Channel<Record<string, string | number | boolean>> {
    static override readonly identifier = identifier;
  } as unknown as new (params: Record<string, string | number | boolean>) => Channel;
}

function isSame(a: ConnectionState | undefined, b: ConnectionState): boolean {
  // Every `live` is news: a connection that came back may have missed something.
  if (a === undefined || a.status !== b.status || b.status === 'live') return false;
  return !('reason' in a) || !('reason' in b) || a.reason.code === b.reason.code;
}

/** @anycable/core says why by a `reason` word: its own, or the one in the server's `disconnect` frame. */
function disconnectReason(error: ReasonError): DisconnectReason {
  const word = error.reason ?? '';
  switch (word) {
    case 'transport_closed':
      return { code: 'network', detail: error.message };
    case 'stale_connection':
      return { code: 'stale' };
    case 'unauthorized':
      return { code: 'unauthorized', detail: word };
    case 'token_expired':
      return { code: 'token', detail: word };
    default:
      return { code: 'server', detail: word };
  }
}
