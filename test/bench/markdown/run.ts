/** All measurements, interleaved: each repetition goes through every document and mode, and there through all contestants, so that none has a better hour. */
import type { Browser, CDPSession, Page } from 'playwright-core';
import { isMeasured } from './contestants.js';
import type { ContestantName } from './contestants.js';
import type { BenchDocument } from './documents.js';
import type { Mode } from './options.js';
import type { Outcome, Task } from './page/harness.js';
import type { Site } from './site.js';

export interface Run extends Outcome {
  readonly contestant: string;
  readonly document: string;
  readonly mode: Mode;
  readonly repetition: number;
  /** The main thread's milliseconds in tasks, without what the harness took to look whether the text is there. */
  readonly taskDuration: number;
  /** The same before the first chunk, while the page gets ready and is at rest. */
  readonly preparing: number;
  /** Bytes that JavaScript holds more of than before, after a collection. */
  readonly heap: number;
}

/** The browsers differ in their flags: one draws as fast as it can, the other 60 times a second. */
export interface Browsers {
  readonly fast: Browser;
  readonly paced: Browser;
}

export interface RunOptions {
  readonly contestants: readonly ContestantName[];
  readonly documents: readonly BenchDocument[];
  readonly modes: readonly Mode[];
  readonly repetitions: number;
  /** Milliseconds for a run. */
  readonly limit: number;
  readonly progress: (done: number, all: number, what: string) => void;
  /** Then no more is begun. */
  readonly interrupted: AbortSignal;
}

const CHUNKS_PER_FRAME = 4;

/** At 60 frames a second, 200 KB take half a minute: only the document that the limit is about, and twice. */
const PACED = { kilobytes: 200, repetitions: 2 };

function isPlanned(mode: Mode, document: BenchDocument, repetition: number, chosen: number): boolean {
  if (mode !== 'paced') return true;
  const isTheOne = document.shape === 'mixed' && (document.kilobytes === PACED.kilobytes || chosen === 1);
  return isTheOne && repetition < PACED.repetitions;
}

export async function runAll(site: Site, browsers: Browsers, options: RunOptions): Promise<readonly Run[]> {
  const { contestants, documents, modes, repetitions, limit, progress, interrupted } = options;
  const plan = Array.from({ length: repetitions }, (_, repetition) =>
    documents.flatMap((document) =>
      modes
        .filter((mode) => isPlanned(mode, document, repetition, documents.length))
        .flatMap((mode) =>
          // Each begins once.
          [
            ...contestants.slice(repetition % contestants.length),
            ...contestants.slice(0, repetition % contestants.length),
          ]
            .filter((contestant) => isMeasured(contestant, document))
            .map(({ name }) => ({ repetition, document, mode, contestant: name })),
        ),
    ),
  ).flat();

  const runs: Run[] = [];
  const stopped = new Set<string>();
  for (const [index, { repetition, document, mode, contestant }] of plan.entries()) {
    if (interrupted.aborted) break;
    const what = `${document.name}, ${mode}, ${contestant}`;
    progress(index, plan.length, what);
    // Once is enough to know that it takes longer than the limit; five minutes for the same answer are not.
    if (stopped.has(what)) continue;
    const browser = mode === 'paced' ? browsers.paced : browsers.fast;
    const { text, cuts } = document;
    const chunksPerFrame = mode === 'burst' ? null : CHUNKS_PER_FRAME;
    const measured = await measure(browser, site.url(contestant), { text, cuts, chunksPerFrame, limit }, what);
    if (measured.timedOutAt !== null) stopped.add(what);
    runs.push({ ...measured, contestant, document: document.name, mode, repetition });
  }
  return runs;
}

type Measured = Omit<Run, 'contestant' | 'document' | 'mode' | 'repetition'>;

/** A page of its own, so that nobody inherits another's garbage or compiled code. */
async function measure(browser: Browser, url: string, task: Task, what: string): Promise<Measured> {
  const context = await browser.newContext({ viewport: { width: 800, height: 600 } });
  try {
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.goto(url);
    const cdp = await context.newCDPSession(page);
    // The thread's own clock: what other processes take of the machine meanwhile is not counted.
    await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
    await page.evaluate((given) => globalThis.bench.prepare(given), task);
    const before = await metricsOf(cdp);
    const outcome = await within(task.limit + 30_000, page, () => page.evaluate(() => globalThis.bench.run()));
    if (outcome === undefined) return { ...BLOCKED, timedOutAt: 0 };
    const { taskDuration } = await metricsOf(cdp, false);
    const { heap } = await metricsOf(cdp);
    if (errors.length > 0) throw new Error(`${what}: its page threw ${errors[0]}`);
    return {
      ...outcome,
      taskDuration: taskDuration - before.taskDuration - outcome.looking,
      preparing: before.taskDuration,
      heap: heap - before.heap,
    };
  } finally {
    await context.close();
  }
}

/** Of a run whose page did not even come back to look at the clock. */
const BLOCKED: Omit<Measured, 'timedOutAt'> = {
  milliseconds: Infinity,
  frames: 0,
  waited: 0,
  heldBack: 0,
  looking: 0,
  longestScript: Infinity,
  longestTask: Infinity,
  missing: null,
  taskDuration: Infinity,
  preparing: NaN,
  heap: 0,
};

async function within<T>(milliseconds: number, page: Page, work: () => Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const isOver = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), milliseconds)));
  try {
    const working = work();
    // Ended by us, with its page.
    working.catch(() => undefined);
    const result = await Promise.race([working, isOver]);
    if (result === undefined) await page.close();
    return result;
  } finally {
    clearTimeout(timer);
  }
}

async function metricsOf(cdp: CDPSession, collect = true): Promise<{ taskDuration: number; heap: number }> {
  if (collect) await cdp.send('HeapProfiler.collectGarbage');
  const { metrics } = await cdp.send('Performance.getMetrics');
  const value = (wanted: string): number => metrics.find(({ name }) => name === wanted)?.value ?? NaN;
  return { taskDuration: 1000 * value('TaskDuration'), heap: value('JSHeapUsedSize') };
}

declare global {
  // The page's own; see page/harness.ts.
  var bench: { prepare(task: Task): Promise<void>; run(): Promise<Outcome> };
}
