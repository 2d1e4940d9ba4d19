// `npm run bench:size -- [--json] [--check]`: what a page downloads, and who brought it.
//
// The totals are exact: the very files of dist, at gzip level 9 and Brotli 11. The breakdown is an estimate, since
// compression works across files: each module that rollup kept is minified by itself, and the compressed total is
// shared out in proportion to those lengths. It ignores that some code compresses better than other code, which
// moves a package's share by a few percent; the shares add up to the total.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { transform } from 'esbuild';
import { rollup } from 'rollup';
import { builds } from '../../rollup.config.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const dist = join(root, 'widget/dist');

/**
 * @typedef {object} Size sizes in bytes
 * @property {string} file
 * @property {number} raw
 * @property {number} gzip
 * @property {number} brotli
 * @property {number | undefined} budget greatest gzip size
 * @property {Record<string, number>} [breakdown] gzip bytes by package; `cable-chat` is ours
 * @property {string[]} [chunks] the shared files that are loaded with it and counted in
 */

/** @param {readonly Buffer[]} files each is compressed by itself, as a server does */
function weigh(files) {
  /** @param {(file: Buffer) => number} measure */
  const sum = (measure) => files.reduce((total, file) => total + measure(file), 0);
  return {
    raw: sum((file) => file.length),
    gzip: sum((file) => gzipSync(file, { level: 9 }).length),
    brotli: sum((file) => brotliCompressSync(file).length),
  };
}

/** The package that a module came from. @param {string} id */
function packageOf(id) {
  const inside = id.replaceAll('\\', '/').split('/node_modules/').at(-1);
  if (inside === undefined || inside === id) return id.includes('\0') ? 'helpers' : 'cable-chat';
  const [scope = '', name] = inside.split('/');
  // AnyCable's client and Lit come in several packages each, which nobody chooses by themselves.
  if (scope === '@anycable' || scope === 'nanoevents') return '@anycable/web';
  if (scope === 'lit' || scope.startsWith('lit-') || scope === '@lit') return 'lit';
  return scope.startsWith('@') ? `${scope}/${name}` : scope;
}

/**
 * @param {import('rollup').OutputChunk} chunk
 * @param {number} gzip
 */
async function breakDown(chunk, gzip) {
  /** @type {Map<string, number>} */
  const lengths = new Map();
  for (const [id, { code }] of Object.entries(chunk.modules)) {
    if (!code) continue;
    const minified = await transform(code, { loader: 'js', minify: true, format: 'esm', target: 'es2022' });
    lengths.set(packageOf(id), (lengths.get(packageOf(id)) ?? 0) + minified.code.length);
  }
  const total = [...lengths.values()].reduce((sum, length) => sum + length, 0);
  const shares = [...lengths]
    .sort(([, a], [, b]) => b - a)
    .map(([name, length]) => [name, Math.round((gzip * length) / total)]);
  return /** @type {Record<string, number>} */ (Object.fromEntries(shares));
}

/** The chunks of a build, as it lies in dist; nothing is written. @param {import('rollup').RollupOptions} options */
async function chunksOf(options) {
  const bundle = await rollup({ ...options, onwarn: () => {} });
  try {
    const { output } = await bundle.generate({ .../** @type {import('rollup').OutputOptions} */ (options.output) });
    return output.filter((file) => file.type === 'chunk');
  } finally {
    await bundle.close();
  }
}

/** Each entry of the npm build with the chunks that it loads; the dependencies are the bundler's and not counted. */
async function measureEntries() {
  const chunks = new Map((await chunksOf(builds.modules)).map((chunk) => [chunk.fileName, chunk]));
  /** @param {string} file */
  const reachable = (file, found = new Set([file])) => {
    for (const next of chunks.get(file)?.imports ?? []) {
      if (chunks.has(next) && !found.has(next)) reachable(next, found.add(next));
    }
    return found;
  };
  return [...chunks.values()]
    .filter(({ isEntry }) => isEntry)
    .map(({ fileName: file }) => {
      const files = [...reachable(file)];
      const weight = weigh(files.map((name) => readFileSync(join(dist, name))));
      return { file, ...weight, chunks: files.slice(1), budget: budgets[file] };
    });
}

async function measureBundles() {
  // Both bundles hold the same modules: one look at them serves both.
  const [chunk] = await chunksOf(builds.bundle);
  if (chunk === undefined) throw new Error('the bundle has no chunk');
  return Promise.all(
    ['cable-chat.bundle.js', 'cable-chat.iife.js'].map(async (file) => {
      const weight = weigh([readFileSync(join(dist, file))]);
      return { file, ...weight, budget: budgets[file], breakdown: await breakDown(chunk, weight.gzip) };
    }),
  );
}

/** @param {readonly Size[]} sizes */
function print(sizes) {
  /** @param {number} bytes */
  const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
  const row = (/** @type {readonly string[]} */ cells) =>
    console.log(cells.map((cell, column) => (column === 0 ? cell.padEnd(24) : cell.padStart(12))).join(''));
  row(['file', 'gzip', 'brotli', 'raw', 'budget']);
  for (const { file, gzip, brotli, raw, budget, breakdown, chunks } of sizes) {
    row([file, kilobytes(gzip), kilobytes(brotli), kilobytes(raw), budget === undefined ? '' : kilobytes(budget)]);
    for (const [name, share] of Object.entries(breakdown ?? {})) row([`  ${name}`, kilobytes(share)]);
    if (chunks && chunks.length > 0) console.log(`  with ${chunks.join(', ')}`);
  }
}

// Every path in rollup.config.mjs is relative to the repository.
process.chdir(root);
const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, check: { type: 'boolean', default: false } },
});
const built = spawnSync(process.execPath, [join(root, 'scripts/build.mjs'), 'bundles'], { stdio: ['ignore', 2, 2] });
if (built.status !== 0) process.exit(1);

/** @type {Record<string, number>} */
const budgets = JSON.parse(readFileSync(new URL('size-budgets.json', import.meta.url), 'utf8'));
/** @type {Size[]} */
const sizes = [...(await measureBundles()), ...(await measureEntries())];

if (values.json) console.log(JSON.stringify({ unit: 'bytes', budgetOf: 'gzip', sizes }, null, 2));
else print(sizes);

const exceeded = sizes.filter(({ gzip, budget }) => budget !== undefined && gzip > budget);
for (const { file, gzip, budget } of exceeded) {
  console.error(`${file} is ${gzip} bytes gzipped, ${gzip - (budget ?? 0)} more than its budget of ${budget}.`);
}
const unknown = Object.keys(budgets).filter((name) => !sizes.some(({ file }) => file === name));
if (unknown.length > 0) console.error(`size-budgets.json names files that are not built: ${unknown.join(', ')}.`);
if (values.check && exceeded.length + unknown.length > 0) process.exitCode = 1;
