import { TransportError } from '../../widget/src/errors.js';
import { reconnectDelay } from '../../widget/src/transport/reconnect.js';
import type {
  ConnectionState,
  DisconnectReason,
  Subscription,
  SubscriptionObserver,
  SubscriptionParams,
  Transport,
} from '../../widget/src/transport/transport.js';
import type { Chance } from './chance.js';
import type { Link } from './link.js';
import type { Scope } from './timeline.js';

export interface TransportParts {
  /** The page's. */
  readonly clock: Scope;
  readonly chance: Chance;
  /** Opens a connection, and asks for this session back. Undefined: refused. */
  readonly dial: (sid: string | undefined) => Link | undefined;
  /** The server had not kept what was missed. */
  readonly historyRejected: () => void;
}

/** What a frame of the cable may have; the server is ours, so its frames are taken as they are. */
interface Incoming {
  readonly type?: string;
  readonly sid?: string;
  readonly restored?: boolean;
  readonly restored_ids?: readonly string[];
  readonly identifier?: string;
  readonly message?: unknown;
  readonly stream_id?: string;
  readonly epoch?: string;
  readonly offset?: number;
}

interface Position {
  readonly epoch: string;
  readonly offset: number;
}

/** Two pings missed, as @anycable/core counts. */
const STALE_MS = 6_000;
const LOOK_MS = 1_500;

/**
 * The page's half of the cable, with @anycable/core's ways and faults: positions follow whatever arrives, so they jump
 * over what was lost; nothing is told apart from its double; a stale position stays after history was refused.
 */
export class SimulatedTransport implements Transport {
  readonly #parts: TransportParts;
  readonly #subscriptions = new Map<string, SimulatedSubscription>();
  readonly #positions = new Map<string, Position>();
  readonly #streams = new Map<string, Set<string>>();
  readonly #since: number;
  #link: Link | undefined;
  #isWelcome = false;
  #sid: string | undefined;
  #attempt = 0;
  #lastHeard = 0;
  #cancelRetry: (() => void) | undefined;

  constructor(parts: TransportParts) {
    this.#parts = parts;
    this.#since = Math.floor(parts.clock.now() / 1_000);
    parts.clock.after(LOOK_MS, () => this.#look());
  }

  subscribe(channel: string, params: SubscriptionParams, observer: SubscriptionObserver): Subscription {
    const identifier = JSON.stringify({ channel, ...params });
    const subscription = new SimulatedSubscription(identifier, observer, {
      send: (command) => this.#send(command),
      left: () => {
        if (this.#subscriptions.get(identifier) === subscription) this.#subscriptions.delete(identifier);
      },
      renew: () => this.#request(identifier),
    });
    this.#subscriptions.set(identifier, subscription);
    subscription.tell({ status: 'connecting' });
    if (this.#isWelcome) this.#request(identifier);
    else if (this.#link === undefined) this.#plan(0);
    return subscription;
  }

  reconnect(): void {
    if (this.#link === undefined) this.#plan(0);
  }

  /** The page came back to life: whether the connection did too is asked at once. */
  wake(): void {
    if (this.#link === undefined) this.reconnect();
    else if (this.#link.deadFor > 0) this.#parts.clock.after(1_000, () => this.#lost(this.#link, { code: 'stale' }));
  }

  /** The page is gone. */
  end(): void {
    this.#link?.cut('down');
    this.#link = undefined;
  }

  #plan(delay: number): void {
    this.#cancelRetry?.();
    this.#cancelRetry = this.#parts.clock.after(delay, () => this.#dial());
  }

  #dial(): void {
    const link = this.#parts.dial(this.#sid);
    if (link === undefined) {
      this.#retry();
      return;
    }
    this.#link = link;
    this.#lastHeard = this.#parts.clock.now();
    link.attach('down', {
      received: (text) => {
        if (link === this.#link && !this.#parts.clock.isStopped) this.#received(JSON.parse(text) as Incoming);
      },
      closed: () => this.#lost(link, { code: 'network' }),
    });
  }

  #retry(): void {
    const delay = reconnectDelay(this.#attempt, this.#parts.chance.next);
    this.#attempt++;
    this.#plan(delay);
  }

  #lost(link: Link | undefined, reason: DisconnectReason): void {
    if (link === undefined || link !== this.#link || this.#parts.clock.isStopped) return;
    this.#link = undefined;
    this.#isWelcome = false;
    link.cut('down');
    this.#retry();
    for (const subscription of [...this.#subscriptions.values()]) subscription.tell({ status: 'offline', reason });
  }

  /** The monitor: what was silent for too long is given up. */
  #look(): void {
    if (this.#parts.clock.now() - this.#lastHeard > STALE_MS) this.#lost(this.#link, { code: 'stale' });
    this.#parts.clock.after(LOOK_MS, () => this.#look());
  }

  #received(frame: Incoming): void {
    this.#lastHeard = this.#parts.clock.now();
    const { type, identifier = '' } = frame;
    switch (type) {
      case 'welcome':
        this.#welcomed(frame);
        return;
      case 'confirm_subscription':
        this.#subscriptions.get(identifier)?.tell({ status: 'live', restored: false });
        return;
      case 'reject_history':
        this.#parts.historyRejected();
        this.#subscriptions.get(identifier)?.historyLost();
        return;
      case undefined:
        this.#messageReceived(identifier, frame);
        return;
      default: // ping, confirm_history, disconnect (the link ends as well)
    }
  }

  #welcomed({ sid, restored = false, restored_ids }: Incoming): void {
    this.#sid = sid;
    this.#attempt = 0;
    this.#isWelcome = true;
    const restoredIds = restored ? (restored_ids ?? []) : [];
    for (const identifier of restoredIds) {
      this.#send({ identifier, command: 'history', history: this.#historyOf(identifier) });
    }
    for (const [identifier, subscription] of [...this.#subscriptions]) {
      if (restoredIds.includes(identifier)) subscription.tell({ status: 'live', restored: true });
      else this.#request(identifier);
    }
  }

  #request(identifier: string): void {
    this.#send({ command: 'subscribe', identifier, history: this.#historyOf(identifier) });
  }

  #historyOf(identifier: string): object {
    const streams: Record<string, Position> = {};
    for (const stream of this.#streams.get(identifier) ?? []) {
      const position = this.#positions.get(stream);
      if (position !== undefined) streams[stream] = position;
    }
    return { since: this.#since, streams };
  }

  #messageReceived(identifier: string, { message, stream_id, epoch, offset }: Incoming): void {
    if (stream_id !== undefined && epoch !== undefined && offset !== undefined) {
      this.#positions.set(stream_id, { epoch, offset });
      const streams = this.#streams.get(identifier) ?? new Set();
      this.#streams.set(identifier, streams.add(stream_id));
    }
    this.#subscriptions.get(identifier)?.messageReceived(message);
  }

  #send(command: Readonly<Record<string, unknown>>): void {
    if (this.#isWelcome) this.#link?.send('up', JSON.stringify(command));
  }
}

interface SubscriptionParts {
  readonly send: (command: Readonly<Record<string, unknown>>) => void;
  readonly left: () => void;
  readonly renew: () => void;
}

class SimulatedSubscription implements Subscription {
  readonly #identifier: string;
  readonly #observer: SubscriptionObserver;
  readonly #parts: SubscriptionParts;
  #state: ConnectionState | undefined;
  #isClosed = false;

  constructor(identifier: string, observer: SubscriptionObserver, parts: SubscriptionParts) {
    this.#identifier = identifier;
    this.#observer = observer;
    this.#parts = parts;
  }

  tell(state: ConnectionState): void {
    if (this.#isClosed || (state.status !== 'live' && state.status === this.#state?.status)) return;
    this.#state = state;
    this.#observer.stateChanged(state);
  }

  messageReceived(message: unknown): void {
    if (!this.#isClosed) this.#observer.messageReceived(message);
  }

  historyLost(): void {
    if (!this.#isClosed) this.#observer.historyLost();
  }

  async perform(action: string, data: Readonly<Record<string, unknown>>): Promise<void> {
    if (this.#isClosed || this.#state?.status !== 'live') {
      throw new TransportError('not_connected', `${action} was not sent: there is no connection.`);
    }
    this.#parts.send({ command: 'message', identifier: this.#identifier, data: JSON.stringify({ ...data, action }) });
  }

  renew(): void {
    if (this.#isClosed) return;
    this.#parts.send({ command: 'unsubscribe', identifier: this.#identifier });
    this.#parts.renew();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#parts.left();
    this.#parts.send({ command: 'unsubscribe', identifier: this.#identifier });
  }
}
