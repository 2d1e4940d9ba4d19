// How each build target is made. Every function writes its files whole or throws an Error that names the place.
import { chmodSync, cpSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { build } from 'esbuild';
import { rollup } from 'rollup';
import { builds } from '../rollup.config.mjs';
import { runNode } from './command.mjs';
import { writeManifest } from './manifest.mjs';
import { root } from './project.mjs';

/** Every path in rollup.config.mjs is relative to the repository. */
export async function buildBundles() {
  const previous = process.cwd();
  process.chdir(root);
  try {
    await Promise.all(Object.values(builds).map(buildBundle));
  } finally {
    process.chdir(previous);
  }
}

/** @param {typeof builds[keyof typeof builds]} options */
async function buildBundle(options) {
  /** @type {string[]} */
  const warnings = [];
  const bundle = await rollup({ ...options, onwarn: (warning) => warnings.push(describe(warning)) }).catch((error) => {
    throw new Error(describe(error), { cause: error });
  });
  try {
    // An unresolved import becomes a bundle that breaks in the browser: a warning here is a failure.
    if (warnings.length > 0) throw new Error(warnings.join('\n'));
    const { output } = await bundle.write(options.output);
    if (options.output.dir !== undefined) removeOldChunks(join(options.output.dir, 'chunks'), output);
  } finally {
    await bundle.close();
  }
}

/** @param {import('rollup').RollupLog} log */
function describe({ message, loc, id, frame }) {
  const file = loc?.file ?? id;
  const place = file && `${relative(root, file)}${loc ? `:${loc.line}:${loc.column}` : ''}: `;
  return `${place ?? ''}${message}${frame ? `\n${frame}` : ''}`;
}

/**
 * Chunk names carry a hash, so the last build's would stay, and be packed.
 * @param {string} folder @param {readonly { fileName: string }[]} output
 */
function removeOldChunks(folder, output) {
  const current = new Set(output.map(({ fileName }) => basename(fileName)));
  try {
    for (const name of readdirSync(folder)) if (!current.has(name)) rmSync(join(folder, name));
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT') throw error;
  }
}

export async function buildTypes() {
  const folder = join(root, 'widget/dist/types');
  const { code, output } = await runNode(
    [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'widget/tsconfig.json'],
    {
      capture: true,
    },
  );
  if (code !== 0) throw new Error(output.trim());
  removeOrphans(folder);
}

/** A declaration whose source is gone. @param {string} folder */
function removeOrphans(folder) {
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.d.ts')) continue;
    const source = join(root, 'widget/src', path.replace(/\.d\.ts$/, '.ts'));
    if (!statSync(source, { throwIfNoEntry: false })) rmSync(join(folder, path));
  }
}

export async function buildManifest() {
  await writeManifest(join(root, 'widget/dist/custom-elements.json'));
}

/** Left out of a template's copy: what running the template in place leaves behind, and secrets. */
const leftBehind =
  /^(node_modules|data|dist|coverage|\.env|\.DS_Store|npm-debug\.log|\.bundle|tmp|log|storage|master\.key)$|\.(sqlite3(-\w+)?|log|tgz)$/;

/** The templates that the scaffolder writes. */
const scaffolded = ['node', 'rails'];

/** @param {import('esbuild').PluginBuild} build */
function doctorApart({ onResolve }) {
  onResolve({ filter: /^\.\/doctor\/main\.js$/ }, () => ({ path: './doctor.js', external: true }));
}

export async function buildCreateApp() {
  const dist = join(root, 'create-app/dist');
  await build({
    entryPoints: { cli: join(root, 'create-app/src/cli.ts') },
    outdir: dist,
    bundle: true,
    // One file, but for the doctor, which is loaded only when it is asked for: its parsers weigh as much as all the rest.
    plugins: [{ name: 'doctor apart', setup: doctorApart }],
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    banner: { js: '#!/usr/bin/env node' },
    logLevel: 'silent',
  });
  chmodSync(join(dist, 'cli.js'), 0o755);
  await build({
    entryPoints: { doctor: join(root, 'create-app/src/doctor/main.ts') },
    outdir: dist,
    bundle: true,
    minify: true,
    legalComments: 'eof',
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    // Some of its packages are CommonJS, and ask for Node's modules by that name.
    banner: {
      js: "import { createRequire as createRequireHere } from 'node:module'; const require = createRequireHere(import.meta.url);",
    },
    logLevel: 'silent',
  });
  await build({
    entryPoints: [join(root, 'create-app/src/engine-process.ts')],
    outfile: join(root, 'create-app/dist/engine.cjs'),
    bundle: true,
    minify: true,
    legalComments: 'eof',
    platform: 'node',
    target: 'node20.19',
    format: 'cjs',
    logLevel: 'silent',
  });

  const copy = join(root, 'create-app/templates');
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy, { recursive: true });
  for (const template of scaffolded) {
    cpSync(join(root, 'templates', template), join(copy, template), {
      recursive: true,
      filter: (source) => !leftBehind.test(basename(source)),
    });
  }
  // A template equals what it writes, so nothing in it is meant for Handlebars.
  for (const entry of readdirSync(copy, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const text = entry.isFile() ? readFileSync(path, 'utf8') : '';
    if (text.includes('{{')) writeFileSync(path, text.replaceAll('{{', String.raw`\{{`));
  }
  // npm leaves every .gitignore and .npmrc out of a package; the scaffolder gives them their dot back.
  for (const path of readdirSync(copy, { recursive: true, encoding: 'utf8' })) {
    const name = basename(path);
    if (name !== '.gitignore' && name !== '.npmrc') continue;
    cpSync(join(copy, path), join(copy, path, '..', name.slice(1)));
    rmSync(join(copy, path));
  }
  // A Rails app needs no npm: it gets the widget as one file, without the name of a map that it does not get.
  const widget = readFileSync(join(root, 'widget/dist/cable-chat.bundle.js'), 'utf8');
  writeFileSync(join(root, 'create-app/dist/cable-chat.js'), widget.replace(/\n\/\/# sourceMappingURL=.*\n?$/, '\n'));
}
