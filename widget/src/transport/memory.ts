import { TransportError } from '../errors.js';
import type { PresenceEvent } from '../protocol/presence.js';
import type {
  ConnectionState,
  DisconnectReason,
  MessageMeta,
  Subscription,
  SubscriptionObserver,
  SubscriptionParams,
  SubscriptionPresence,
  Transport,
} from './transport.js';

export interface PerformedAction {
  readonly action: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export type PresenceCommand =
  | { readonly command: 'join'; readonly id: string; readonly info?: unknown }
  | { readonly command: 'leave' }
  | { readonly command: 'request' };

/**
 * A transport without a network, driven by a script: a real implementation of the port, for tests of pages and of
 * this package. Nothing happens by itself, so every order of events can be written down.
 *
 * @example
 * const transport = new MemoryTransport();
 * element.transport = transport;
 * const connection = await transport.nextSubscription();
 * connection.accept();
 * connection.deliver({ type: 'hello', v: 1, user: 'u1', conversation_id: connection.params.conversation_id });
 */
export class MemoryTransport implements Transport {
  readonly subscriptions: MemorySubscription[] = [];
  readonly #waiting: ((subscription: MemorySubscription) => void)[] = [];
  #handedOut = 0;
  readonly #hasPresence: boolean;
  /** How often somebody asked for a connection at once. */
  reconnects = 0;

  /** Without presence it is as a plain Action Cable server. */
  constructor({ presence = true }: { readonly presence?: boolean } = {}) {
    this.#hasPresence = presence;
  }

  subscribe(channel: string, params: SubscriptionParams, observer: SubscriptionObserver): Subscription {
    const subscription = new MemorySubscription(channel, params, observer, this.#hasPresence);
    this.subscriptions.push(subscription);
    const next = this.#waiting.shift();
    if (next !== undefined) {
      this.#handedOut++;
      next(subscription);
    }
    return subscription;
  }

  reconnect(): void {
    this.reconnects++;
  }

  /** The next subscription that nobody has asked for yet; waits for it where there is none. */
  nextSubscription(): Promise<MemorySubscription> {
    const ready = this.subscriptions[this.#handedOut];
    if (ready !== undefined) {
      this.#handedOut++;
      return Promise.resolve(ready);
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

export class MemorySubscription implements Subscription {
  /** Every action that was handed over while live, oldest first. */
  readonly performed: PerformedAction[] = [];
  /** Every command about presence that was handed over while live, oldest first. */
  readonly presenceCommands: PresenceCommand[] = [];
  readonly presence: SubscriptionPresence | undefined;
  /** How often the subscription was to be made anew; the script answers by `drop` and `accept`. */
  renewals = 0;
  readonly #observer: SubscriptionObserver;
  readonly #waiting: { readonly action: string | undefined; resolve(performed: PerformedAction): void }[] = [];
  #cursor = 0;
  #state: ConnectionState = { status: 'connecting' };
  #closed = false;

  constructor(
    readonly channel: string,
    readonly params: SubscriptionParams,
    observer: SubscriptionObserver,
    hasPresence = true,
  ) {
    this.#observer = observer;
    if (!hasPresence) return;
    this.presence = {
      join: (id, info) => this.#command({ command: 'join', id, ...(info === undefined ? {} : { info }) }),
      leave: () => this.#command({ command: 'leave' }),
      request: () => this.#command({ command: 'request' }),
    };
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** True once the session gave it up. */
  get closed(): boolean {
    return this.#closed;
  }

  /** The server confirms the subscription, or restores the session. */
  accept({
    restored = false,
    presenceRestored,
  }: { readonly restored?: boolean; readonly presenceRestored?: boolean } = {}): void {
    this.#tell({ status: 'live', restored, ...(presenceRestored === undefined ? {} : { presenceRestored }) });
  }

  /** The connection breaks; the transport would try again by itself. */
  drop(reason: DisconnectReason = { code: 'network' }): void {
    this.#tell({ status: 'offline', reason });
  }

  /** The connection is refused or ended for good. */
  refuse(reason: DisconnectReason = { code: 'rejected' }): void {
    this.#tell({ status: 'closed', reason });
  }

  deliver(message: unknown, meta?: MessageMeta): void {
    if (!this.#closed) this.#observer.messageReceived(message, meta);
  }

  /** Somebody joins or leaves, or the list is answered. */
  deliverPresence(event: PresenceEvent): void {
    if (!this.#closed) this.#observer.presenceReceived?.(event);
  }

  loseHistory(): void {
    if (!this.#closed) this.#observer.historyLost();
  }

  async perform(action: string, data: Readonly<Record<string, unknown>>): Promise<void> {
    if (this.#closed || this.#state.status !== 'live') {
      throw new TransportError('not_connected', `${action} was not sent: the scripted connection is not live.`);
    }
    // As on a wire: what the caller does to its object afterwards is not seen here.
    this.performed.push({ action, data: structuredClone(data) });
    this.#serveWaiting();
  }

  renew(): void {
    if (!this.#closed) this.renewals++;
  }

  close(): void {
    this.#closed = true;
  }

  /** The next action (of that name) that this has not returned yet, in the order of their arrival. */
  nextAction(action?: string): Promise<PerformedAction> {
    return new Promise((resolve) => {
      this.#waiting.push({ action, resolve });
      this.#serveWaiting();
    });
  }

  async #command(command: PresenceCommand): Promise<void> {
    if (this.#closed || this.#state.status !== 'live') {
      throw new TransportError(
        'not_connected',
        `${command.command} was not sent: the scripted connection is not live.`,
      );
    }
    this.presenceCommands.push(structuredClone(command));
  }

  #serveWaiting(): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const wanted = first.action;
      const found = this.performed.findIndex(
        (performed, index) => index >= this.#cursor && (wanted === undefined || performed.action === wanted),
      );
      const performed = this.performed[found];
      if (performed === undefined) return;
      this.#cursor = found + 1;
      this.#waiting.shift();
      first.resolve(performed);
    }
  }

  #tell(state: ConnectionState): void {
    this.#state = state;
    if (!this.#closed) this.#observer.stateChanged(state);
  }
}
