import { Allowance } from '../../templates/node/src/cable/allowance.js';
import { ChannelCalls } from '../../templates/node/src/cable/channel-calls.js';
import type { Channel, JsonObject } from '../../templates/node/src/cable/channel.js';
import type { Client } from '../../templates/node/src/cable/client.js';
import { Dispatcher } from '../../templates/node/src/cable/dispatcher.js';
import * as frames from '../../templates/node/src/cable/frames.js';
import { StreamHistory, type HistoryLimits } from '../../templates/node/src/cable/history.js';
import { Hub } from '../../templates/node/src/cable/hub.js';
import type { Identity } from '../../templates/node/src/cable/identity.js';
import { PresenceAudience } from '../../templates/node/src/cable/presence-audience.js';
import { PresenceStore } from '../../templates/node/src/cable/presence.js';
import { Presenter } from '../../templates/node/src/cable/presenter.js';
import { Publisher } from '../../templates/node/src/cable/publisher.js';
import { SessionStore } from '../../templates/node/src/cable/sessions.js';
import type { Logger } from '../../templates/node/src/logger.js';
import type { Link } from './link.js';
import type { Timeline } from './timeline.js';

export interface CableParts {
  readonly timeline: Timeline;
  readonly channels: Readonly<Record<string, Channel>>;
  readonly history: HistoryLimits;
  readonly sessionTtl: number;
  readonly logger: Logger;
}

const PING_MS = 3_000;
/** AnyCable leaves a peer that is gone to TCP; the embedded server looks. */
const DEAD_PEER_MS = 15_000;
/** Nobody is present in these trials. */
const PRESENCE = {
  ttl: 15_000,
  members: 0,
  memberBytes: 0,
  streamBytes: 0,
  totalBytes: 0,
  placesPerUser: 0,
  bytesPerUser: 0,
};

/**
 * The server's half of the cable: the real dispatcher, hub, history and sessions over simulated connections. One broker,
 * however many chat processes there are behind it, as under AnyCable.
 */
export class Cable {
  readonly #parts: CableParts;
  readonly #hub = new Hub<Client>();
  readonly #history: StreamHistory;
  readonly #sessions: SessionStore;
  readonly #publisher: Publisher;
  readonly #dispatcher: Dispatcher;
  readonly #peers = new Set<Peer>();
  #epochs = 0;
  #connections = 0;
  /** How many messages were published so far. */
  published = 0;

  constructor(parts: CableParts) {
    this.#parts = parts;
    const now = () => parts.timeline.now;
    this.#history = new StreamHistory(parts.history, this.#newEpoch(), now);
    this.#sessions = new SessionStore({ ttl: parts.sessionTtl, limit: 1_000 }, now);
    this.#publisher = new Publisher(this.#hub, this.#history);
    const store = new PresenceStore(PRESENCE, now);
    const audience = new PresenceAudience(this.#hub, store);
    const allowance = new Allowance({ most: 200, perSecond: 50 }, now);
    this.#dispatcher = new Dispatcher({
      calls: new ChannelCalls(parts.channels, parts.logger),
      hub: this.#hub,
      history: this.#history,
      publisher: this.#publisher,
      presenter: new Presenter({ store, audience, ofUser: allowance, ofStream: allowance }),
      sessions: this.#sessions,
      allowance,
      maxSubscriptions: 10,
      logger: parts.logger,
    });
  }

  get historyLimit(): number {
    return this.#parts.history.limit;
  }

  broadcast(stream: string, message: JsonObject): void {
    this.published++;
    this.#publisher.publish(stream, { json: JSON.stringify(message) });
  }

  /** A client has connected, and wants this session back. */
  accept(link: Link, identity: Identity, previousSid: string | undefined): void {
    const { timeline } = this.#parts;
    const scope = timeline.scope('connection');
    const peer: Peer = {
      sid: `sid-${++this.#connections}`,
      identity,
      resumable: true,
      open: true,
      subscriptions: new Map(),
      send: (text) => link.send('down', text),
      sendTransient: (text) => {
        link.send('down', text);
        return true;
      },
      dropped: () => undefined,
      link,
    };
    this.#peers.add(peer);
    let working = Promise.resolve();
    const end = () => {
      if (!peer.open) return;
      peer.open = false;
      scope.stop();
      this.#peers.delete(peer);
      this.#dispatcher.detach(peer);
      void working.then(() => this.#dispatcher.disconnected(peer));
    };
    link.attach('up', {
      received: (text) => {
        working = working.then(() => (peer.open ? this.#dispatcher.dispatch(peer, text) : undefined));
      },
      closed: end,
    });
    const beat = () => {
      if (link.deadFor > DEAD_PEER_MS) {
        link.cut('up');
        return;
      }
      peer.send(frames.ping(Math.floor(timeline.now / 1_000)));
      scope.after(PING_MS, beat);
    };
    scope.after(PING_MS, beat);
    const previous = previousSid === undefined ? undefined : this.#sessions.find(previousSid, identity.user);
    if (previous !== undefined) {
      this.#dispatcher.restore(peer, previous.subscriptions);
    } else {
      peer.send(frames.welcome(peer.sid));
      this.#dispatcher.commit(peer);
    }
  }

  /** The broker's process is started anew: no connection, no session and no history survives, and the epoch is another. */
  restart(): void {
    for (const { link } of [...this.#peers]) link.cut();
    this.#history.forget(this.#newEpoch());
    this.#sessions.forget();
  }

  #newEpoch(): string {
    return `epoch-${++this.#epochs}`;
  }
}

interface Peer extends Client {
  open: boolean;
  readonly link: Link;
}
