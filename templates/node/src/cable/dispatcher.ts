/**
 * What each command does: AnyCable's `Node` (https://github.com/anycable/anycable/blob/master/node/node.go) and, behind
 * it, what Action Cable does with a channel. Sends through a `Client`, and knows no socket.
 *
 * Where AnyCable and Rails stay silent because the channel could not be called at all (unknown channel, an exception in
 * `subscribed`), the subscription is rejected here: silence would have the client wait for its time-out.
 */
import type { Logger } from '../logger.js';
import type { Channel, ChannelContext, JsonObject } from './channel.js';
import { openContext } from './channel-context.js';
import type { ContextEffects } from './channel-context.js';
import { decodeAction, decodeCommand, decodeIdentifier } from './commands.js';
import type { ClientCommand, DropReason, HistoryRequest } from './commands.js';
import * as frames from './frames.js';
import type { StreamHistory } from './history.js';
import type { Hub } from './hub.js';
import type { Identity } from './identity.js';
import { collectBacklog } from './replay.js';
import type { SessionStore } from './sessions.js';

/** The sender of a command, as far as a command needs it. */
export interface Client {
  readonly sid: string;
  readonly identity: Identity | undefined;
  readonly resumable: boolean;
  readonly open: boolean;
  readonly subscriptions: Map<string, Set<string>>;
  send(text: string): void;
  dropped(reason: DropReason, fields: Readonly<Record<string, unknown>>): void;
}

export interface DispatcherParts {
  readonly channels: Readonly<Record<string, Channel>>;
  readonly hub: Hub<Client>;
  readonly history: StreamHistory;
  readonly sessions: SessionStore;
  /** Of one client. */
  readonly maxSubscriptions: number;
  readonly logger: Logger;
}

/** In characters. What a page asks for fits many times; what is longer only fills memory and log. */
const MAX_IDENTIFIER_LENGTH = 4_096;

type CommandOf<Name extends ClientCommand['command']> = Extract<ClientCommand, { command: Name }>;

export class Dispatcher {
  readonly #channels: ReadonlyMap<string, Channel>;
  readonly #hub: Hub<Client>;
  readonly #history: StreamHistory;
  readonly #sessions: SessionStore;
  readonly #maxSubscriptions: number;
  readonly #logger: Logger;

  constructor({ channels, hub, history, sessions, maxSubscriptions, logger }: DispatcherParts) {
    // A map, so that a channel named `constructor` or `__proto__` is as unknown as any other.
    this.#channels = new Map(Object.entries(channels));
    this.#hub = hub;
    this.#history = history;
    this.#sessions = sessions;
    this.#maxSubscriptions = maxSubscriptions;
    this.#logger = logger;
  }

  /** Never throws: what goes wrong is logged. */
  async dispatch(client: Client, text: string): Promise<void> {
    const decoded = decodeCommand(text);
    if (!decoded.ok) {
      client.dropped(decoded.reason, { detail: decoded.detail });
      return;
    }
    const { command } = decoded;
    switch (command.command) {
      case 'pong':
        return;
      case 'ping':
        client.send(frames.pong());
        return;
      case 'subscribe':
        return this.#subscribe(client, command);
      case 'unsubscribe':
        return this.#unsubscribe(client, command);
      case 'message':
        return this.#perform(client, command);
      case 'history':
        return this.#replay(client, command);
    }
  }

  /** Gives a client back what it had, and says so; runs no channel callbacks, as AnyCable. */
  restore(client: Client, subscriptions: ReadonlyMap<string, ReadonlySet<string>>): void {
    for (const [identifier, streams] of subscriptions) {
      client.subscriptions.set(identifier, new Set(streams));
      for (const stream of streams) this.#hub.subscribe(client, stream, identifier);
    }
    client.send(frames.welcomeBack(client.sid, [...subscriptions.keys()]));
    this.commit(client);
  }

  /** Keeps the client's present state, so that it can come back to it. */
  commit(client: Client): void {
    if (!client.resumable || client.identity === undefined) return;
    const subscriptions = new Map(
      [...client.subscriptions].map(([identifier, streams]) => [identifier, new Set(streams)]),
    );
    this.#sessions.commit(client.sid, { user: client.identity.user, subscriptions });
  }

  /** Takes a client that is gone off all streams: at once, as its end is decided. */
  detach(client: Client): void {
    for (const [identifier, streams] of client.subscriptions) {
      for (const stream of streams) this.#hub.unsubscribe(client, stream, identifier);
    }
    if (client.resumable) this.#sessions.touch(client.sid);
  }

  /** Tells its channels that a client is gone; also when it may come back, as under AnyCable. */
  async disconnected(client: Client): Promise<void> {
    for (const identifier of client.subscriptions.keys()) await this.#callUnsubscribed(client, identifier);
    client.subscriptions.clear();
  }

  async #subscribe(client: Client, { identifier, history }: CommandOf<'subscribe'>): Promise<void> {
    if (client.subscriptions.has(identifier)) {
      client.dropped('already_subscribed', { identifier });
      return;
    }
    const target = this.#target(identifier);
    if (target === undefined || client.subscriptions.size >= this.#maxSubscriptions) {
      client.dropped(target === undefined ? 'unknown_channel' : 'too_many_subscriptions', {
        identifier: identifier.slice(0, 200),
      });
      client.send(frames.rejectSubscription(identifier));
      return;
    }
    const streams = new Set<string>();
    let rejected = false;
    const succeeded = await this.#call(
      client,
      identifier,
      target.params,
      'subscribed',
      (context) => target.channel.subscribed(context),
      {
        streamFrom: (stream) => void streams.add(stream),
        reject: () => void (rejected = true),
      },
    );
    if (!client.open) return;
    if (rejected || !succeeded) {
      client.send(frames.rejectSubscription(identifier));
      return;
    }
    client.subscriptions.set(identifier, streams);
    for (const stream of streams) this.#hub.subscribe(client, stream, identifier);
    client.send(frames.confirmSubscription(identifier));
    this.commit(client);
    if (history.since > 0 || history.streams !== undefined) this.#sendHistory(client, identifier, streams, history);
  }

  async #unsubscribe(client: Client, { identifier }: CommandOf<'unsubscribe'>): Promise<void> {
    const streams = client.subscriptions.get(identifier);
    if (streams === undefined) {
      client.dropped('unknown_subscription', { command: 'unsubscribe', identifier: identifier.slice(0, 200) });
      return;
    }
    for (const stream of streams) this.#hub.unsubscribe(client, stream, identifier);
    client.subscriptions.delete(identifier);
    this.commit(client);
    await this.#callUnsubscribed(client, identifier);
  }

  async #perform(client: Client, { identifier, data }: CommandOf<'message'>): Promise<void> {
    const target = client.subscriptions.has(identifier) ? this.#target(identifier) : undefined;
    if (target === undefined) {
      client.dropped('unknown_subscription', { command: 'message', identifier: identifier.slice(0, 200) });
      return;
    }
    const decoded = decodeAction(data);
    if (decoded === undefined) {
      client.dropped('invalid_data', {
        identifier,
        detail: 'data: expected the JSON of an object with a string `action`',
      });
      return;
    }
    const callback = `perform ${decoded.action.slice(0, 80)}`;
    await this.#call(client, identifier, target.params, callback, (context) =>
      target.channel.perform(context, decoded.action, decoded.data),
    );
  }

  #replay(client: Client, { identifier, history }: CommandOf<'history'>): void {
    const streams = client.subscriptions.get(identifier);
    if (streams === undefined) {
      client.dropped('unknown_subscription', { command: 'history', identifier: identifier.slice(0, 200) });
      return;
    }
    if (history.since === 0 && history.streams === undefined) {
      client.dropped('history_request_missing', { identifier });
      return;
    }
    this.#sendHistory(client, identifier, streams, history);
  }

  /** Synchronous, so that no live message gets between what is replayed. */
  #sendHistory(client: Client, identifier: string, streams: ReadonlySet<string>, request: HistoryRequest): void {
    const backlog = collectBacklog(this.#history, streams, request);
    if (!backlog.found) {
      this.#logger.debug('history rejected', { sid: client.sid, identifier, reason: backlog.reason });
      client.send(frames.rejectHistory(identifier));
      return;
    }
    for (const message of backlog.messages) client.send(frames.streamMessage(identifier, message));
    client.send(frames.confirmHistory(identifier));
  }

  async #callUnsubscribed(client: Client, identifier: string): Promise<void> {
    const target = this.#target(identifier);
    if (target?.channel.unsubscribed === undefined) return;
    await this.#call(client, identifier, target.params, 'unsubscribed', (context) =>
      target.channel.unsubscribed?.(context),
    );
  }

  #target(identifier: string): { readonly channel: Channel; readonly params: JsonObject } | undefined {
    const decoded = identifier.length <= MAX_IDENTIFIER_LENGTH ? decodeIdentifier(identifier) : undefined;
    const channel = decoded && this.#channels.get(decoded.channel);
    return decoded && channel && { channel, params: decoded.params };
  }

  /** False when the channel threw: its exception ends here, with the identifier, and harms nobody else. */
  async #call(
    client: Client,
    identifier: string,
    params: JsonObject,
    callback: string,
    run: (context: ChannelContext) => void | Promise<void> | undefined,
    subscribing: Pick<ContextEffects, 'streamFrom' | 'reject'> = {},
  ): Promise<boolean> {
    const { sid, identity } = client;
    if (identity === undefined) return false;
    const { context, end } = openContext(identity, params, {
      ...subscribing,
      transmit: (message) => client.send(frames.transmission(identifier, message)),
      misused: (method) =>
        this.#logger.warn(`channel called ${method}() when it has no effect`, { sid, identifier, callback }),
    });
    try {
      await run(context);
      return true;
    } catch (error) {
      this.#logger.error(`channel failed in ${callback}`, { sid, identifier, error });
      return false;
    } finally {
      end();
    }
  }
}
