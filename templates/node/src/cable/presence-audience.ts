import type { Client } from './client.js';
import * as frames from './frames.js';
import type { PresenceEvent, PresenceStore } from './presence.js';
import type { Hub } from './hub.js';

/**
 * The subscribers of presence streams. Who is behind with reading misses events, because others decide how many there are
 * and could else have it disconnected as too slow; it gets the whole list when it has caught up.
 */
export class PresenceAudience {
  readonly #hub: Hub<Client>;
  readonly #store: PresenceStore;
  /** Identifiers of subscriptions that have missed something. */
  readonly #behind = new Map<Client, Set<string>>();

  constructor(hub: Hub<Client>, store: PresenceStore) {
    this.#hub = hub;
    this.#store = store;
  }

  /** Clients that are behind. */
  get behind(): number {
    return this.#behind.size;
  }

  tell(stream: string, event: PresenceEvent): void {
    const message = frames.presenceEvent(event);
    for (const [client, identifier] of this.#hub.subscribers(stream)) {
      if (!client.sendTransient(frames.transientMessage(identifier, message))) this.#missed(client, identifier);
    }
  }

  /** Sends the list to those who can take it again. */
  catchUp(): void {
    for (const [client, identifiers] of this.#behind) {
      for (const identifier of identifiers) {
        const stream = client.subscriptions.get(identifier)?.presence;
        // Who only listens to the stream has never had its list.
        const isDone =
          stream === undefined || client.sendTransient(frames.presenceInfo(identifier, this.#store.members(stream)));
        if (!isDone) break;
        identifiers.delete(identifier);
      }
      if (identifiers.size === 0) this.#behind.delete(client);
    }
  }

  forget(client: Client): void {
    this.#behind.delete(client);
  }

  #missed(client: Client, identifier: string): void {
    // What it was sent before this may have ended it.
    if (!client.open) return;
    const identifiers = this.#behind.get(client);
    if (identifiers === undefined) this.#behind.set(client, new Set([identifier]));
    else identifiers.add(identifier);
  }
}
