/**
 * A schedule: which faults, where, for how long. Plain data, drawn from a seed; each item stands for itself, so that any
 * of them can be left out and the rest still means the same.
 */
import type { Fault } from '../../../create-app/src/chaos/faults.js';
import { Random } from '../../../create-app/src/chaos/random.js';

export interface ScheduledFault {
  /** Begins when the counter has reached the value; how far a test gets, not how long it takes. */
  readonly at: { readonly counter: string; readonly value: number };
  readonly fault: Fault;
  /** Ends after so many milliseconds; absent: at once. Nothing progresses in a black hole, so this needs a clock. */
  readonly ms?: number;
  /** Ends before that, when the counter has grown by so much since the fault began. */
  readonly until?: { readonly counter: string; readonly more: number };
}

export interface Schedule {
  /** What it was drawn from; absent where it was written by hand, or shrunk. */
  readonly seed?: number;
  readonly faults: readonly ScheduledFault[];
}

/** One kind of fault to draw. */
export interface MenuItem {
  /** How often, compared with the others; default 1. */
  readonly weight?: number;
  readonly draw: (random: Random) => Omit<ScheduledFault, 'at'>;
}

export interface ScheduleShape {
  readonly seed: number;
  readonly menu: readonly MenuItem[];
  /** How many faults. */
  readonly faults: number;
  /** What they are aimed at, and between which values. */
  readonly counter: string;
  readonly from: number;
  readonly to: number;
}

/** Draws a schedule, in the order of its values. The same shape gives the same schedule. */
export function drawSchedule({ seed, menu, faults: count, counter, from, to }: ScheduleShape): Schedule {
  const random = new Random(seed);
  const choices = menu.flatMap((item) => Array.from({ length: item.weight ?? 1 }, () => item));
  const faults = Array.from({ length: count }, (_, index) => {
    const own = random.fork(index);
    return { at: { counter, value: own.integer(from, to) }, ...own.pick(choices).draw(own) };
  });
  return { seed, faults: faults.sort((one, other) => one.at.value - other.at.value) };
}

/** For people: a line a fault, then the schedule itself, which `parseSchedule` reads. */
export function printSchedule(schedule: Schedule): string {
  const { seed, faults } = schedule;
  return [
    `${faults.length} faults${seed === undefined ? '' : `, seed ${seed}`}`,
    ...faults.map((fault, index) => `  ${String(index + 1).padStart(3)}. ${describe(fault)}`),
    `again: ${JSON.stringify(schedule)}`,
  ].join('\n');
}

function describe({ at, fault: { kind, ...details }, ms, until }: ScheduledFault): string {
  const how = Object.entries(details).map(([name, value]) => `${name} ${String(value)}`);
  const end = [
    ...(ms === undefined ? [] : [`for ${ms} ms`]),
    ...(until === undefined ? [] : [`at most ${until.more} more ${until.counter}`]),
  ];
  return `at ${at.counter} ${at.value}: ${[[kind, ...how].join(', '), ...end].join(' · ')}`;
}

/** Smaller schedules to try, boldest first: halves, then without one of the faults, then with shorter ones. */
export function* smallerSchedules({ faults }: Schedule): Generator<Schedule> {
  if (faults.length > 2) {
    const half = Math.ceil(faults.length / 2);
    yield { faults: faults.slice(0, half) };
    yield { faults: faults.slice(half) };
  }
  for (const [index] of faults.entries()) yield { faults: faults.filter((_, other) => other !== index) };
  for (const [index, fault] of faults.entries()) {
    if (fault.ms === undefined || fault.ms < 2) continue;
    yield { faults: faults.with(index, { ...fault, ms: Math.floor(fault.ms / 2) }) };
  }
}

export interface ShrinkOptions {
  /** Runs to spend; default 50. */
  readonly runs?: number;
  readonly signal?: AbortSignal;
}

/**
 * The smallest schedule found that still fails, from one that does.
 * @param fails runs a schedule, and says whether it fails; one that fails only at times may shrink less
 */
export async function shrinkSchedule(
  schedule: Schedule,
  fails: (smaller: Schedule) => Promise<boolean>,
  { runs = 50, signal }: ShrinkOptions = {},
): Promise<Schedule> {
  let smallest = schedule;
  let left = runs;
  for (let isSmaller = true; isSmaller;) {
    isSmaller = false;
    for (const candidate of smallerSchedules(smallest)) {
      if (left-- <= 0 || signal?.aborted === true) return smallest;
      if (!(await fails(candidate))) continue;
      smallest = candidate;
      isSmaller = true;
      break;
    }
  }
  return smallest;
}
