/** All rounds: several pages at a time, the faults in turn, so that no subject and no fault has a better hour. */
import type { LivelyBrowser } from '../../support/chaos/browser.js';
import { AWAY, FAULTS } from './faults.js';
import type { Fault, Scene } from './faults.js';
import { runRound } from './round.js';
import type { Lab, Trial } from './round.js';
import type { BackendName } from './subjects.js';

export interface RunOptions {
  /** Of each fault, by each subject. */
  readonly trials: number;
  readonly faults?: readonly string[] | undefined;
  readonly progress: (done: number, all: number) => void;
}

/** @param browsers as many as pages are at work at a time */
export async function runAll(
  lab: Lab,
  browsers: readonly LivelyBrowser[],
  options: RunOptions,
): Promise<readonly Trial[]> {
  const { trials, progress } = options;
  const chosen = FAULTS.filter(({ name }) => options.faults?.includes(name) ?? true);
  const results: Trial[] = [];
  let done = 0;
  const record = (round: readonly Trial[]): void => {
    results.push(...round);
    progress(++done, trials * chosen.length);
  };

  const own = chosen.filter(({ to }) => to !== 'servers');
  const queue = Array.from({ length: trials }, () => own).flat();
  const notShared = (): Promise<never> => Promise.reject(new Error('only a shared fault restarts the servers'));
  const work = async (browser: LivelyBrowser): Promise<void> => {
    for (let fault = queue.shift(); fault !== undefined; fault = queue.shift()) {
      record(await runRound(lab, browser, fault, notShared));
    }
  };
  await Promise.all(browsers.map(work));

  for (const fault of chosen.filter(({ to }) => to === 'servers')) {
    for (let left = trials; left > 0; left -= browsers.length) {
      await runTogether(lab, browsers.slice(0, left), fault, record);
    }
  }
  return results;
}

/** So many pages get ready; then it happens to all of them. */
async function runTogether(
  lab: Lab,
  browsers: readonly LivelyBrowser[],
  fault: Fault,
  record: (round: readonly Trial[]) => void,
): Promise<void> {
  const ready: (() => void)[] = [];
  let restart: (value: Promise<Readonly<Record<BackendName, number>>>) => void = () => undefined;
  const restarted = new Promise<Readonly<Record<BackendName, number>>>((resolve) => (restart = resolve));
  const together: Scene['restart'] = (began) => {
    ready.push(began);
    if (ready.length === browsers.length) {
      for (const begin of ready) begin();
      restart(restartBoth(lab));
    }
    return restarted;
  };
  await Promise.all(browsers.map(async (browser) => record(await runRound(lab, browser, fault, together))));
}

async function restartBoth({ backends }: Lab): Promise<Readonly<Record<BackendName, number>>> {
  const [anycable, embedded] = await Promise.all([backends.anycable.restart(AWAY), backends.embedded.restart(AWAY)]);
  return { anycable, embedded };
}
