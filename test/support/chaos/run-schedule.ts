import { setTimeout as sleep } from 'node:timers/promises';
import { ChaosError } from '../../../create-app/src/chaos/errors.js';
import type { Fault, LinkFault, PageFault, ProcessFault } from '../../../create-app/src/chaos/faults.js';
import type { FaultyLink } from '../../../create-app/src/chaos/faulty-link.js';
import type { ManagedProcess } from '../../../create-app/src/chaos/managed-process.js';
import type { PageFaults } from './page-faults.js';
import type { Progress } from '../../../create-app/src/chaos/progress.js';
import type { Schedule, ScheduledFault } from './schedule.js';

/** What faults hit. A schedule needs those of its faults only. */
export interface Targets {
  readonly link?: FaultyLink;
  readonly process?: Pick<ManagedProcess, 'hang' | 'wake' | 'kill' | 'start' | 'restart'>;
  readonly page?: PageFaults;
}

export interface RunOptions {
  readonly progress: Progress;
  /** Ends the run: nothing more begins, and what is under way is lifted. */
  readonly signal?: AbortSignal;
  /** Told as it happens. */
  readonly onEvent?: (event: ScheduleEvent) => void;
}

export interface ScheduleEvent {
  /** In the schedule, from 0. */
  readonly index: number;
  readonly what: 'begun' | 'ended' | 'not reached';
  readonly fault: Fault;
  /** All counters at that moment. */
  readonly progress: Readonly<Record<string, number>>;
}

/**
 * Carries a schedule out; resolves with what happened when every fault has begun and ended, or the signal has ended the
 * run. Faults of the link may overlap; those of the process, and those of the page, take turns, because a page that is
 * frozen cannot be reloaded. Whatever began has ended by then, also when it rejects.
 * @throws ChaosError `no-target`, before anything begins; whatever a fault rejects with
 */
export async function runSchedule(
  schedule: Schedule,
  targets: Targets,
  options: RunOptions,
): Promise<readonly ScheduleEvent[]> {
  for (const { fault } of schedule.faults) requireTarget(fault, targets);
  const { progress, onEvent } = options;
  const failing = new AbortController();
  const signal = options.signal === undefined ? failing.signal : AbortSignal.any([failing.signal, options.signal]);
  const events: ScheduleEvent[] = [];
  const turns = { link: undefined, process: new Turns(), page: new Turns() };

  const carryOut = async (item: ScheduledFault, index: number): Promise<void> => {
    const { fault, at } = item;
    const tell = (what: ScheduleEvent['what']): void => {
      const event = { index, what, fault, progress: progress.snapshot() };
      events.push(event);
      onEvent?.(event);
    };
    const endTurn = await progress
      .reached(at.counter, at.value, signal)
      .then(() => turns[targetOf(fault)]?.take())
      .catch((error: unknown) => (isEnd(error, signal) ? 'not reached' : Promise.reject(error)));
    try {
      if (endTurn === 'not reached' || signal.aborted) return tell('not reached');
      const lift = await begin(fault, targets);
      tell('begun');
      try {
        await lasting(item, progress, signal);
      } finally {
        await lift();
        tell('ended');
      }
    } finally {
      if (typeof endTurn === 'function') endTurn();
    }
  };

  const runs = await Promise.allSettled(
    schedule.faults.map((item, index) =>
      carryOut(item, index).catch((error: unknown) => {
        failing.abort();
        throw error;
      }),
    ),
  );
  const failure = runs.find((run) => run.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
  return events;
}

/** One at a time, in the order of asking. */
class Turns {
  #last: Promise<void> = Promise.resolve();

  async take(): Promise<() => void> {
    const before = this.#last;
    let end: () => void = () => {};
    this.#last = new Promise((resolve) => (end = resolve));
    await before;
    return end;
  }
}

/** Resolves when the fault is to end, for whatever reason. */
async function lasting({ ms, until }: ScheduledFault, progress: Progress, signal: AbortSignal): Promise<void> {
  if (ms === undefined && until === undefined) return;
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const ends = [
    ...(ms === undefined ? [] : [sleep(ms, undefined, { signal: either })]),
    ...(until === undefined
      ? []
      : [progress.reached(until.counter, progress.value(until.counter) + until.more, either)]),
  ];
  try {
    await Promise.race(ends);
  } catch (error) {
    if (!isEnd(error, signal)) throw error;
  } finally {
    for (const end of ends) end.catch(() => {});
    over.abort();
  }
}

/** Not a failure but the end of the run: by the signal, or by whoever counted. */
function isEnd(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted || (error instanceof ChaosError && error.reason === 'stopped');
}

type Lifting = () => void | Promise<unknown>;
const nothing: Lifting = () => {};

async function begin(fault: Fault, targets: Targets): Promise<Lifting> {
  const on = targetOf(fault);
  if (on === 'process') return beginOnProcess(fault as ProcessFault, required(targets.process, fault));
  if (on === 'page') return beginOnPage(fault as PageFault, required(targets.page, fault));
  return required(targets.link, fault).apply(fault as LinkFault);
}

async function beginOnProcess({ kind }: ProcessFault, process: NonNullable<Targets['process']>): Promise<Lifting> {
  switch (kind) {
    case 'hang':
      await process.hang();
      return () => process.wake();
    case 'kill':
      await process.kill();
      return () => process.start();
    case 'restart':
      await process.restart();
      return nothing;
  }
}

async function beginOnPage(fault: PageFault, page: PageFaults): Promise<Lifting> {
  switch (fault.kind) {
    case 'freeze':
      return page.freeze();
    case 'hide':
      return page.hide();
    case 'away':
      return page.leave();
    case 'reload':
      await page.reload();
      return nothing;
    case 'offline':
      return page.offline();
    case 'second-tab': {
      const second = await page.openSecondTab();
      return () => second.close();
    }
    case 'skew':
      return page.skewClock(fault.ms);
  }
}

const TARGETS: Readonly<Record<Fault['kind'], keyof Targets>> = {
  reset: 'link',
  end: 'link',
  'cut-after': 'link',
  'cut-in-frame': 'link',
  split: 'link',
  'black-hole': 'link',
  latency: 'link',
  pause: 'link',
  refuse: 'link',
  down: 'link',
  lossy: 'link',
  hang: 'process',
  kill: 'process',
  restart: 'process',
  freeze: 'page',
  hide: 'page',
  away: 'page',
  reload: 'page',
  offline: 'page',
  'second-tab': 'page',
  skew: 'page',
};

function targetOf({ kind }: Fault): keyof Targets {
  return TARGETS[kind];
}

function requireTarget(fault: Fault, targets: Targets): void {
  required(targets[targetOf(fault)], fault);
}

function required<T>(target: T | undefined, fault: Fault): T {
  if (target !== undefined) return target;
  throw new ChaosError('no-target', `the fault ${fault.kind} needs a ${targetOf(fault)} to hit, and none was given`);
}
