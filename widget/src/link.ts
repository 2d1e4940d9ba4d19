import { ConfigurationError, TransportError } from './errors.js';
import type {
  ConnectionState,
  Subscription,
  SubscriptionObserver,
  SubscriptionParams,
  Transport,
} from './transport/transport.js';

export interface LinkOptions {
  readonly transport: Transport;
  readonly channel: string;
  readonly channelParams: SubscriptionParams;
  readonly observer: SubscriptionObserver;
}

/**
 * The subscription to one conversation, and after a switch to another one: only the newest is listened to, whatever an
 * older one still has to say.
 */
export class Link {
  readonly #options: LinkOptions;
  #subscription: Subscription | undefined;
  #state: ConnectionState = { status: 'connecting' };
  #generation = 0;
  #wasLive = false;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** True once this conversation had a connection: what is not there now is gone, not just late. */
  get wasLive(): boolean {
    return this.#wasLive;
  }

  open(conversationId: string): void {
    this.close();
    const { transport, channel, channelParams, observer } = this.#options;
    const generation = this.#generation;
    const isCurrent = () => generation === this.#generation;
    this.#state = { status: 'connecting' };
    this.#wasLive = false;
    const params = { ...channelParams, conversation_id: conversationId };
    try {
      this.#subscription = transport.subscribe(channel, params, {
        stateChanged: (state) => isCurrent() && this.#changed(state),
        messageReceived: (message, meta) => isCurrent() && observer.messageReceived(message, meta),
        historyLost: () => isCurrent() && observer.historyLost(),
        messageRefused: (error) => isCurrent() && observer.messageRefused?.(error),
      });
    } catch (cause) {
      throw new ConfigurationError('transport', `transport.subscribe failed: ${(cause as Error).message}`, { cause });
    }
    // What a transport said before `subscribe` returned came too early to be acted upon.
    if (this.#state.status !== 'connecting') observer.stateChanged(this.#state);
  }

  close(): void {
    this.#generation++;
    const subscription = this.#subscription;
    this.#subscription = undefined;
    subscription?.close();
  }

  /** Rejects with a TransportError where there is no connection. */
  async perform(action: string, data: Readonly<Record<string, unknown>>): Promise<void> {
    if (this.#subscription === undefined) throw new TransportError('not_connected', `${action} was not sent.`);
    await this.#subscription.perform(action, data);
  }

  /** The server refuses this conversation; the connection itself is none the worse for it. */
  refuse(detail: string): void {
    this.close();
    this.#state = { status: 'closed', reason: { code: 'rejected', detail } };
    this.#options.observer.stateChanged(this.#state);
  }

  renew(): void {
    this.#subscription?.renew?.();
  }

  /** The visitor wants a connection now. */
  reconnect(conversationId: string): void {
    if (this.#state.status === 'closed' && this.#state.reason.code === 'rejected') this.open(conversationId);
    else this.#options.transport.reconnect?.();
  }

  /** The page came back to life. */
  wake(): void {
    const { transport } = this.#options;
    if (transport.wake !== undefined) transport.wake();
    else if (this.#state.status === 'offline') transport.reconnect?.();
  }

  #changed(state: ConnectionState): void {
    this.#state = state;
    if (state.status === 'live') this.#wasLive = true;
    if (this.#subscription !== undefined) this.#options.observer.stateChanged(state);
  }
}
