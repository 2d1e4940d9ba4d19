/**
 * `npm run bench:markdown -- [--quick] [--json] [--check] [--contestant NAME]… [--document NAME]… [--seed N]`: what it costs
 * to show an answer while it streams, for the usual renderers and for ours, measured side by side in one run in Chromium.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { launchChromium } from '../../support/chromium.js';
import { runBench } from '../command-line.js';
import { installPeers } from '../peers.js';
import { writeDocument } from './documents.js';
import { readOptions, USAGE } from './options.js';
import type { Options } from './options.js';
import { runAll } from './run.js';
import type { Run } from './run.js';
import { startSite } from './site.js';
import { growth, LIMITS, summarise, table, violations } from './summary.js';

/** The browser draws frame after frame instead of waiting for a screen: what is measured is work, not waiting. */
const FAST = ['--disable-frame-rate-limit', '--disable-gpu-vsync'];

/** Each with what was started before it: ended in the other order, whatever happens. */
async function measure(options: Options, interrupted: AbortSignal): Promise<readonly Run[]> {
  const ends: (() => Promise<void>)[] = [];
  try {
    const site = await startSite(options.contestants);
    ends.push(() => site.stop());
    const fast = await launchChromium({ args: FAST });
    ends.push(() => fast.close());
    const paced = await launchChromium();
    ends.push(() => paced.close());
    const began = performance.now();
    let told = began;
    return await runAll(
      site,
      { fast, paced },
      {
        ...options,
        interrupted,
        documents: options.documents.map((document) => writeDocument(document, options.seed)),
        progress(done, all, what) {
          if (performance.now() - told < 5_000) return;
          told = performance.now();
          console.error(`  … ${done} of ${all}; ${Math.round((told - began) / 1000)} s; now ${what}`);
        },
      },
    );
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

/** Of what is measured, as installed. */
function versions({ contestants }: Options): Readonly<Record<string, string>> {
  const names = new Set(contestants.flatMap(({ packages }) => packages));
  return Object.fromEntries(
    [...names].map((name) => {
      const file = fileURLToPath(new URL(`../node_modules/${name}/package.json`, import.meta.url));
      return [name, existsSync(file) ? String(JSON.parse(readFileSync(file, 'utf8')).version) : 'unknown'];
    }),
  );
}

async function main(interrupted: AbortSignal): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) {
    console.log(USAGE);
    return 0;
  }
  await installPeers();
  const { seed, repetitions, contestants } = options;
  console.error(`Seed ${seed}; ${repetitions} repetitions; ${contestants.map(({ name }) => name).join(', ')}.`);
  const started = performance.now();
  const runs = await measure(options, interrupted);
  const seconds = Math.round((performance.now() - started) / 1000);
  const lines = summarise(runs);
  const documents = options.documents.map((document) => writeDocument(document, seed));
  const exponents = growth(lines, documents);
  const broken = [
    ...(interrupted.aborted ? [`interrupted after ${runs.length} measurements: what is missing was not compared`] : []),
    ...violations(lines, exponents),
  ];
  if (options.json) {
    const report = {
      seed,
      repetitions,
      seconds,
      versions: versions(options),
      limits: LIMITS,
      lines,
      exponents,
      broken,
      runs,
    };
    console.log(JSON.stringify(report, null, 2));
  } else console.log(`${table(lines, exponents)}\n\n${seconds} s, seed ${seed}`);
  for (const sentence of broken) console.error(`✗ ${sentence}`);
  return options.check && broken.length > 0 ? 1 : 0;
}

await runBench(main, USAGE, { isPatient: true });
