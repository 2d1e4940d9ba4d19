/**
 * What each command does: AnyCable's `Node` (https://github.com/anycable/anycable/blob/master/node/node.go) and, behind
 * it, what Action Cable does with a channel. Sends through a `Client`, and knows no socket.
 *
 * Where AnyCable and Rails stay silent because the channel could not be called at all (unknown channel, an exception in
 * `subscribed`), the subscription is rejected here: silence would have the client wait for its time-out. And a client has
 * only so many subscriptions, and a user so many whispers: each of these costs a frame for every listener.
 */
import type { Logger } from '../logger.js';
import type { Allowance } from './allowance.js';
import type { ChannelCalls, Target } from './channel-calls.js';
import type { Client } from './client.js';
import { decodeAction, decodeCommand } from './commands.js';
import type { ClientCommand, HistoryRequest } from './commands.js';
import * as frames from './frames.js';
import type { StreamHistory } from './history.js';
import type { Hub } from './hub.js';
import { PresenceNote } from './presence-change.js';
import type { PresenceChange } from './presence-change.js';
import type { Presenter } from './presenter.js';
import type { Publisher } from './publisher.js';
import { collectBacklog } from './replay.js';
import type { SessionStore } from './sessions.js';
import type { Subscription } from './subscription.js';

export interface DispatcherParts {
  readonly calls: ChannelCalls;
  readonly hub: Hub<Client>;
  readonly history: StreamHistory;
  readonly publisher: Publisher;
  readonly presenter: Presenter;
  readonly sessions: SessionStore;
  /** What a user may say to others by whispers. */
  readonly allowance: Allowance;
  /** Of one client. */
  readonly maxSubscriptions: number;
  readonly logger: Logger;
}

type CommandOf<Name extends ClientCommand['command']> = Extract<ClientCommand, { command: Name }>;

export class Dispatcher {
  readonly #parts: DispatcherParts;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
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
      case 'whisper':
        return this.#whisper(client, command);
      case 'join':
        return this.#join(client, command);
      case 'leave':
        return this.#leave(client, command);
      case 'presence':
        return this.#listPresence(client, command);
    }
  }

  /** Gives a client back what it had, and says so; runs no channel callbacks, as AnyCable. */
  restore(client: Client, subscriptions: ReadonlyMap<string, Subscription>): void {
    for (const [identifier, subscription] of subscriptions) this.#add(client, identifier, subscription);
    const presence = [...subscriptions.values()].some((subscription) => subscription.presence !== undefined);
    client.send(frames.welcomeBack(client.sid, [...subscriptions.keys()], { presence }));
    this.#parts.presenter.restored(client);
    this.commit(client);
  }

  /** Keeps the client's present state, so that it can come back to it. */
  commit(client: Client): void {
    if (!client.resumable || client.identity === undefined) return;
    this.#parts.sessions.commit(client.sid, {
      user: client.identity.user,
      subscriptions: new Map(client.subscriptions),
    });
  }

  /** Takes a client that is gone off all streams: at once, as its end is decided. */
  detach(client: Client): void {
    for (const [identifier, subscription] of client.subscriptions) this.#unlisten(client, identifier, subscription);
    if (client.resumable) this.#parts.sessions.touch(client.sid);
    this.#parts.presenter.detached(client);
  }

  /** Tells its channels that a client is gone; also when it may come back, as under AnyCable. */
  async disconnected(client: Client): Promise<void> {
    for (const identifier of client.subscriptions.keys()) await this.#callUnsubscribed(client, identifier);
    client.subscriptions.clear();
  }

  async #subscribe(client: Client, { identifier, history, presence }: CommandOf<'subscribe'>): Promise<void> {
    if (client.subscriptions.has(identifier)) {
      client.dropped('already_subscribed', { identifier });
      return;
    }
    const target = this.#parts.calls.target(identifier);
    if (target === undefined || client.subscriptions.size >= this.#parts.maxSubscriptions) {
      client.dropped(target === undefined ? 'unknown_channel' : 'too_many_subscriptions', { identifier });
      client.send(frames.rejectSubscription(identifier));
      return;
    }
    const subscription = await this.#callSubscribed(client, target);
    if (!client.open) return;
    if (subscription === undefined) {
      client.send(frames.rejectSubscription(identifier));
      return;
    }
    this.#add(client, identifier, subscription.made);
    client.send(frames.confirmSubscription(identifier));
    this.#changePresence(client, target, 'subscribed', subscription.change);
    this.commit(client);
    if (history.since > 0 || history.streams !== undefined) {
      this.#sendHistory(client, identifier, subscription.made, history);
    }
    // As it is now: the channel may have joined it.
    const joinable = client.subscriptions.get(identifier);
    if (presence !== undefined && joinable !== undefined) {
      this.#parts.presenter.join(client, identifier, joinable, presence);
    }
  }

  async #unsubscribe(client: Client, command: CommandOf<'unsubscribe'>): Promise<void> {
    const { identifier } = command;
    const subscription = this.#subscriptionFor(client, command);
    if (subscription === undefined) return;
    this.#unlisten(client, identifier, subscription);
    client.subscriptions.delete(identifier);
    this.commit(client);
    this.#parts.presenter.unsubscribed(client, identifier, subscription);
    await this.#callUnsubscribed(client, identifier);
  }

  async #perform(client: Client, command: CommandOf<'message'>): Promise<void> {
    const { identifier, data } = command;
    if (this.#subscriptionFor(client, command) === undefined) return;
    const target = this.#parts.calls.target(identifier);
    const decoded = decodeAction(data);
    if (target === undefined || decoded === undefined) {
      client.dropped('invalid_data', {
        identifier,
        detail: 'data: expected the JSON of an object with a string `action`',
      });
      return;
    }
    const callback = `perform ${decoded.action.slice(0, 80)}`;
    const presence = new PresenceNote();
    const succeeded = await this.#parts.calls.call(
      client,
      target,
      callback,
      (context) => target.channel.perform(context, decoded.action, decoded.data),
      presence.effects,
    );
    if (!succeeded || !client.open || presence.change === undefined) return;
    this.#changePresence(client, target, callback, presence.change);
    this.commit(client);
  }

  #replay(client: Client, command: CommandOf<'history'>): void {
    const { identifier, history } = command;
    const subscription = this.#subscriptionFor(client, command);
    if (subscription === undefined) return;
    if (history.since === 0 && history.streams === undefined) {
      client.dropped('history_request_missing', { identifier });
      return;
    }
    this.#sendHistory(client, identifier, subscription, history);
  }

  /** Synchronous, so that no live message gets between what is replayed. */
  #sendHistory(client: Client, identifier: string, { streams }: Subscription, request: HistoryRequest): void {
    const backlog = collectBacklog(this.#parts.history, streams, request);
    if (!backlog.found) {
      this.#parts.logger.debug('history rejected', { sid: client.sid, identifier, reason: backlog.reason });
      client.send(frames.rejectHistory(identifier));
      return;
    }
    for (const message of backlog.messages) client.send(frames.streamMessage(identifier, message));
    client.send(frames.confirmHistory(identifier));
  }

  #whisper(client: Client, command: CommandOf<'whisper'>): void {
    const { identifier, json } = command;
    const subscription = this.#subscriptionFor(client, command);
    if (subscription === undefined) return;
    if (subscription.whisper === undefined) return client.dropped('whisper_not_allowed', { identifier });
    if (!this.#parts.allowance.take(client.identity?.user ?? '')) {
      return client.dropped('rate_limited', { command: 'whisper', identifier });
    }
    this.#parts.publisher.whisper(subscription.whisper, json, client.sid);
  }

  #join(client: Client, command: CommandOf<'join'>): void {
    const subscription = this.#subscriptionFor(client, command);
    if (subscription === undefined) return;
    this.#parts.presenter.join(client, command.identifier, subscription, command.presence);
  }

  #leave(client: Client, command: CommandOf<'leave'>): void {
    const { identifier } = command;
    const subscription = this.#subscriptionFor(client, command);
    if (subscription === undefined) return;
    this.#parts.presenter.leave(client, identifier, subscription);
  }

  #listPresence(client: Client, command: CommandOf<'presence'>): void {
    const subscription = this.#subscriptionFor(client, command);
    if (subscription !== undefined) this.#parts.presenter.list(client, command.identifier, subscription);
  }

  /** Does what the channel asked for. */
  #changePresence(client: Client, target: Target, callback: string, change: PresenceChange | undefined): void {
    const { identifier } = target;
    const subscription = client.subscriptions.get(identifier);
    if (change === undefined || subscription === undefined) return;
    if (subscription.presence === undefined) this.#parts.calls.misused(client, target, callback, change.method);
    else if (change.method === 'leavePresence') this.#parts.presenter.leaveByChannel(client, identifier, subscription);
    else this.#parts.presenter.joinByChannel(client, identifier, subscription, change.member);
  }

  #add(client: Client, identifier: string, subscription: Subscription): void {
    client.subscriptions.set(identifier, subscription);
    for (const stream of subscription.streams) this.#parts.hub.subscribe(client, stream, identifier);
  }

  #unlisten(client: Client, identifier: string, { streams }: Subscription): void {
    for (const stream of streams) this.#parts.hub.unsubscribe(client, stream, identifier);
  }

  /** `undefined`: there is none, and the client has its line in the log. */
  #subscriptionFor(
    client: Client,
    { command, identifier }: { readonly command: string; readonly identifier: string },
  ): Subscription | undefined {
    const subscription = client.subscriptions.get(identifier);
    if (subscription === undefined) {
      client.dropped('unknown_subscription', { command, identifier });
    }
    return subscription;
  }

  /** `undefined`: refused, or failed. */
  async #callSubscribed(
    client: Client,
    target: Target,
  ): Promise<{ readonly made: Subscription; readonly change: PresenceChange | undefined } | undefined> {
    const streams = new Set<string>();
    const note = new PresenceNote();
    let presence: string | undefined;
    let whisper: string | undefined;
    let rejected = false;
    const succeeded = await this.#parts.calls.call(
      client,
      target,
      'subscribed',
      (context) => target.channel.subscribed(context),
      {
        ...note.effects,
        streamFrom: (stream, options) => {
          streams.add(stream);
          if (options.presence === true) presence = stream;
          if (options.whisper === true) whisper = stream;
        },
        reject: () => void (rejected = true),
      },
    );
    if (rejected || !succeeded) return undefined;
    return { made: { streams, presence, whisper, joined: undefined }, change: note.change };
  }

  async #callUnsubscribed(client: Client, identifier: string): Promise<void> {
    const target = this.#parts.calls.target(identifier);
    if (target?.channel.unsubscribed === undefined) return;
    await this.#parts.calls.call(client, target, 'unsubscribed', (context) => target.channel.unsubscribed?.(context));
  }
}
