import { readConfig } from '../../widget/src/config.js';
import { ConversationMemory } from '../../widget/src/conversation-memory.js';
import { OutboxStorage } from '../../widget/src/outbox/storage.js';
import { Session } from '../../widget/src/session.js';
import type { Transport } from '../../widget/src/transport/transport.js';
import { MapStorage } from '../support/session.js';
import type { Chance } from './chance.js';
import type { Scope } from './timeline.js';

/** What outlives a page: as much of a browser as the widget knows of. */
export interface BrowserStorage {
  /** Of all tabs. */
  readonly local: MapStorage;
  /** Of one tab; a duplicated tab begins with a copy. */
  readonly session: MapStorage;
}

export interface PageParts {
  readonly clock: Scope;
  readonly chance: Chance;
  readonly transport: Transport;
  readonly storage: BrowserStorage;
  /** Undefined: the widget mints or remembers one. */
  readonly conversationId: string | undefined;
  readonly onWake: (callback: () => void) => () => void;
  readonly log: (message: string) => void;
}

/** What is in the outbox of a page that is reloaded comes back: the storage keeps it. */
export const OUTBOX_PERSISTS = true;

/** The real session with everything that it needs of a page: the only place that knows its ports. */
export function openSession({ clock, chance, transport, storage, conversationId, onWake, log }: PageParts): Session {
  const config = readConfig({ conversationId }, { baseUrl: 'https://example.com/', meta: () => undefined });
  const ports = {
    transport,
    clock,
    random: chance.next,
    mintId: () => chance.uuid(),
    memory: new ConversationMemory(storage.local, 'chaos'),
    outboxStorage: new OutboxStorage(storage.session, 'chaos'),
    onWake,
    log,
  };
  return new Session(config, ports);
}

export function newStorage(): MapStorage {
  return new MapStorage();
}

export function copyOf(storage: MapStorage): MapStorage {
  const copy = new MapStorage();
  for (const [key, value] of storage.items) copy.items.set(key, value);
  return copy;
}
