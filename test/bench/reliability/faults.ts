/** What happens to the five clients of a page, and when they could be reached again. */
import { setTimeout as pause } from 'node:timers/promises';
import type { ChaosProxy } from '../../../create-app/src/chaos/proxy.js';
import type { BackendName } from './subjects.js';
import type { Tab } from './tab.js';

/** What a fault has to work with. */
export interface Scene {
  readonly tab: Tab;
  /** Between each client and its server. */
  readonly proxies: readonly ChaosProxy[];
  /** Another page of the same site. */
  readonly elsewhere: string;
  /** Restarts both servers once everybody is there, calls `began` then; resolves with when each was back. */
  restart(began: () => void): Promise<Readonly<Record<BackendName, number>>>;
  /** Called when a fault begins that can be told apart from the ones before: what is said from now on is news. */
  began(): void;
}

/** Milliseconds since the epoch at which nothing stood in the way any more. */
export type Reachable = { readonly at: number } | Readonly<Record<BackendName, number>> | 'at-wake';

export interface Fault {
  readonly name: string;
  readonly what: string;
  /** What it happens to. The servers are everybody's: all pages suffer it at once. */
  readonly to: 'link' | 'page' | 'servers';
  /** The greatest p95 in milliseconds from reachability to the next new text, for us. */
  readonly limit?: number;
  run(scene: Scene): Promise<Reachable>;
}

/** Milliseconds. Long enough that whoever has a timer running misses it. */
const ASLEEP = 3_000;
/** Between two of several cuts: time for a quick client to come back. */
const UP = 1_500;
/** That a server is away for, when it is deployed. */
export const AWAY = 500;

function reset({ proxies }: Scene): void {
  for (const proxy of proxies) proxy.reset();
}

async function cut(scene: Scene, ms: number): Promise<Reachable> {
  scene.began();
  await Promise.all(scene.proxies.map((proxy) => proxy.downFor(ms)));
  return { at: Date.now() };
}

function blackHole({ proxies }: Scene): void {
  // Only what is open goes silent, as when an address translator forgets it: new connections work.
  for (const proxy of proxies) proxy.blackHole({ newcomers: 'pass' });
}

async function freeze(scene: Scene): Promise<Reachable> {
  // As it happens: another tab is in front, and after a while the hidden one is frozen.
  const show = await scene.tab.faults.hide();
  const thaw = await scene.tab.faults.freeze();
  // Only now: what came a moment ago was still heard.
  scene.began();
  await pause(ASLEEP);
  await thaw();
  await show();
  return 'at-wake';
}

export const FAULTS: readonly Fault[] = [
  {
    name: 'reset',
    what: 'one RST',
    to: 'link',
    limit: 1_000,
    async run(scene) {
      scene.began();
      reset(scene);
      return { at: Date.now() };
    },
  },
  {
    name: '3 cuts',
    what: '3 × 0.6 s without a network',
    to: 'link',
    async run(scene) {
      await cut(scene, 600);
      await pause(UP);
      await cut(scene, 600);
      await pause(UP);
      return cut(scene, 600);
    },
  },
  { name: 'long cut', what: '3.5 s without a network', to: 'link', run: (scene) => cut(scene, 3_500) },
  {
    name: 'black hole',
    what: 'the connection stays open and silent',
    to: 'link',
    limit: 10_000,
    async run(scene) {
      scene.began();
      blackHole(scene);
      return { at: Date.now() };
    },
  },
  {
    name: 'freeze',
    what: 'the page is hidden and frozen for 3 s; Chromium closes its connection then',
    to: 'page',
    limit: 1_000,
    run: freeze,
  },
  {
    name: 'sleep',
    what: 'the same, and the connection has died without a word by then',
    to: 'page',
    limit: 1_000,
    async run(scene) {
      blackHole(scene);
      return freeze(scene);
    },
  },
  {
    name: 'bfcache',
    what: 'away to another page for 3 s, and back',
    to: 'page',
    limit: 1_000,
    async run(scene) {
      const back = await scene.tab.faults.leave(scene.elsewhere);
      scene.began();
      await pause(ASLEEP);
      // Else it is another page, with nothing of what was measured.
      if (!(await back()).persisted) throw new Error('the page was not in the back/forward cache');
      return 'at-wake';
    },
  },
  {
    name: 'restart',
    what: 'the server is deployed: 0.5 s away, and a new epoch',
    to: 'servers',
    run: (scene) => scene.restart(() => scene.began()),
  },
];
