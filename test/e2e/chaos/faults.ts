/** What a trial may do to the answer, by what is hit: the line, the page, a process. */
import type { ChaosProxy, ManagedProcess, PageFaults } from '../../support/chaos/index.js';

export interface Fault {
  readonly name: string;
  /** The process that writes the answer dies of it, so the answer may be interrupted. */
  readonly endsTheJob?: boolean;
  /** Resolves when the fault is over. */
  readonly happen: () => Promise<void>;
}

/** How long a drop lasts that is not over at once, in milliseconds. */
export const DROP_MS = 2_000;

/** The duration of a fault, which is what the fault is; nothing waits for it to see a result. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function during(lift: () => unknown, milliseconds: number): Promise<void> {
  await pause(milliseconds);
  await lift();
}

export function lineFaults(proxy: ChaosProxy): Fault[] {
  return [
    { name: 'reset', happen: async () => void proxy.reset() },
    { name: 'end', happen: async () => void proxy.end() },
    { name: 'cut in a frame', happen: async () => void proxy.cutInFrame({ skip: 1 }) },
    { name: 'bytes one by one', happen: () => during(proxy.split(), DROP_MS / 4) },
    { name: 'black hole', happen: () => during(proxy.blackHole(), DROP_MS) },
    { name: 'latency', happen: () => during(proxy.latency(80, { jitter: 60 }), DROP_MS) },
    {
      name: 'lossy',
      happen: () =>
        during(proxy.lossy({ drop: 0.3, double: 0.3, reorder: 0.3, only: '"chunk"|"complete"|"snapshot"' }), DROP_MS),
    },
    { name: 'drop of 2 s', happen: () => proxy.downFor(DROP_MS) },
  ];
}

export function pageFaults(faults: PageFaults): Fault[] {
  return [
    { name: 'freeze', happen: async () => during(await faults.freeze(), DROP_MS / 4) },
    { name: 'back/forward cache', happen: async () => during(await faults.leave(), DROP_MS / 4) },
    { name: 'reload', happen: () => faults.reload() },
    { name: 'second tab', happen: async () => (await faults.openSecondTab()).close() },
    { name: 'a clock an hour off', happen: async () => void (await faults.skewClock(3_600_000)) },
    { name: 'offline', happen: async () => during(await faults.offline(), DROP_MS / 4) },
  ];
}

/** @param name what it is called in the report: `server` */
export function processFaults(name: string, process: ManagedProcess, { writesAnswers = false } = {}): Fault[] {
  const hang = async (): Promise<void> => {
    await process.hang();
    await during(() => process.wake(), DROP_MS);
  };
  const kill = async (): Promise<void> => {
    await process.kill();
    await process.start();
  };
  return [
    { name: `${name} hangs`, happen: hang },
    { name: `${name} restarts`, endsTheJob: writesAnswers, happen: () => process.restart() },
    { name: `${name} is killed`, endsTheJob: writesAnswers, happen: kill },
  ];
}

/** So many faults for each trial: every one comes up as often as any other, in an order from the seed. */
export function dealFaults(
  faults: readonly Fault[],
  { trials, each, random }: { readonly trials: number; readonly each: number; readonly random: () => number },
): Fault[][] {
  const deck: Fault[] = [];
  while (deck.length < trials * each) {
    const round = faults.map((fault) => ({ fault, key: random() })).sort((a, b) => a.key - b.key);
    deck.push(...round.map(({ fault }) => fault));
  }
  return Array.from({ length: trials }, (_, trial) => deck.slice(trial * each, (trial + 1) * each));
}
