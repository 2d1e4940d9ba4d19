/** What the bench talks to in its pages: `bench`, a global. Runs in the browser. */
import type { ClientKind } from '../subjects.js';
import { Hearing } from './hearing.js';
import type { Heard } from './hearing.js';

export interface Report extends Heard {
  /** When this page came back to life, oldest first: thawed, or out of the back/forward cache. */
  readonly wakes: readonly number[];
}

const wakes: number[] = [];
document.addEventListener('resume', () => wakes.push(Date.now()));
window.addEventListener('pageshow', (event) => {
  if (event.persisted) wakes.push(Date.now());
});

const hearings = new Map<string, Hearing>();

function find(name: string): Hearing {
  const hearing = hearings.get(name);
  if (hearing === undefined) throw new Error(`no client ${name}`);
  return hearing;
}

/** Every wait resolves with whether it came true within `ms`. */
const bench = {
  /** Whether the client has subscribed. */
  open(name: string, kind: ClientKind, url: string, ms: number): Promise<boolean> {
    const hearing = new Hearing(kind, { url, stream: name });
    hearings.set(name, hearing);
    return hearing.until(() => hearing.isReady, ms);
  },
  ask(name: string): void {
    find(name).client.ask(name);
  },
  /** Whether the n-th word or a later one was heard. */
  reached(name: string, n: number, ms: number): Promise<boolean> {
    const hearing = find(name);
    return hearing.until(() => hearing.latest >= n, ms);
  },
  /** The same, and something since then (milliseconds since the epoch); or the end. */
  recovered(name: string, n: number, since: number, ms: number): Promise<boolean> {
    const hearing = find(name);
    return hearing.until(() => (hearing.latest >= n && hearing.latestAt >= since) || hearing.end !== undefined, ms);
  },
  ended(name: string, ms: number): Promise<boolean> {
    const hearing = find(name);
    return hearing.until(() => hearing.end !== undefined, ms);
  },
  report(name: string): Report {
    return { ...find(name).report(), wakes };
  },
  close(name: string): void {
    find(name).client.close();
  },
};

export type Bench = typeof bench;

Object.assign(globalThis, { bench });
