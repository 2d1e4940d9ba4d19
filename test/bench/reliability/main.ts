/**
 * `npm run bench:reliability -- [--trials 30] [--quick] [--json] [--check] [--fault NAME]… [--seed N]`: what is left of
 * an answer when connections break, for the usual clients and for ours, measured side by side in one run in Chromium.
 */
import { chromiumFlags, ensureChromium } from '../../../scripts/chromium.mjs';
import { launchLivelyBrowser } from '../../support/chaos/browser.js';
import type { LivelyBrowser } from '../../support/chaos/browser.js';
import { randomFrom } from '../../support/seed.js';
import { startBackends } from './backends.js';
import { FAULTS } from './faults.js';
import { isOverloaded, watchMachine } from './machine.js';
import { readOptions, USAGE } from './options.js';
import type { Options } from './options.js';
import { runBench } from '../command-line.js';
import { installPeers } from '../peers.js';
import { runAll } from './run.js';
import { startSite } from './site.js';
import { SUBJECTS } from './subjects.js';
import { summarise, table, violations } from './summary.js';
import { Talks } from './talk.js';

/** Each with what was started before it: ended in the other order, whatever happens. */
async function measure(options: Options) {
  const ends: (() => void | Promise<void>)[] = [];
  try {
    const site = await startSite();
    ends.push(() => site.stop());
    const talks = new Talks(options.rate);
    ends.push(() => talks.stop());
    const backends = await startBackends(talks, site.origin);
    ends.push(() => backends.stop());
    const executablePath = await ensureChromium();
    const browsers: LivelyBrowser[] = [];
    while (browsers.length < Math.min(options.pages, options.trials * FAULTS.length)) {
      const browser = await launchLivelyBrowser({ executablePath, flags: chromiumFlags });
      ends.push(() => browser.close());
      browsers.push(browser);
    }
    const lab = { site, backends, talks, random: randomFrom(options.seed) };
    const trials = await runAll(lab, browsers, {
      ...options,
      progress: (done, all) => {
        if (done % 10 === 0 || done === all) console.error(`  … ${done} of ${all} rounds`);
      },
    });
    return { trials, complaints: backends.complaints };
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) {
    console.log(USAGE);
    return 0;
  }
  await installPeers();
  // Each browser has one, so that none outlives us.
  process.setMaxListeners(options.pages + 20);
  const started = performance.now();
  const busyness = watchMachine();
  console.error(`Seed ${options.seed}; ${options.trials} trials of each fault by each of ${SUBJECTS.length} subjects.`);
  const { trials, complaints } = await measure(options);
  const machine = busyness();
  const lines = summarise(trials, FAULTS, SUBJECTS);
  const broken = violations(lines, FAULTS);
  const seconds = Math.round((performance.now() - started) / 1000);
  const { seed, rate } = options;
  if (options.json) console.log(JSON.stringify({ seed, rate, seconds, machine, lines, broken }, null, 2));
  else console.log(`${table(lines, FAULTS)}\n\n${seconds} s, seed ${seed}`);
  for (const complaint of new Set(complaints.map((line) => line.replace(/^\S+ /, '').slice(0, 300)))) {
    console.error(`server: ${complaint}`);
  }
  for (const sentence of broken) console.error(`✗ ${sentence}`);
  if (isOverloaded(machine)) {
    const used = Math.round(machine.used * 100);
    console.error(
      `The machine was too busy for the times to mean much (${used} % of its cores used, lag ${machine.lag} ms): the ` +
        'counts stand; measure again when nothing else runs, or with fewer --pages.',
    );
  }
  return options.check && broken.length > 0 ? 1 : 0;
}

await runBench(main, USAGE);
