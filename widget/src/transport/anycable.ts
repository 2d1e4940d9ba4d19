import { ActionCableExtendedProtocol, ActionCableProtocol, Cable, WebSocketTransport } from '@anycable/core';
import type { ReasonError } from '@anycable/core';
import { Channel } from '@anycable/web';
import type { Clock, Random } from '../clock.js';
import { TransportError } from '../errors.js';
import { decodePresence } from '../protocol/presence.js';
import { JsonEncoder } from './encoder.js';
import { ReconnectMonitor } from './monitor.js';
import { reconnectDelay } from './reconnect.js';
import { isSameState } from './same-state.js';
import type { TokenSource } from './token.js';
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

/** A refusal is the server's last word, but it may change its mind. */
const REJECTED_MS = 30_000;
const REJECTED_CAP_MS = 300_000;

/** @anycable/core drops a confirmation that comes within 250 ms of an unsubscribe from the same channel. */
const RENEW_MS = 500;

/** A token that was renewed this often in a row and still counts as expired will not get better. */
const MOST_EXPIRED_IN_A_ROW = 3;

interface OpenCable {
  readonly cable: Cable;
  readonly encoder: JsonEncoder;
  readonly monitor: ReconnectMonitor;
}

/**
 * One cable (one WebSocket) of @anycable/web behind the transport port. What that client leaves out, by design or by
 * accident, is made good here where it concerns the connection, and in the session where it concerns the messages.
 */
export class AnyCableTransport implements Transport {
  readonly #options: AnyCableOptions;
  readonly #subscriptions = new Set<CableSubscription>();
  #open: OpenCable | undefined;
  #cancelLinger: (() => void) | undefined;
  #cancelRefresh: (() => void) | undefined;
  #expiredInARow = 0;

  constructor(options: AnyCableOptions) {
    this.#options = options;
  }

  subscribe(channel: string, params: SubscriptionParams, observer: SubscriptionObserver): Subscription {
    this.#cancelLinger?.();
    this.#cancelLinger = undefined;
    const open = (this.#open ??= this.#create());
    const { cable, monitor } = open;
    // The first subscription of a cable connects it.
    if (cable.state === 'idle') monitor.connecting();
    const subscription = new CableSubscription(open, channel, params, observer, this.#options, () => {
      this.#subscriptions.delete(subscription);
      if (this.#subscriptions.size === 0) this.#linger();
    });
    this.#subscriptions.add(subscription);
    subscription.start();
    return subscription;
  }

  reconnect(): void {
    if (this.#open === undefined) return;
    const { cable, monitor } = this.#open;
    if (cable.state === 'connected' || cable.state === 'connecting') return;
    this.#tell({ status: 'connecting' });
    // A closed cable waits for nothing; one that waits for its next attempt is told to make it now.
    if (cable.state === 'closed') monitor.connect();
    else monitor.reconnectNow();
  }

  wake(): void {
    this.#open?.monitor.wake();
  }

  #create(): OpenCable {
    const { url, protocol, tokens, random, clock } = this.#options;
    const encoder = new JsonEncoder((frame) => (cable as Cable & FrameReceiver).handleIncoming(frame));
    // Put together here, since `createCable` brings a monitor, fallbacks and other encodings to every page, and takes a
    // token and a history's beginning from meta tags by itself.
    const cable: Cable = new Cable({
      protocol:
        protocol === 'actioncable-v1-ext-json'
          ? new ActionCableExtendedProtocol({ historyTimestamp: false })
          : new ActionCableProtocol(),
      transport: new WebSocketTransport(url, {
        subprotocol: protocol,
        ...(tokens === undefined ? {} : { authStrategy: 'sub-protocol' }),
      }),
      encoder,
      performFailures: 'throw',
      ...(tokens === undefined
        ? {}
        : {
            transportConfigurator: async (transport: { setToken(token: string): void }) => {
              transport.setToken(await this.#token(tokens));
            },
          }),
    });
    const monitor = new ReconnectMonitor(cable, {
      clock,
      random,
      stale: () => cable.disconnected(staleConnection()),
    });
    cable.on('connect', () => {
      this.#expiredInARow = 0;
      this.#planRefresh();
    });
    cable.on('disconnect', (reason) => this.#tell({ status: 'offline', reason: disconnectReason(reason) }));
    cable.on('close', (reason) => this.#closed(reason));
    return { cable, encoder, monitor };
  }

  async #token(tokens: TokenSource): Promise<string> {
    try {
      return await tokens.current();
    } catch (error) {
      // Anything else is retried with the connection.
      if (isSignedOut(error)) queueMicrotask(() => this.#signOut(error.message));
      throw error;
    }
  }

  /** More attempts would only ask the endpoint again. */
  #signOut(detail: string): void {
    this.#open?.cable.disconnect();
    this.#tell({ status: 'closed', reason: { code: 'unauthorized', detail } });
  }

  /**
   * Renewed while the connection still holds: when it breaks, the next one need not wait for the endpoint, which may be
   * away as well. And whoever signed out elsewhere is signed out here, too.
   */
  #planRefresh(): void {
    this.#cancelRefresh?.();
    const { tokens, clock } = this.#options;
    const delay = tokens?.renewsIn();
    if (tokens === undefined || delay === undefined) return;
    this.#cancelRefresh = clock.after(delay, () => {
      tokens.current().then(
        () => this.#planRefresh(),
        (error: unknown) => {
          if (isSignedOut(error)) this.#signOut(error.message);
          // Else the next connection asks again.
        },
      );
    });
  }

  /** The server (or this client) ended the connection for good. */
  #closed(reason: ReasonError | undefined): void {
    if (reason === undefined) return;
    const { tokens, clock, random } = this.#options;
    if (reason.reason === 'token_expired' && tokens?.isRenewable && this.#expiredInARow < MOST_EXPIRED_IN_A_ROW) {
      tokens.invalidate();
      this.#tell({ status: 'offline', reason: { code: 'token', detail: 'token_expired' } });
      const delay = this.#expiredInARow === 0 ? 0 : reconnectDelay(this.#expiredInARow, random);
      this.#expiredInARow++;
      this.#cancelRefresh?.();
      this.#cancelRefresh = clock.after(delay, () => this.#open?.monitor.connect());
      return;
    }
    this.#tell({ status: 'closed', reason: disconnectReason(reason) });
  }

  #tell(state: ConnectionState): void {
    for (const subscription of this.#subscriptions) subscription.tell(state);
  }

  #linger(): void {
    this.#cancelLinger = this.#options.clock.after(LINGER_MS, () => {
      this.#cancelRefresh?.();
      this.#open?.monitor.dispose();
      this.#open?.cable.disconnect();
      this.#open = undefined;
      this.#options.idle?.();
    });
  }
}

function isSignedOut(error: unknown): error is TransportError {
  return error instanceof TransportError && error.reason === 'unauthorized';
}

class CableSubscription implements Subscription {
  readonly #cable: Cable;
  readonly #encoder: JsonEncoder;
  readonly #name: string;
  readonly #params: SubscriptionParams;
  readonly #observer: SubscriptionObserver;
  readonly #clock: Clock;
  readonly #ended: () => void;
  readonly presence: SubscriptionPresence | undefined;
  #channel: Channel | undefined;
  #state: ConnectionState | undefined;
  #closed = false;
  #failures = 0;
  #cancelRetry: (() => void) | undefined;

  constructor(
    { cable, encoder }: OpenCable,
    name: string,
    params: SubscriptionParams,
    observer: SubscriptionObserver,
    { clock, protocol }: { readonly clock: Clock; readonly protocol: CableProtocol },
    ended: () => void,
  ) {
    this.#cable = cable;
    this.#encoder = encoder;
    this.#name = name;
    this.#params = params;
    this.#observer = observer;
    this.#clock = clock;
    this.#ended = ended;
    // To Action Cable's own protocol, these would be commands that it does not know.
    if (protocol !== 'actioncable-v1-ext-json') return;
    this.presence = {
      join: (id, info) => this.#send('join', { presence: { id, info } }),
      leave: () => this.#send('leave'),
      request: () => this.#send('presence'),
    };
  }

  start(): void {
    if (this.#closed) return;
    this.#cancelRetry?.();
    const channel = new (channelClass(this.#name))({ ...this.#params });
    this.#channel = channel;
    channel.on('connect', ({ restored }) => {
      this.#failures = 0;
      // What the encoder confirmed in the server's place was restored, too.
      const isRestored = restored === true || this.#encoder.isRestored(channel.identifier);
      const presence = isRestored && this.#encoder.presenceRestored ? { presenceRestored: true } : {};
      this.tell({ status: 'live', restored: isRestored, ...presence });
    });
    channel.on('close', (reason) => {
      if (channel === this.#channel) this.#subscriptionLost(reason);
    });
    channel.on('info', ({ type }) => {
      if (channel === this.#channel && type === 'history_not_found') this.#observer.historyLost();
    });
    channel.on('message', (message, meta) => {
      if (channel === this.#channel) this.#observer.messageReceived(message, meta as MessageMeta | undefined);
    });
    channel.on('presence', (message) => {
      const event = channel === this.#channel ? decodePresence(message) : undefined;
      // What is no event is dropped: the next list puts right what it may have said.
      if (event !== undefined) this.#observer.presenceReceived?.(event);
    });
    this.tell({ status: 'connecting' });
    this.#cable.subscribe(channel);
  }

  tell(state: ConnectionState): void {
    if (this.#closed || isSameState(this.#state, state)) return;
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
    const channel = this.#channel;
    this.#channel = undefined;
    try {
      channel?.disconnect();
    } finally {
      this.#ended();
    }
  }

  renew(): void {
    if (this.#closed || this.#state?.status !== 'live') return;
    const channel = this.#channel;
    this.#channel = undefined;
    this.tell({ status: 'offline', reason: { code: 'network', detail: 'the subscription gave no answer' } });
    channel?.disconnect();
    this.#startAfter(RENEW_MS);
  }

  /**
   * A command of the extended protocol about this subscription. Past the client's own `presence`, which rejects the second of
   * two requests at once, waits for an answer for ever, keeps a member whom it was told to forget while offline, and takes
   * no new info of one who has joined (https://github.com/anycable/anycable-client/blob/master/packages/core/channel/presence.js).
   */
  async #send(command: 'join' | 'leave' | 'presence', fields: object = {}): Promise<void> {
    const channel = this.#channel;
    if (this.#closed || channel === undefined || this.#state?.status !== 'live') {
      throw new TransportError('not_connected', `${command} was not sent: there is no connection.`);
    }
    try {
      this.#cable.send({ command, identifier: channel.identifier, ...fields });
    } catch (error) {
      throw new TransportError('not_connected', `${command} was not sent: the connection is gone.`, { cause: error });
    }
  }

  /** Rejected: until the server changes its mind. Not answered, or lost in a race: the client gives up, we do not. */
  #subscriptionLost(reason: Error | undefined): void {
    if (this.#closed) return;
    this.#channel = undefined;
    if (reason?.name === 'SubscriptionRejectedError') {
      this.tell({ status: 'closed', reason: { code: 'rejected', detail: `${this.#name} refused the subscription` } });
      this.#startAfter(Math.min(REJECTED_CAP_MS, REJECTED_MS * 2 ** this.#failures++));
      return;
    }
    this.tell({ status: 'offline', reason: { code: 'network', detail: reason?.message ?? 'subscription lost' } });
    this.#startAfter(Math.min(RESUBSCRIBE_CAP_MS, RESUBSCRIBE_MS * 2 ** this.#failures++));
  }

  #startAfter(delay: number): void {
    this.#cancelRetry?.();
    this.#cancelRetry = this.#clock.after(delay, () => this.start());
  }
}

/** A method of the cable's that its types leave out: where its own transport hands in what came over the wire. */
interface FrameReceiver {
  handleIncoming(frame: string): void;
}

function channelClass(identifier: string): new (params: Record<string, string | number | boolean>) => Channel {
  return class extends Channel<Record<string, string | number | boolean>> {
    static override readonly identifier = identifier;
  } as unknown as new (params: Record<string, string | number | boolean>) => Channel;
}

/** As @anycable/core's own StaleConnectionError, which @anycable/web does not export. */
function staleConnection(): ReasonError {
  const error: Error & { reason?: string } = new Error('nothing comes through any more');
  error.reason = 'stale_connection';
  return error as ReasonError;
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
