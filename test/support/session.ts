import { type RawConfig, readConfig } from '../../widget/src/config.js';
import { ConversationMemory } from '../../widget/src/conversation-memory.js';
import type { KeyValueStorage } from '../../widget/src/key-value-storage.js';
import { OutboxStorage } from '../../widget/src/outbox/storage.js';
import { Session, type SessionEvents } from '../../widget/src/session.js';
import { ManualClock } from '../../widget/src/testing/manual-clock.js';
import { type MemorySubscription, MemoryTransport } from '../../widget/src/transport/memory.js';
import type { Transport } from '../../widget/src/transport/transport.js';

/** Storage that lasts as long as the test. */
export class MapStorage implements KeyValueStorage {
  readonly items = new Map<string, string>();
  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.items.set(key, value);
  }
  removeItem(key: string): void {
    this.items.delete(key);
  }
}

let ids = 0;

export interface Harness {
  readonly session: Session;
  readonly transport: MemoryTransport;
  readonly clock: ManualClock;
  readonly storage: MapStorage;
  readonly log: string[];
  readonly events: { readonly [E in keyof SessionEvents]: SessionEvents[E][] };
  readonly wake: () => void;
  /** The subscription that the session uses now. */
  readonly connection: MemorySubscription;
}

/** A real session over a scripted transport: time and the network do what the test says. */
export function startSession(
  raw: RawConfig = {},
  storage = new MapStorage(),
  tabStorage: KeyValueStorage = new MapStorage(),
  over: (cable: MemoryTransport, clock: ManualClock) => Transport = (cable) => cable,
): Harness {
  const transport = new MemoryTransport();
  const clock = new ManualClock();
  const log: string[] = [];
  const wakers = new Set<() => void>();
  const session = new Session(readConfig(raw, { baseUrl: 'https://example.com/', meta: () => undefined }), {
    transport: over(transport, clock),
    clock,
    random: () => 0.5,
    mintId: () => `${String(++ids).padStart(8, '0')}-aaaa-4aaa-8aaa-aaaaaaaaaaaa`,
    memory: new ConversationMemory(storage, 'test'),
    outboxStorage: new OutboxStorage(tabStorage, 'test'),
    onWake: (callback) => {
      wakers.add(callback);
      return () => wakers.delete(callback);
    },
    log: (message) => log.push(message),
  });
  const events: Harness['events'] = {
    start: [],
    chunk: [],
    complete: [],
    error: [],
    connection: [],
    progress: [],
    frame: [],
  };
  for (const name of Object.keys(events) as (keyof SessionEvents)[]) {
    session.on(name, (detail) => (events[name] as unknown[]).push(detail));
  }
  session.start();
  return {
    session,
    transport,
    clock,
    storage,
    log,
    events,
    wake: () => wakers.forEach((waken) => waken()),
    get connection() {
      const last = transport.subscriptions.at(-1);
      if (last === undefined) throw new Error('the session has not subscribed');
      return last;
    },
  };
}

/** Lets promises that are already settled run their callbacks: no time passes. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}
