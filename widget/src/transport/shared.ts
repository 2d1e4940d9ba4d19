import type {
  ConnectionState,
  Subscription,
  SubscriptionObserver,
  SubscriptionParams,
  SubscriptionPresence,
  Transport,
} from './transport.js';

/** Who listens in. Called like a SubscriptionObserver, but for the messages, which are the owner's alone. */
export interface SharedObserver extends Pick<SubscriptionObserver, 'stateChanged' | 'presenceReceived'> {
  /** The owner has turned to something else (another conversation): what was heard so far was of the one before. */
  replaced(): void;
}

/** A share in a subscription that somebody else owns; it can be neither renewed nor ended by it. */
export type SharedSubscription = Pick<Subscription, 'presence' | 'close'>;

/**
 * Passes on what a transport does for its one owner, and lets others have a share in the newest subscription. A second
 * one for the same channel would not do: @anycable/core gives it no history and keeps the first from being renewed.
 */
export class SharedTransport implements Transport {
  readonly #transport: Transport;
  readonly #observers = new Set<SharedObserver>();
  /** Of the newest subscription: its channel with its parameters. */
  #identity: string | undefined;
  #current: Subscription | undefined;
  #generation = 0;
  #state: ConnectionState = { status: 'connecting' };

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** What is shared here, for subscriptions of one's own beside the owner's. */
  get transport(): Transport {
    return this.#transport;
  }

  subscribe(channel: string, params: SubscriptionParams, observer: SubscriptionObserver): Subscription {
    const identity = JSON.stringify([channel, params]);
    if (this.#identity !== undefined && this.#identity !== identity) this.#replaced();
    this.#identity = identity;
    this.#current = undefined;
    const generation = ++this.#generation;
    // What a transport says before `subscribe` has returned is of this subscription, too.
    let state: ConnectionState = { status: 'connecting' };
    const isCurrent = () => generation === this.#generation && this.#current !== undefined;
    const own = this.#transport.subscribe(channel, params, {
      stateChanged: (changed) => {
        state = changed;
        observer.stateChanged(changed);
        if (isCurrent()) this.#tell(changed);
      },
      messageReceived: (message, meta) => observer.messageReceived(message, meta),
      historyLost: () => observer.historyLost(),
      messageRefused: (error) => observer.messageRefused?.(error),
      presenceReceived: (event) => {
        observer.presenceReceived?.(event);
        if (isCurrent()) for (const other of [...this.#observers]) other.presenceReceived?.(event);
      },
    });
    this.#current = own;
    this.#tell(state);
    return new OwnSubscription(own, () => {
      if (!isCurrent()) return;
      this.#current = undefined;
      this.#tell({ status: 'closed', reason: { code: 'closed' } });
    });
  }

  reconnect(): void {
    this.#transport.reconnect?.();
  }

  wake(): void {
    if (this.#transport.wake !== undefined) this.#transport.wake();
    else if (this.#state.status === 'offline') this.#transport.reconnect?.();
  }

  /** A share in whatever the owner is subscribed to; `observer` hears the present state before this returns. */
  listen(observer: SharedObserver): SharedSubscription {
    this.#observers.add(observer);
    observer.stateChanged(this.#state);
    const current = () => this.#current?.presence;
    return {
      get presence() {
        return current();
      },
      close: () => void this.#observers.delete(observer),
    };
  }

  #replaced(): void {
    for (const observer of [...this.#observers]) observer.replaced();
  }

  #tell(state: ConnectionState): void {
    this.#state = state;
    for (const observer of [...this.#observers]) observer.stateChanged(state);
  }
}

/** The owner's: everything of the transport's, and others hear of its end. */
class OwnSubscription implements Subscription {
  readonly #subscription: Subscription;
  readonly #closed: () => void;

  constructor(subscription: Subscription, closed: () => void) {
    this.#subscription = subscription;
    this.#closed = closed;
  }

  get presence(): SubscriptionPresence | undefined {
    return this.#subscription.presence;
  }

  perform(action: string, data: Readonly<Record<string, unknown>>): Promise<void> {
    return this.#subscription.perform(action, data);
  }

  renew(): void {
    this.#subscription.renew?.();
  }

  close(): void {
    this.#subscription.close();
    this.#closed();
  }
}
