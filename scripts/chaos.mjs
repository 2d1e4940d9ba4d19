// `npm run test:chaos -- [--trials N] [--seed S] [--chunks N] [--json] [--trace]`
// The real client core and the real server modules through seeded schedules of ten faults, in virtual time
// (test/chaos). Trial i has the seed S + i. Exits with 1 on any violation.
import './node-version.mjs';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { bundleTrials, loadTrials, runTrials } from './chaos-pool.mjs';
import { addTrial, emptySummary, printSummary } from './chaos-summary.mjs';
import { seconds } from './command.mjs';
import { ensureInstalled } from './install.mjs';
import { cache } from './project.mjs';

const usage = `npm run test:chaos -- [--trials N] [--seed S] [--chunks N] [--json] [--trace]
  --trials  how many schedules (1000)
  --seed    the first one's seed (drawn); the others follow
  --chunks  pieces of the longest answers (400)
  --json    one JSON object instead of the table
  --trace   with --trials 1: every event of that schedule
`;

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        trials: { type: 'string', default: '1000' },
        seed: { type: 'string', default: process.env['SEED'] || String(Math.floor(Math.random() * 2 ** 31)) },
        chunks: { type: 'string', default: '400' },
        json: { type: 'boolean', default: false },
        trace: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    return {
      trials: whole('trials', values.trials, 1),
      seed: whole('seed', values.seed, 0),
      chunks: whole('chunks', values.chunks, 1),
      json: values.json,
      trace: values.trace,
      help: values.help,
    };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n`);
    return undefined;
  }
}

/** @param {string} name @param {string} value @param {number} least */
function whole(name, value, least) {
  const number = Number(value);
  if (/^\d+$/.test(value) && Number.isSafeInteger(number) && number >= least) return number;
  throw new Error(`--${name} is "${value}"; it must be a whole number, at least ${least}.`);
}

/** @param {NonNullable<ReturnType<typeof readArguments>>} options @param {string} bundle */
async function trace({ seed, chunks }, bundle) {
  const { runTrial } = await loadTrials(bundle);
  const { violation } = await runTrial({ seed, chunks, trace: (line) => console.log(line) });
  console.log(
    violation === undefined ? '\nno violation' : `\n${violation.kind} at ${violation.at}: ${violation.detail}`,
  );
  return violation === undefined;
}

/** @param {NonNullable<ReturnType<typeof readArguments>>} options @param {string} bundle */
async function measure({ trials, seed, chunks, json }, bundle) {
  const summary = emptySummary({ trials, seed, chunks });
  const started = performance.now();
  let told = started;
  await runTrials(bundle, { seed, trials, chunks }, (result) => {
    addTrial(summary, result);
    if (performance.now() - told > 5_000) {
      told = performance.now();
      console.error(`  … ${summary.run} of ${trials} trials, ${seconds(told - started)}`);
    }
    return true;
  });
  summary.milliseconds = Math.round(performance.now() - started);
  if (json) console.log(JSON.stringify(summary, undefined, 2));
  else printSummary(summary);
  return summary.violations.length === 0;
}

const options = readArguments();
if (options === undefined || options.help) {
  console.log(usage);
  process.exitCode = options === undefined ? 2 : 0;
} else {
  await ensureInstalled();
  mkdirSync(join(cache, 'chaos'), { recursive: true });
  const bundle = await bundleTrials(join(import.meta.dirname, '..'), 'trials');
  try {
    const isFine = options.trace ? await trace(options, bundle) : await measure(options, bundle);
    if (!isFine) process.exitCode = 1;
  } finally {
    rmSync(bundle, { force: true });
  }
}
