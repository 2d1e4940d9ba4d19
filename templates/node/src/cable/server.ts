/**
 * The cable: takes WebSocket upgrades, serves channels, publishes to streams. One process only; a site that needs more
 * than one puts AnyCable (https://anycable.io) in its place, and its pages do not notice.
 *
 * Where it differs from AnyCable (each with its reason, in the file that decides it): `commands.ts` (a malformed frame
 * costs that frame only; an empty presence id is refused), `dispatcher.ts` (rejection instead of silence, and bounds on
 * subscriptions and whispers), `sessions.ts` (a session is given back only to its own user), `subscription.ts` (whom a
 * channel joined stays present in a restored session), `presence.ts` (nobody who is connected expires, and there are
 * bounds), `presenter.ts` (an error instead of silence; whom a channel joined is its to say), `connection.ts` and
 * `presence-audience.ts` (neither a whisper nor presence costs a slow listener its connection), `pubsub-channel.ts` (no
 * signature is good without a key; reserved names), `history.ts` (offsets never repeat), `origin.ts` (other origins are
 * refused by default).
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type { Logger } from '../logger.js';
import { Allowance } from './allowance.js';
import type { Broadcast, Channel, JsonObject } from './channel.js';
import { ChannelCalls } from './channel-calls.js';
import type { Client } from './client.js';
import { Connection } from './connection.js';
import { Dispatcher } from './dispatcher.js';
import { CableError } from './errors.js';
import * as frames from './frames.js';
import { StreamHistory } from './history.js';
import { Hub } from './hub.js';
import type { Identify, Identity, Refusal } from './identity.js';
import { guardLog } from './guarded-log.js';
import { resolveCableOptions } from './options.js';
import type { CableOptions, PartialCableOptions } from './options.js';
import { isOriginAllowed } from './origin.js';
import { PresenceStore } from './presence.js';
import type { PresenceLimits } from './presence.js';
import { PresenceAudience } from './presence-audience.js';
import { Presenter } from './presenter.js';
import { createPubSubChannel, PUBSUB_CHANNEL } from './pubsub-channel.js';
import { Publisher } from './publisher.js';
import type { PublicationMeta } from './publisher.js';
import { SessionStore } from './sessions.js';
import { EXTENDED_PROTOCOL, chooseSubprotocol } from './subprotocol.js';
import { handshakeParameters } from './handshake.js';
import { refuseUpgrade } from './refuse-upgrade.js';
import { TurnQueue } from './turns.js';

export interface CableServerParts {
  readonly channels: Readonly<Record<string, Channel>>;
  readonly identify: Identify;
  readonly logger: Logger;
  readonly options?: PartialCableOptions;
  /** Header lines to add to the 101 response, such as `Set-Cookie: …`. */
  readonly responseHeaders?: (request: IncomingMessage) => readonly string[];
  /** Milliseconds since the Unix epoch. */
  readonly now?: () => number;
}

export interface CableStats {
  readonly connections: number;
  readonly streams: number;
  readonly sessions: number;
  readonly history: { readonly epoch: string; readonly streams: number; readonly bytes: number };
}

/** Milliseconds. The shortest is for TTLs that only tests have. */
const SWEEP_INTERVAL = 1_000;
const SHORTEST_SWEEP_INTERVAL = 50;

export class CableServer {
  readonly #options: CableOptions;
  readonly #identify: Identify;
  readonly #logger: Logger;
  readonly #history: StreamHistory;
  readonly #sessions: SessionStore;
  readonly #presence: PresenceStore;
  readonly #hub = new Hub<Client>();
  readonly #publisher: Publisher;
  readonly #presenter: Presenter;
  readonly #allowance: Allowance;
  readonly #turns = new TurnQueue();
  readonly #dispatcher: Dispatcher;
  readonly #sockets: WebSocketServer;
  /** Until they have ended wholly, also while they are closing. */
  readonly #connections = new Set<Connection>();
  readonly #sweeper: NodeJS.Timeout;
  readonly #sweepInterval: number;
  #sweeps = 0;
  #quiet = false;
  #closed: Promise<void> | undefined;

  constructor({ channels, identify, logger, options, responseHeaders, now = Date.now }: CableServerParts) {
    this.#options = resolveCableOptions(options);
    this.#identify = identify;
    this.#logger = guardLog(logger);
    this.#history = new StreamHistory(this.#options.history, newEpoch(), now);
    const { sessionTtl: ttl, sessionLimit: limit, sessionBytes: bytes } = this.#options;
    const { sessionLimitPerUser: perUser, sessionBytesPerUser: bytesPerUser } = this.#options;
    this.#sessions = new SessionStore({ ttl, limit, bytes, perUser, bytesPerUser }, now);
    this.#presence = new PresenceStore(presenceLimits(this.#options), now);
    this.#publisher = new Publisher(this.#hub, this.#history);
    const { relayedPerSecond: perSecond, streams, maxSubscriptions } = this.#options;
    this.#allowance = new Allowance({ most: perSecond * 4, perSecond }, now);
    const { presenceLimit, presencePerSecond } = this.#options;
    this.#presenter = new Presenter({
      store: this.#presence,
      audience: new PresenceAudience(this.#hub, this.#presence),
      ofUser: this.#allowance,
      ofStream: new Allowance({ most: presenceLimit, perSecond: presencePerSecond }, now),
    });
    const pubsub = streams === undefined ? {} : { [PUBSUB_CHANNEL]: createPubSubChannel(streams) };
    this.#dispatcher = new Dispatcher({
      calls: new ChannelCalls({ ...pubsub, ...channels }, this.#logger),
      hub: this.#hub,
      history: this.#history,
      publisher: this.#publisher,
      presenter: this.#presenter,
      sessions: this.#sessions,
      allowance: this.#allowance,
      maxSubscriptions,
      logger: this.#logger,
    });
    this.#sockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: this.#options.maxMessageBytes,
      handleProtocols: (offered) => chooseSubprotocol(offered) ?? false,
    });
    this.#sockets.on('headers', (lines, request) => lines.push(...(responseHeaders?.(request) ?? [])));
    this.#sweepInterval = sweepIntervalFor(ttl);
    this.#sweeper = setInterval(() => this.#sweep(), this.#sweepInterval);
    this.#sweeper.unref();
  }

  get stats(): CableStats {
    return {
      connections: this.#openConnections().length,
      streams: this.#hub.streams,
      sessions: this.#sessions.size,
      history: { epoch: this.#history.epoch, ...this.#history.size },
    };
  }

  /** For WebSocket handshakes of `server.on('upgrade', …)`. What is not for this cable is refused with 403, 404 or 503. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const url = URL.canParse(request.url ?? '', 'http://host') ? new URL(request.url ?? '', 'http://host') : undefined;
    if (this.#quiet) return refuseUpgrade(socket, 503, 'The server is shutting down.');
    if (url?.pathname !== this.#options.path) return refuseUpgrade(socket, 404, 'There is no WebSocket here.');
    const { origin, host } = request.headers;
    if (!isOriginAllowed(origin, host, this.#options)) {
      this.#logger.warn('refused a connection from another origin; ALLOWED_ORIGINS lists those to accept', {
        origin,
        host,
      });
      return refuseUpgrade(socket, 403, 'This origin is not allowed to connect.');
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => this.#accept(webSocket, request, url));
  }

  /**
   * Publishes to the subscribers of a stream: into its history first, then to each in order.
   * Throws CableError `invalid_message` for what JSON cannot hold.
   */
  readonly broadcast: Broadcast = (stream, message) => {
    this.#publisher.publish(stream, { json: encode(message) });
  };

  /**
   * What a backend publishes over HTTP: `json` is any message, encoded already; `meta`, see PublicationMeta.
   * https://docs.anycable.io/anycable-go/broadcasting
   */
  publish(stream: string, json: string, { excludeSid, type, isTransient = false }: PublicationMeta = {}): void {
    if (isTransient) this.#publisher.announce(stream, { json, type }, excludeSid);
    else this.#publisher.publish(stream, { json, type }, excludeSid);
  }

  /** Who is present in a stream: what was told about them, by id, in the order in which they joined. */
  presence(stream: string): ReadonlyMap<string, unknown> {
    return new Map(
      this.#presence
        .members(stream)
        .map(({ id, info }): [string, unknown] => [id, info === undefined ? undefined : JSON.parse(info)]),
    );
  }

  /** Ends every connection, with the reason said. */
  disconnectAll(reason: frames.DisconnectReason, { reconnect }: { readonly reconnect: boolean }): void {
    for (const connection of this.#connections) connection.disconnect(reason, reconnect);
  }

  /** Ends all connections of a user (AnyCable's remote disconnect). Returns how many there were. */
  disconnect(
    user: string,
    options: { readonly reconnect: boolean; readonly reason?: frames.DisconnectReason },
  ): number {
    const theirs = this.#connectionsOf(user);
    for (const connection of theirs) connection.disconnect(options.reason ?? 'remote', options.reconnect);
    return theirs.length;
  }

  /** Cuts all connections of a user without a word, as a broken network does. Returns how many there were. */
  cut(user: string): number {
    const theirs = this.#connectionsOf(user);
    for (const connection of theirs) connection.cut();
    return theirs.length;
  }

  /** Forgets the history of all streams and begins a new epoch, as a restart of a broker does. */
  forgetHistory(): void {
    this.#history.forget(newEpoch());
  }

  /** Empties the history of the streams whose names begin so, as an overrun does. Returns how many there were. */
  overrunHistory(prefix: string): number {
    return this.#history.empty((stream) => stream.startsWith(prefix));
  }

  /** Forgets all sessions: every client that comes back begins anew. */
  forgetSessions(): void {
    this.#sessions.forget();
  }

  /**
   * The first half of closing: takes no connections and no commands any more, and resolves when those at work have ended.
   * What is broadcast still arrives, so that whoever publishes can have the last word.
   */
  async quiesce(): Promise<void> {
    this.#quiet = true;
    await Promise.all([...this.#connections].map((connection) => connection.quiesce()));
  }

  /**
   * Sends `disconnect` (`server_restart`, reconnect) to everybody, and resolves when all sockets are closed and all
   * commands and callbacks have ended. Idempotent.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#quiet = true;
    clearInterval(this.#sweeper);
    const all = [...this.#connections];
    for (const connection of all) connection.disconnect('server_restart', true);
    await Promise.all(all.map((connection) => connection.ended));
    this.#sockets.close();
  }

  #accept(webSocket: WebSocket, request: IncomingMessage, url: URL): void {
    const handshake = handshakeParameters(request, url);
    const connection = new Connection(
      webSocket,
      randomBytes(16).toString('base64url'),
      webSocket.protocol === EXTENDED_PROTOCOL && this.#options.sessionTtl > 0,
      {
        ...this.#options,
        pingInterval: handshake.pingInterval ?? this.#options.pingInterval,
        pingPrecision: handshake.pingPrecision,
      },
      this.#logger,
      (self) => ({
        turn: () => this.#turns.next(self.identity?.user ?? ''),
        received: (text) => this.#dispatcher.dispatch(self, text),
        detached: () => this.#dispatcher.detach(self),
        ended: async () => {
          await this.#dispatcher.disconnected(self);
          this.#connections.delete(self);
        },
      }),
    );
    this.#connections.add(connection);
    void this.#authenticate(connection, request, handshake.previousSid);
  }

  async #authenticate(
    connection: Connection,
    request: IncomingMessage,
    previousSid: string | undefined,
  ): Promise<void> {
    let identity: Identity | Refusal | null;
    try {
      identity = await this.#identify(request);
    } catch (error) {
      this.#logger.error('identifying a client failed', { sid: connection.sid, error });
      return connection.close(1011, 'Auth Error');
    }
    if (identity === null) return connection.disconnect('unauthorized', false);
    if ('refused' in identity) return connection.disconnect(identity.refused, false);
    if (!connection.open) return;
    connection.identity = identity;
    const previous =
      previousSid !== undefined && connection.resumable ? this.#sessions.find(previousSid, identity.user) : undefined;
    if (previous !== undefined) {
      this.#dispatcher.restore(connection, previous.subscriptions);
    } else {
      connection.send(frames.welcome(connection.sid));
      this.#dispatcher.commit(connection);
    }
    this.#logger.debug('client connected', { sid: connection.sid, restored: previous !== undefined });
    connection.start();
  }

  #connectionsOf(user: string): Connection[] {
    return this.#openConnections().filter(({ identity }) => identity?.user === user);
  }

  #openConnections(): Connection[] {
    return [...this.#connections].filter(({ open }) => open);
  }

  #sweep(): void {
    this.#history.expire();
    this.#sessions.expire();
    this.#presenter.sweep();
    this.#allowance.expire();
    const keepAliveEvery = Math.max(1, Math.floor(this.#options.sessionTtl / 2 / this.#sweepInterval));
    if (++this.#sweeps % keepAliveEvery !== 0) return;
    for (const connection of this.#openConnections()) if (connection.resumable) this.#sessions.touch(connection.sid);
  }
}

/** Sessions in use are kept alive by the sweeps, twice a TTL as AnyCable does it: a short one needs more of them. */
function sweepIntervalFor(sessionTtl: number): number {
  if (sessionTtl === 0) return SWEEP_INTERVAL;
  return Math.min(SWEEP_INTERVAL, Math.max(SHORTEST_SWEEP_INTERVAL, sessionTtl / 2));
}

/** Long enough never to come twice: AnyCable's four characters would repeat once in a while over many restarts. */
function newEpoch(): string {
  return randomBytes(6).toString('base64url');
}

function presenceLimits(options: CableOptions): PresenceLimits {
  return {
    ttl: options.presenceTtl,
    members: options.presenceLimit,
    memberBytes: options.presenceMemberBytes,
    streamBytes: options.presenceBytesPerStream,
    totalBytes: options.presenceBytes,
    placesPerUser: options.presencePlacesPerUser,
    bytesPerUser: options.presenceBytesPerUser,
  };
}

function encode(message: JsonObject): string {
  try {
    return JSON.stringify(message);
  } catch (error) {
    throw new CableError('invalid_message', 'a broadcast must be a plain JSON object', { cause: error });
  }
}
