// `npm run build`, or `node scripts/build.mjs bundles types manifest create-app` for some of it.
// Each target is skipped when nothing that goes into it has changed. Progress goes to stderr: `npm pack --json`
// runs this and owns stdout.
import './node-version.mjs';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { seconds } from './command.mjs';
import { fingerprint, isFresh, markFresh, markStale } from './fingerprint.mjs';
import { withLock } from './lock.mjs';
import { root } from './project.mjs';
import { buildBundles, buildCreateApp, buildManifest, buildTypes } from './targets.mjs';

/**
 * @typedef {object} Target
 * @property {string} what
 * @property {readonly string[]} inputs folders and files, relative to the repository
 * @property {readonly string[]} outputs files that are there when it succeeded
 * @property {readonly string[]} [needs] targets whose outputs go into it
 * @property {() => Promise<void>} build throws an Error that says what is wrong
 */

const shared = ['package-lock.json', 'tsconfig.base.json', 'scripts/targets.mjs'];

/** @type {Record<string, Target>} */
const targets = {
  bundles: {
    what: 'the widget',
    inputs: [...shared, 'widget/src', 'widget/package.json', 'rollup.config.mjs'],
    outputs: [
      ...['index', 'elements', 'channel', 'markdown', 'protocol', 'testing'],
      ...['cable-chat.bundle', 'cable-chat.iife'],
    ].map((name) => `widget/dist/${name}.js`),
    build: buildBundles,
  },
  types: {
    what: "the widget's declarations",
    inputs: [...shared, 'widget/src', 'widget/tsconfig.json'],
    outputs: ['widget/dist/types/index.d.ts', 'widget/dist/types/testing.d.ts'],
    build: buildTypes,
  },
  manifest: {
    what: 'the custom-elements manifest',
    inputs: [...shared, 'widget/src', 'scripts/manifest.mjs'],
    outputs: ['widget/dist/custom-elements.json'],
    build: buildManifest,
  },
  'create-app': {
    what: 'the scaffolder',
    inputs: [
      ...shared,
      ...['create-app/src', 'create-app/package.json', 'templates/node', 'templates/rails'],
      // What the widget's bundle, which goes into it, is made of.
      ...['widget/src', 'widget/package.json', 'rollup.config.mjs'],
    ],
    outputs: [
      'create-app/dist/cli.js',
      'create-app/dist/doctor.js',
      'create-app/dist/engine.cjs',
      'create-app/templates/node/package.json',
      'create-app/templates/rails/app/models/cable_chat.rb',
      'create-app/dist/cable-chat.js',
    ],
    needs: ['bundles'],
    build: buildCreateApp,
  },
};

/** @param {string} name @param {Target} target */
async function bring(name, target) {
  const print = fingerprint(target.inputs);
  if (isFresh(name, print) && target.outputs.every((file) => existsSync(join(root, file)))) {
    console.error(`  fresh  ${target.what}`);
    return;
  }
  const started = performance.now();
  console.error(`  …      ${target.what}`);
  markStale(name);
  await target.build();
  const missing = target.outputs.filter((file) => !existsSync(join(root, file)));
  if (missing.length > 0) throw new Error(`the build ended well, but did not write ${missing.join(', ')}`);
  markFresh(name, print);
  console.error(`  built  ${target.what} (${seconds(performance.now() - started)})`);
}

const names = process.argv.slice(2);
const unknown = names.filter((name) => !(name in targets));
if (unknown.length > 0) {
  console.error(`There is no build target ${unknown.join(', ')}. The targets: ${Object.keys(targets).join(', ')}.`);
  process.exit(2);
}

const asked = new Set(names.flatMap((name) => [name, ...(targets[name]?.needs ?? [])]));
const wanted = Object.entries(targets).filter(([name]) => asked.size === 0 || asked.has(name));
await withLock('build', async () => {
  // One after the other: each of them uses every core by itself.
  for (const [name, target] of wanted) {
    try {
      await bring(name, target);
    } catch (error) {
      console.error(`\nBuilding ${target.what} failed:\n${error instanceof Error ? error.message : error}`);
      process.exitCode = 1;
      return;
    }
  }
});
