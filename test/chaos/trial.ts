import { type FaultCounts, FAULTS } from './ledger.js';
import { checkEnd, unsettled } from './settled.js';
import { type Violation, ViolationError } from './verdict.js';
import { World, type WorldOptions } from './world.js';

export interface TrialResult {
  readonly seed: number;
  /** The first thing that was wrong; undefined: nothing was. */
  readonly violation: Violation | undefined;
  readonly asks: number;
  /** Of the asks: in the database once, with one answer. */
  readonly answered: number;
  /** Answers by their end; the interrupted ones are counted among the failed, too. */
  readonly complete: number;
  readonly stopped: number;
  readonly failed: number;
  readonly interrupted: number;
  /** Pieces of text stored and broadcast. */
  readonly chunks: number;
  readonly faults: FaultCounts;
  readonly events: number;
  /** Virtual milliseconds: of all, and from the end of the faults until all was at rest. */
  readonly lasted: number;
  readonly settledAfter: number;
}

/** After the faults. The longest patience in the system is a minute (the outbox's, recovery's, the rate limit's). */
const SETTLE_MS = 600_000;
/** What the faults may last at most, beyond the last that is planned: until the visitor has asked everything. */
const PATIENCE_MS = 120_000;
const LOOK_MS = 500;
/** A trial has some ten thousand; beyond it, something goes round in circles. */
const MOST_EVENTS = 2_000_000;

/** One schedule from its seed to the last check. Never rejects: what is wrong is in the result. */
export async function runTrial(options: WorldOptions): Promise<TrialResult> {
  const world = new World(options);
  const crashed = (error: unknown): void => world.report('broken', describe(error));
  process.on('unhandledRejection', crashed);
  const run = { events: 0, settledAfter: 0, answered: 0 };
  try {
    await play(world, options.seed, run);
  } catch (error) {
    if (error instanceof ViolationError) world.report(error.kind, error.message);
    else world.report('broken', describe(error));
  } finally {
    process.off('unhandledRejection', crashed);
  }
  const result = { seed: options.seed, ...run, ...summary(world) };
  world.end();
  return result;
}

async function play(world: World, seed: number, run: { events: number; settledAfter: number; answered: number }) {
  const { timeline, faults, visitor, tabs, truth } = world;
  const lastFault = timeline.now + faults.plan(FAULTS[seed % FAULTS.length] ?? 'loss');
  const runUntil = async (isOver: (now: number) => boolean): Promise<void> => {
    while (world.violation === undefined && !isOver(timeline.now)) {
      if (!timeline.step()) throw new ViolationError('unfinished', 'nothing happens any more');
      if (++run.events > MOST_EVENTS) throw new ViolationError('unfinished', 'it goes round in circles');
      // Everything that follows from this event, before the next one.
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await runUntil((now) => now > lastFault && (visitor.isThrough || now > lastFault + PATIENCE_MS));
  faults.stop();
  const began = timeline.now;
  let nextLook = 0;
  let problem: string | undefined = 'nobody has looked yet';
  await runUntil((now) => {
    if (now < nextLook) return false;
    nextLook = now + LOOK_MS;
    for (const tab of tabs) {
      visitor.retry(tab);
      if (tab.view?.hasEarlier === true) tab.session?.loadEarlier();
    }
    problem = unsettled(tabs, truth, visitor.votes);
    return problem === undefined || now > began + SETTLE_MS;
  });
  run.settledAfter = timeline.now - began;
  if (world.violation !== undefined) return;
  if (problem !== undefined) throw new ViolationError('unfinished', problem);
  world.foldAll();
  for (const tab of tabs) world.ledger.looked(tab);
  run.answered = checkEnd({ ...world, orphans: world.fleet.orphans });
}

function summary({ violation, visitor, truth, ledger, timeline }: World) {
  const answers = truth.rows().filter(({ role }) => role === 'assistant');
  const count = (status: string): number => answers.filter((answer) => answer.status === status).length;
  return {
    violation,
    asks: visitor.asked.length,
    complete: count('complete'),
    stopped: count('stopped'),
    failed: count('failed'),
    interrupted: answers.filter(({ error }) => error?.code === 'interrupted').length,
    chunks: truth.pieces,
    faults: ledger.counts,
    lasted: timeline.elapsed,
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
