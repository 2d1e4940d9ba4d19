// Runs chaos trials (test/chaos) on every core: bundles them once, then hands seeds to worker threads.
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { cache } from './project.mjs';

/** @typedef {import('../test/chaos/trial.js').TrialResult} TrialResult */
/** @typedef {typeof import('../test/chaos/worker.js')} TrialModule */

/**
 * Bundles the trials of a tree (this repository, or a copy of it with a mutant in it). The bundle lies in this
 * repository's cache, so that it finds the packages.
 * @param {string} tree @param {string} name
 * @returns {Promise<string>} the bundle
 */
export async function bundleTrials(tree, name) {
  const outfile = join(cache, 'chaos', `${name}-${process.pid}.mjs`);
  await build({
    entryPoints: [join(tree, 'test/chaos/worker.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'silent',
    tsconfigRaw: { compilerOptions: { experimentalDecorators: true, useDefineForClassFields: false } },
  });
  return outfile;
}

/** @param {string} bundle @returns {Promise<TrialModule>} */
export async function loadTrials(bundle) {
  return await import(pathToFileURL(bundle).href);
}

/** A trial takes a fraction of a second; one that hangs (an endless loop in the code under test) is a finding. */
const TRIAL_TIMEOUT_MS = 60_000;

/**
 * Runs trials with consecutive seeds, and hands over each result as it comes. `onResult` returns false for: enough.
 * @param {string} bundle
 * @param {{ seed: number, trials: number, chunks: number, workers?: number }} options
 * @param {(result: TrialResult) => boolean} onResult
 * @returns {Promise<void>} rejects when a worker breaks, or a trial hangs
 */
export async function runTrials(bundle, { seed, trials, chunks, workers = availableParallelism() }, onResult) {
  let next = 0;
  let isEnough = false;
  await Promise.all(
    Array.from({ length: Math.min(workers, trials) }, async () => {
      const worker = new Worker(bundle, { execArgv: ['--enable-source-maps'] });
      try {
        while (!isEnough && next < trials) {
          const result = await runOne(worker, { seed: seed + next++, chunks });
          if (!isEnough && !onResult(result)) isEnough = true;
        }
      } finally {
        await worker.terminate();
      }
    }),
  );
}

/**
 * @param {Worker} worker @param {import('../test/chaos/worker.js').TrialOrder} order
 * @returns {Promise<TrialResult>}
 */
function runOne(worker, order) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => end(() => reject(new Error(`trial ${order.seed} hangs: no event of it ends`))),
      TRIAL_TIMEOUT_MS,
    );
    /** @param {TrialResult} result */
    const onMessage = (result) => end(() => resolve(result));
    /** @param {unknown} error */
    const onError = (error) => end(() => reject(new Error(`trial ${order.seed} broke its worker`, { cause: error })));
    /** @param {() => void} outcome */
    const end = (outcome) => {
      clearTimeout(timer);
      worker.off('message', onMessage);
      worker.off('error', onError);
      outcome();
    };
    worker.on('message', onMessage);
    worker.on('error', onError);
    worker.postMessage(order);
  });
}
