import { setTimeout as sleep } from 'node:timers/promises';
import type { ChaosProxy } from '../../chaos/proxy.js';
import type { Cut } from './verdict.js';

/** What networks do to a phone on its way, aimed at the answer's progress and not at moments. */
const faults: readonly { readonly what: string; readonly begin: (proxy: ChaosProxy) => Promise<void> }[] = [
  { what: 'the connection reset in mid-stream', begin: async (proxy) => proxy.reset() },
  { what: 'no network for 0.6 s', begin: (proxy) => proxy.downFor(600) },
  { what: 'cut in the middle of a frame', begin: async (proxy) => void proxy.cutInFrame() },
  { what: 'no network for 3.5 s', begin: (proxy) => proxy.downFor(3500) },
];

export interface CutterOptions {
  readonly proxy: ChaosProxy;
  readonly count: number;
  /** How many messages the unbroken line has brought. */
  readonly progress: () => number;
  /** Resolves when it has brought so many, or nothing more will come. */
  readonly reached: (messages: number) => Promise<boolean>;
  /** Whether the broken line may hear again: its client has come back to its stream. */
  readonly isBack: () => boolean;
  readonly signal: AbortSignal;
  readonly onCut: (cut: Cut) => void;
}

/** A client that has not come back for so long does not, in milliseconds. */
const PATIENCE = 60_000;

/** Messages between the end of one cut and the beginning of the next. */
const BETWEEN = 6;

/** Cuts the line so many times, each when the answer has gone on a little since the last; or until it is over. */
export async function cutRepeatedly({
  proxy,
  count,
  progress,
  reached,
  isBack,
  signal,
  onCut,
}: CutterOptions): Promise<Cut[]> {
  const cuts: Cut[] = [];
  for (let number = 0; number < count; number += 1) {
    if (!(await reached(progress() + BETWEEN))) break;
    const { what, begin } = faults[number % faults.length] ?? { what: '', begin: async () => {} };
    const cut = { what, at: progress(), until: Infinity };
    cuts.push(cut);
    onCut(cut);
    const upgraded = proxy.counts.upgraded;
    const late = Date.now() + PATIENCE;
    await begin(proxy);
    // A new connection through the proxy, and not one that has not noticed yet.
    while ((proxy.counts.upgraded === upgraded || !isBack()) && Date.now() < late)
      await sleep(20, undefined, { signal });
    cut.until = progress();
  }
  return cuts;
}
