// `npm run test:mutants -- [--seed S] [--trials N] [--chunks N] [--json] [NAME …]`
// Whether the chaos trials can fail: each patch in test/mutants takes one rule of the protocol away, in a copy, and the
// trials on that copy must notice within N schedules. The schedule that did must pass without the mutant.
// A mutant that survives is a hole in the trials; a patch that no longer applies is to be made anew.
import './node-version.mjs';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundleTrials, loadTrials, runTrials } from './chaos-pool.mjs';
import { run } from './command.mjs';
import { ensureInstalled } from './install.mjs';
import { cache, root } from './project.mjs';

/** What the trials are made of. */
const TREES = ['widget/src', 'templates/node/src', 'test/chaos', 'test/support'];
const FOLDER = join(root, 'test/mutants');

/**
 * @typedef {object} Outcome
 * @property {string} mutant
 * @property {string} what the rule that is gone
 * @property {number} [trials] until it was caught
 * @property {number} [seed] of the schedule that caught it
 * @property {string} [kind] of the violation
 * @property {string} [detail]
 * @property {string} [problem] why it does not count as caught
 */

const { values, positionals } = parseArgs({
  options: {
    seed: { type: 'string', default: process.env['SEED'] || '1' },
    trials: { type: 'string', default: '400' },
    chunks: { type: 'string', default: '100' },
    json: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const options = { seed: Number(values.seed), trials: Number(values.trials), chunks: Number(values.chunks) };
if (!Object.values(options).every((value) => Number.isSafeInteger(value) && value >= 0)) {
  throw new Error('--seed, --trials and --chunks must be whole numbers.');
}

/** @param {string} patch @returns {Promise<Outcome>} */
async function tryMutant(patch) {
  const mutant = basename(patch, '.patch');
  const what = readFileSync(patch, 'utf8').split('\n', 1)[0] ?? '';
  const copy = mkdtempSync(join(tmpdir(), `mutant-${mutant}-`));
  let bundle;
  try {
    for (const tree of TREES) cpSync(join(root, tree), join(copy, tree), { recursive: true });
    const applied = await run('git', ['apply', '-C1', patch], {
      cwd: copy,
      capture: true,
      // Inside of some repository, git would look for the files there.
      env: { GIT_CEILING_DIRECTORIES: dirname(copy), GIT_DIR: undefined, GIT_WORK_TREE: undefined },
    });
    if (applied.code !== 0) {
      return { mutant, what, problem: `the patch no longer applies; make it anew:\n${applied.output.trim()}` };
    }
    bundle = await bundleTrials(copy, mutant);
    return { mutant, what, ...(await findViolation(bundle)) };
  } catch (error) {
    return { mutant, what, problem: error instanceof Error ? error.message : String(error) };
  } finally {
    rmSync(copy, { recursive: true, force: true });
    if (bundle !== undefined) rmSync(bundle, { force: true });
  }
}

/** @param {string} bundle @returns {Promise<Omit<Outcome, 'mutant' | 'what'>>} */
async function findViolation(bundle) {
  let trials = 0;
  /** @type {Omit<Outcome, 'mutant' | 'what'> | undefined} */
  let found;
  await runTrials(bundle, options, ({ seed, violation }) => {
    trials++;
    if (violation === undefined) return true;
    found = { trials, seed, kind: violation.kind, detail: violation.detail };
    return false;
  });
  return found ?? { problem: `survived ${trials} trials: nothing here would notice if that rule were broken` };
}

/** The schedules that caught a mutant must be harmless without it. @param {Outcome[]} outcomes */
async function checkWithout(outcomes) {
  const bundle = await bundleTrials(root, 'original');
  try {
    const { runTrial } = await loadTrials(bundle);
    for (const outcome of outcomes) {
      if (outcome.seed === undefined) continue;
      const { violation } = await runTrial({ seed: outcome.seed, chunks: options.chunks });
      if (violation !== undefined) {
        outcome.problem = `seed ${outcome.seed} fails without the mutant, too (${violation.kind}: ${violation.detail})`;
      }
    }
  } finally {
    rmSync(bundle, { force: true });
  }
}

await ensureInstalled();
mkdirSync(join(cache, 'chaos'), { recursive: true });
const patches = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.patch') && (positionals.length === 0 || positionals.some((p) => name.includes(p))))
  .sort()
  .map((name) => join(FOLDER, name));
if (patches.length === 0) throw new Error(`There is no such patch in ${FOLDER}.`);

/** @type {Outcome[]} */
const outcomes = [];
for (const patch of patches) outcomes.push(await tryMutant(patch));
await checkWithout(outcomes);
if (values.json) {
  console.log(JSON.stringify({ ...options, outcomes }, undefined, 2));
} else {
  console.log(`\nSEED=${options.seed}, at most ${options.trials} trials × ${options.chunks} chunks\n`);
  console.log(`  ${'mutant'.padEnd(26)}${'trials'.padStart(8)}  caught as`);
  for (const { mutant, what, trials, kind, detail = '', problem } of outcomes) {
    const verdict = problem === undefined ? `${kind}: ${detail.split('\n', 1)[0]?.slice(0, 130)}` : `✗ ${problem}`;
    console.log(`  ${mutant.padEnd(26)}${String(trials ?? '-').padStart(8)}  ${verdict}\n  ${' '.repeat(36)}${what}`);
  }
}
const failed = outcomes.filter(({ problem }) => problem !== undefined).length;
console.error(`\n${outcomes.length - failed} mutants caught, ${failed} not`);
if (failed > 0) process.exitCode = 1;
