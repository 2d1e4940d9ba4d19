/**
 * What clients and channels do with presence, and what the others are told of it: `Node.handlePresenceReply` of AnyCable
 * (https://github.com/anycable/anycable/blob/master/node/node.go). Joins and leaves go to all subscribers of the stream,
 * have no place in it and are in no history.
 *
 * Two differences. A client that asks who is there, by a subscription that has no presence, gets AnyCable's error frame,
 * where AnyCable itself lets it wait for ever. And who joins and leaves all the time is heard so often only (`Allowance`).
 */
import type { Allowance } from './allowance.js';
import type { Client } from './client.js';
import * as frames from './frames.js';
import type { PresenceEvent, PresenceResult, PresenceStore } from './presence.js';
import type { PresenceMember } from './presence-member.js';
import type { Publisher } from './publisher.js';
import type { Subscription } from './subscription.js';

export class Presenter {
  readonly #store: PresenceStore;
  readonly #publisher: Publisher;
  readonly #allowance: Allowance;

  constructor(store: PresenceStore, publisher: Publisher, allowance: Allowance) {
    this.#store = store;
    this.#publisher = publisher;
    this.#allowance = allowance;
  }

  /** As the client asks for it. */
  join(client: Client, identifier: string, { presence: stream }: Subscription, member: PresenceMember): void {
    if (stream === undefined) return client.dropped('presence_not_enabled', { command: 'join', identifier });
    this.#join(client, identifier, stream, member);
  }

  /** As a channel asks for it: kept with the session, because nobody would ask again after a restore. */
  joinByChannel(client: Client, identifier: string, subscription: Subscription, member: PresenceMember): void {
    const { presence: stream } = subscription;
    if (stream === undefined || !this.#join(client, identifier, stream, member)) return;
    client.subscriptions.set(identifier, { ...subscription, joined: member });
  }

  /** A client has its subscriptions back. */
  restored(client: Client): void {
    for (const [identifier, { presence: stream, joined }] of client.subscriptions) {
      if (stream !== undefined && joined !== undefined) this.#join(client, identifier, stream, joined);
    }
  }

  leave(client: Client, identifier: string, subscription: Subscription): void {
    const { presence: stream } = subscription;
    if (stream === undefined) return client.dropped('presence_not_enabled', { command: 'leave', identifier });
    this.#settle(client, 'leave', identifier, stream, this.#store.leave(stream, client.sid));
    client.subscriptions.set(identifier, { ...subscription, joined: undefined });
  }

  /** Answers who is there. */
  list(client: Client, identifier: string, { presence: stream }: Subscription): void {
    if (stream !== undefined) return client.send(frames.presenceInfo(identifier, this.#store.members(stream)));
    client.dropped('presence_not_enabled', { command: 'presence', identifier });
    client.send(frames.presenceError(identifier));
  }

  /** The subscription has ended, by its client's own wish: so has its presence. */
  unsubscribed(client: Client, { presence: stream }: Subscription): void {
    const left = stream === undefined ? undefined : this.#store.leave(stream, client.sid);
    if (stream !== undefined && left?.ok) this.#tell(stream, left.event);
  }

  /** The connection is gone; its client has the TTL to come back. */
  detached(client: Client): void {
    this.#store.lost(client.sid);
  }

  /** Tells of those who did not come back. */
  expire(): void {
    for (const { stream, event } of this.#store.expire()) this.#tell(stream, event);
  }

  /** False, and the client has its line in the log, when it is not taken. */
  #join(client: Client, identifier: string, stream: string, member: PresenceMember): boolean {
    // What was sent to it just now may have ended it, and nobody would tell again that it is gone.
    if (!client.open) return false;
    // A leave needs a join before it, so counting these bounds both.
    if (!this.#store.isPresent(stream, member.id) && !this.#allowance.take(client.identity?.user ?? '')) {
      client.dropped('rate_limited', { command: 'join', identifier });
      return false;
    }
    return this.#settle(client, 'join', identifier, stream, this.#store.join(stream, client.sid, member));
  }

  #settle(client: Client, command: string, identifier: string, stream: string, result: PresenceResult): boolean {
    if (result.ok) this.#tell(stream, result.event);
    else client.dropped('presence_refused', { command, identifier, detail: result.reason });
    return result.ok;
  }

  #tell(stream: string, event: PresenceEvent | undefined): void {
    if (event !== undefined) this.#publisher.announce(stream, frames.presenceEvent(event));
  }
}
