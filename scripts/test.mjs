// `npm test`: everything in its short form. `npm run test:full`: the whole of what is long.
// The last line is always `N passed, N failed` (`, N skipped` where there were any).
import './node-version.mjs';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runNode, seconds, withProgress } from './command.mjs';
import { listFiles } from './fingerprint.mjs';
import { ensureInstalled } from './install.mjs';
import { cache, root } from './project.mjs';
import { suites } from './suites.mjs';
import { printSummary } from './test-summary.mjs';

/** @typedef {import('../test/support/reporter-results.mjs').Results} Results */

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      options: {
        full: { type: 'boolean', default: false },
        only: { type: 'string', multiple: true, default: [] },
        help: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    });
    const only = values.only.flatMap((list) => list.split(','));
    const unknown = only.filter((name) => !(name in suites));
    if (unknown.length > 0) {
      throw new Error(`There is no suite ${unknown.join(', ')}. The suites: ${Object.keys(suites).join(', ')}.`);
    }
    return { full: values.full, help: values.help, only, patterns: positionals };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n`);
    return undefined;
  }
}

const usage = `npm test -- [--only SUITE] [--full] [PART-OF-A-FILE-NAME …]
  suites: ${Object.keys(suites).join(', ')};  SEED=N repeats the random tests of an earlier run
`;

/**
 * @param {string} name @param {import('./suites.mjs').Suite} suite @param {readonly string[]} files
 * @param {{ full: boolean, seed: string }} options
 * @returns {Promise<Results & { milliseconds: number }>}
 */
async function runSuite(name, suite, files, { full, seed }) {
  const report = join(cache, `results-${name}-${process.pid}.json`);
  const deadline = (full ? suite.fullMinutes : suite.minutes) * 60_000;
  const outcome = await withProgress(
    name,
    runNode(suite.command(files, deadline), {
      deadline,
      env: {
        SEED: seed,
        TEST_FULL: full ? '1' : '',
        CABLE_CHAT_RESULTS: report,
        // What a runner inside a runner would inherit: Node then reports in its own binary format.
        NODE_TEST_CONTEXT: undefined,
      },
    }),
  );
  const { milliseconds } = outcome;
  /** @type {Results} */
  const results = existsSync(report)
    ? JSON.parse(readFileSync(report, 'utf8'))
    : { passed: 0, failed: [], skipped: [], unfinished: [] };
  rmSync(report, { force: true });
  const problem = findProblem(outcome, results, deadline);
  if (problem !== undefined) results.failed.push({ name: `${name} suite`, message: problem });
  return { ...results, milliseconds };
}

/**
 * A failure that no test carries.
 * @param {import('./command.mjs').Outcome} outcome @param {Results} results @param {number} deadline
 */
function findProblem(outcome, { failed, unfinished }, deadline) {
  const running = unfinished && unfinished.length > 0 ? `; unfinished: ${unfinished.join(', ')}` : '';
  if (outcome.timedOut) return `it was not through after ${seconds(deadline)}, and was killed${running}`;
  if (unfinished) return `the runner ended (exit code ${outcome.code}) before its tests did${running}`;
  // Such as an error after the last test.
  const isSilent = outcome.code !== 0 && failed.length === 0;
  return isSilent ? `all tests passed, but the runner's exit code is ${outcome.code}` : undefined;
}

/** @param {{ full: boolean, only: string[], patterns: string[] }} options */
async function main({ full, only, patterns }) {
  const seed = process.env['SEED'] || String(Math.floor(Math.random() * 2 ** 31));
  if (!/^\d+$/.test(seed)) throw new Error(`SEED is "${seed}"; it must be a whole number.`);

  await ensureInstalled();
  const chosen = Object.entries(suites).filter(([name]) => only.length === 0 || only.includes(name));
  const build = await runNode([join(root, 'scripts/build.mjs')]);
  if (build.code !== 0) throw new Error('The build failed, so nothing was tested.');
  if (chosen.some(([, suite]) => suite.browser)) {
    const { ensureChromium } = await import('./chromium.mjs');
    console.error(`  Chromium: ${await ensureChromium()}`);
  }
  if (chosen.some(([, suite]) => suite.anycable)) {
    const { ensureAnyCable } = await import('./anycable.mjs');
    console.error(`  AnyCable: ${await ensureAnyCable()}`);
  }
  if (chosen.some(([, suite]) => suite.rails)) {
    const { ensureRails, railsHome } = await import('./rails.mjs');
    await ensureRails();
    console.error(`  Rails: ${railsHome}`);
  }
  mkdirSync(cache, { recursive: true });

  console.log(`\nSEED=${seed}`);
  /** @type {Map<string, Results & { milliseconds: number }>} */
  const all = new Map();
  for (const [name, suite] of chosen) {
    const files = listFiles([suite.folder]).filter(
      (file) =>
        file.endsWith('.test.ts') &&
        (suite.includes?.(file) ?? true) &&
        (patterns.length === 0 || patterns.some((part) => file.includes(part))),
    );
    if (files.length === 0) {
      // A part of a file name usually belongs to one suite only; without one, an empty suite is a mistake.
      if (patterns.length > 0) continue;
      const nothing = [{ name: `${name} suite`, message: `there is no test in ${suite.folder}` }];
      all.set(name, { passed: 0, failed: nothing, skipped: [], milliseconds: 0 });
      continue;
    }
    console.log(`\n── ${suite.heading}: ${files.length} files`);
    all.set(name, await runSuite(name, suite, files, { full, seed }));
  }

  if (!printSummary(all, seed)) process.exitCode = 1;
}

const options = readArguments();
if (options === undefined || options.help) {
  console.log(usage);
  process.exitCode = options === undefined ? 2 : 0;
} else {
  try {
    await main(options);
  } catch (error) {
    // Nothing ran: that is one failure, and the last line says so as always.
    console.log(`\n${error instanceof Error ? error.message : error}\n\n0 passed, 1 failed`);
    process.exitCode = 1;
  }
}
