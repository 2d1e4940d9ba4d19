/**
 * What clients and channels do with presence, and what the others are told of it: `Node.handlePresenceReply` of AnyCable
 * (https://github.com/anycable/anycable/blob/master/node/node.go). Joins and leaves go to all subscribers of the stream,
 * have no place in it and are in no history.
 *
 * The differences: a client that asks who is there, by a subscription that has no presence, gets AnyCable's error frame,
 * where AnyCable itself lets it wait for ever. Whom the channel joined is there as the channel says: its client can neither
 * leave nor be somebody else, but by unsubscribing. Who joins and leaves all the time is heard so often only (`Allowance`).
 * And what a channel wished while there was no room is done as soon as there is.
 */
import type { Allowance } from './allowance.js';
import type { Client } from './client.js';
import * as frames from './frames.js';
import type { PresenceAudience } from './presence-audience.js';
import type { PresenceEvent, PresenceRefusal, PresenceResult, PresenceStore } from './presence.js';
import type { PresenceMember } from './presence-member.js';
import type { Subscription } from './subscription.js';

export interface PresenterParts {
  readonly store: PresenceStore;
  readonly audience: PresenceAudience;
  /** What a user may have others told. */
  readonly ofUser: Allowance;
  /** What the subscribers of a stream are told, whoever joins it. */
  readonly ofStream: Allowance;
}

type Outcome = PresenceResult | { readonly ok: false; readonly reason: 'closed' | 'rate_limited' };

/** What no waiting helps against. */
const FINAL: ReadonlySet<PresenceRefusal | 'closed' | 'rate_limited'> = new Set([
  'closed',
  'id_mismatch',
  'member_too_large',
]);

export class Presenter {
  readonly #parts: PresenterParts;
  /** Identifiers of subscriptions that their channels have joined, and for which there was no room yet. */
  readonly #wishes = new Map<Client, Set<string>>();

  constructor(parts: PresenterParts) {
    this.#parts = parts;
  }

  /** As the client asks for it. */
  join(client: Client, identifier: string, subscription: Subscription, member: PresenceMember): void {
    const stream = presenceOf(client, 'join', identifier, subscription);
    if (stream === undefined) return;
    report(client, 'join', identifier, this.#join(client, stream, member));
  }

  /** As a channel asks for it: kept with the session, because nobody would ask again after a restore. */
  joinByChannel(client: Client, identifier: string, subscription: Subscription, member: PresenceMember): void {
    const { presence: stream } = subscription;
    if (stream === undefined) return;
    const outcome = this.#join(client, stream, member);
    report(client, 'join', identifier, outcome);
    if (!outcome.ok && FINAL.has(outcome.reason)) return;
    client.subscriptions.set(identifier, { ...subscription, joined: member });
    if (!outcome.ok) this.#wish(client, identifier);
  }

  /** A client has its subscriptions back. */
  restored(client: Client): void {
    for (const [identifier, { presence: stream, joined }] of client.subscriptions) {
      if (stream === undefined || joined === undefined) continue;
      const outcome = this.#join(client, stream, joined);
      report(client, 'join', identifier, outcome);
      if (!outcome.ok && !FINAL.has(outcome.reason)) this.#wish(client, identifier);
    }
  }

  /** As the client asks for it. */
  leave(client: Client, identifier: string, subscription: Subscription): void {
    const stream = presenceOf(client, 'leave', identifier, subscription);
    if (stream !== undefined) this.#leave(client, identifier, stream);
  }

  /** As a channel asks for it. */
  leaveByChannel(client: Client, identifier: string, subscription: Subscription): void {
    const { presence: stream } = subscription;
    if (stream === undefined) return;
    client.subscriptions.set(identifier, { ...subscription, joined: undefined });
    // It may never have come in.
    if (this.#fulfilled(client, identifier)) return;
    this.#leave(client, identifier, stream);
  }

  /** Answers who is there. */
  list(client: Client, identifier: string, { presence: stream }: Subscription): void {
    if (stream !== undefined) return client.send(frames.presenceInfo(identifier, this.#parts.store.members(stream)));
    client.dropped('presence_not_enabled', { command: 'presence', identifier });
    client.send(frames.presenceError(identifier));
  }

  /** The subscription has ended, by its client's own wish: so has its presence. */
  unsubscribed(client: Client, identifier: string, { presence: stream }: Subscription): void {
    this.#fulfilled(client, identifier);
    const left = stream === undefined ? undefined : this.#parts.store.leave(stream, client.sid);
    if (stream !== undefined && left?.ok) this.#tell(stream, left.event);
  }

  /** The connection is gone; its client has the TTL to come back. */
  detached(client: Client): void {
    this.#wishes.delete(client);
    this.#parts.audience.forget(client);
    this.#parts.store.lost(client.sid);
  }

  /** What time brings: who did not come back is told, then who waits for room comes in, then who missed it has the list. */
  sweep(): void {
    for (const { stream, event } of this.#parts.store.expire()) this.#tell(stream, event);
    for (const [client, identifiers] of this.#wishes) {
      for (const identifier of identifiers) this.#tryAgain(client, identifier);
    }
    this.#parts.audience.catchUp();
    this.#parts.ofStream.expire();
  }

  #join(client: Client, stream: string, member: PresenceMember): Outcome {
    // What was sent to it just now may have ended it, and nobody would tell again that it is gone.
    if (!client.open) return { ok: false, reason: 'closed' };
    const { store } = this.#parts;
    const occupant = { sid: client.sid, user: client.identity?.user ?? '' };
    const refusal = store.refusal(stream, occupant, member);
    if (refusal !== undefined) return { ok: false, reason: refusal };
    // A leave needs a join before it, so counting these bounds both.
    if (!store.isPresent(stream, member.id) && !this.#mayTell(occupant.user, stream)) {
      return { ok: false, reason: 'rate_limited' };
    }
    const result = store.join(stream, occupant, member);
    if (result.ok) this.#tell(stream, result.event);
    return result;
  }

  #leave(client: Client, identifier: string, stream: string): void {
    const result = this.#parts.store.leave(stream, client.sid);
    report(client, 'leave', identifier, result);
    if (result.ok) this.#tell(stream, result.event);
  }

  #mayTell(user: string, stream: string): boolean {
    return this.#parts.ofUser.take(user) && this.#parts.ofStream.take(stream);
  }

  #wish(client: Client, identifier: string): void {
    const identifiers = this.#wishes.get(client);
    if (identifiers === undefined) this.#wishes.set(client, new Set([identifier]));
    else identifiers.add(identifier);
  }

  /** False when it was no open wish. */
  #fulfilled(client: Client, identifier: string): boolean {
    const identifiers = this.#wishes.get(client);
    if (identifiers?.delete(identifier) !== true) return false;
    if (identifiers.size === 0) this.#wishes.delete(client);
    return true;
  }

  #tryAgain(client: Client, identifier: string): void {
    const { presence: stream, joined } = client.subscriptions.get(identifier) ?? {};
    const outcome = stream === undefined || joined === undefined ? undefined : this.#join(client, stream, joined);
    if (outcome === undefined || outcome.ok || FINAL.has(outcome.reason)) this.#fulfilled(client, identifier);
  }

  #tell(stream: string, event: PresenceEvent | undefined): void {
    if (event !== undefined) this.#parts.audience.tell(stream, event);
  }
}

/** The stream in which a client may do as it likes; `undefined`, and the client has its line in the log: there is none. */
function presenceOf(
  client: Client,
  command: string,
  identifier: string,
  { presence, joined }: Subscription,
): string | undefined {
  if (presence === undefined) client.dropped('presence_not_enabled', { command, identifier });
  else if (joined !== undefined) client.dropped('presence_by_channel', { command, identifier });
  else return presence;
  return undefined;
}

function report(client: Client, command: string, identifier: string, outcome: Outcome): void {
  if (outcome.ok || outcome.reason === 'closed') return;
  if (outcome.reason === 'rate_limited') client.dropped('rate_limited', { command, identifier });
  else client.dropped('presence_refused', { command, identifier, detail: outcome.reason });
}
