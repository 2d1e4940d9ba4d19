// `npm run verify`: everything quick that can be wrong without a browser, before a commit.
import './node-version.mjs';
import { join } from 'node:path';
import { runNode, seconds, withProgress } from './command.mjs';
import { ensureInstalled } from './install.mjs';
import { root } from './project.mjs';

/** @typedef {{ name: string, args: readonly string[], cwd?: string, cure: string }} Check */

/** @param {string} path */
const tool = (path) => join(root, 'node_modules', path);

/**
 * Two lanes beside each other, as long as they were measured to be: the unit tests are one, the rest is the other.
 * @type {readonly (readonly Check[])[]}
 */
const lanes = [
  [{ name: 'unit tests', args: ['scripts/test.mjs', '--only', 'unit'], cure: 'npm test -- --only unit' }],
  [
    { name: 'format', args: [tool('prettier/bin/prettier.cjs'), '--check', '.'], cure: 'npm run format' },
    { name: 'lint', args: [tool('oxlint/bin/oxlint'), '--deny-warnings'], cure: 'npm run lint' },
    { name: 'types', args: ['scripts/types.mjs'], cure: 'npm run types' },
    { name: 'manifest', args: ['scripts/manifest-check.mjs'], cure: 'document what it names, then npm run build' },
    { name: 'sizes', args: ['test/bench/size.mjs', '--check'], cure: 'npm run bench:size' },
    packageCheck('widget'),
    packageCheck('create-app'),
    {
      name: 'attw widget',
      // Node's old resolution and CommonJS are not served: an element is loaded by browsers, bundlers and modern Node.
      args: [
        tool('@arethetypeswrong/cli/dist/index.js'),
        ...['--pack', 'widget', '--profile', 'esm-only', '--no-emoji'],
        ...['--exclude-entrypoints', './custom-elements.json'],
      ],
      cure: "correct widget/package.json's exports",
    },
  ],
];

/** @param {string} folder @returns {Check} */
function packageCheck(folder) {
  return {
    name: `publint ${folder}`,
    args: [tool('publint/src/cli.js'), folder, '--strict', '--pack', 'npm'],
    cure: `correct ${folder}/package.json`,
  };
}

/** @param {Check} check */
async function perform(check) {
  const outcome = await runNode(check.args, { capture: true, deadline: 180_000 });
  const passed = outcome.code === 0;
  console.log(`  ${passed ? '✓' : '✗'} ${check.name.padEnd(20)} ${seconds(outcome.milliseconds).padStart(8)}`);
  return { ...check, ...outcome, passed };
}

try {
  await ensureInstalled();
  const build = await runNode([join(root, 'scripts/build.mjs')]);
  if (build.code !== 0) process.exit(1);
  console.log('');
  const performed = await withProgress(
    'verifying',
    Promise.all(
      lanes.map(async (checks) => {
        const results = [];
        for (const check of checks) results.push(await perform(check));
        return results;
      }),
    ),
  );
  const failed = performed.flat().filter(({ passed }) => !passed);
  for (const { name, output, cure, timedOut } of failed) {
    console.log(`\n── ${name}${timedOut ? ' (not through in 3 minutes, killed)' : ''}\n${output.trim()}\n→ ${cure}`);
  }
  const total = performed.flat().length;
  console.log(failed.length === 0 ? `\nAll ${total} checks passed.` : `\n${failed.length} of ${total} checks failed.`);
  if (failed.length > 0) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
