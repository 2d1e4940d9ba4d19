import { spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { root } from './project.mjs';

/**
 * @typedef {object} Outcome
 * @property {number} code exit code; 1 where a signal ended it
 * @property {string} output what it wrote to stdout and stderr; empty unless `capture`
 * @property {number} milliseconds
 * @property {boolean} timedOut
 */

/** The groups of the children that run now: whatever ends this process ends them as well. @type {Set<(signal: NodeJS.Signals) => void>} */
const running = new Set();

/** @param {NodeJS.Signals} signal */
function endWith(signal) {
  for (const kill of running) kill('SIGTERM');
  process.exit(signal === 'SIGINT' ? 130 : 143);
}
function endAll() {
  for (const kill of running) kill('SIGKILL');
}

// Only while something runs, so that a script with nothing under way keeps its own ways.
const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/** @param {(signal: NodeJS.Signals) => void} kill */
function watch(kill) {
  if (running.size === 0) {
    for (const signal of signals) process.on(signal, endWith);
    process.on('exit', endAll);
  }
  running.add(kill);
}

/** @param {(signal: NodeJS.Signals) => void} kill */
function unwatch(kill) {
  running.delete(kill);
  if (running.size > 0) return;
  for (const signal of signals) process.off(signal, endWith);
  process.off('exit', endAll);
}

/**
 * Runs a command to its end. It gets a process group of its own, so that at the deadline the command goes together
 * with whatever it started (a browser, a server).
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {object} [options]
 * @param {string} [options.cwd]
 * @param {Record<string, string | undefined>} [options.env] added to this process's own
 * @param {boolean} [options.capture] collect the output instead of showing it
 * @param {number} [options.deadline] milliseconds; then it is killed and counted as failed
 * @returns {Promise<Outcome>}
 */
export function run(command, args, options = {}) {
  const started = performance.now();
  const grouped = process.platform !== 'win32';
  const child = spawn(command, args, {
    cwd: options.cwd ?? root,
    env: { ...process.env, ...options.env },
    stdio: options.capture ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    detached: grouped,
  });

  /** @param {NodeJS.Signals} signal */
  const kill = (signal) => {
    if (child.pid === undefined) return;
    try {
      if (grouped) process.kill(-child.pid, signal);
      else child.kill(signal);
    } catch (error) {
      // Gone already: what we wanted. (macOS says EPERM of a group of which only a zombie is left.)
      const { code } = /** @type {NodeJS.ErrnoException} */ (error);
      if (code !== 'ESRCH' && code !== 'EPERM') throw error;
    }
  };
  watch(kill);

  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => (output += text));
  }

  return new Promise((resolve, reject) => {
    let timedOut = false;
    const deadline = options.deadline
      ? setTimeout(() => {
          timedOut = true;
          kill('SIGKILL');
        }, options.deadline)
      : undefined;
    child.on('error', (error) => {
      clearTimeout(deadline);
      unwatch(kill);
      reject(new Error(`${command} could not be started: ${error.message}`, { cause: error }));
    });
    child.on('close', (code) => {
      clearTimeout(deadline);
      // What the command left running in its group has lost its parent: nobody else would end it.
      kill('SIGKILL');
      unwatch(kill);
      resolve({ code: code ?? 1, output, milliseconds: performance.now() - started, timedOut });
    });
  });
}

/**
 * Runs a script of this repository, or a tool from node_modules by its script, with the Node that runs us.
 * @param {readonly string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 */
export function runNode(args, options) {
  return run(process.execPath, args, options);
}

/**
 * Runs npm: the one that started us where there is one, which also spares Windows the `npm.cmd` question.
 * @param {readonly string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 */
export function runNpm(args, options) {
  const npm = process.env['npm_execpath'];
  return npm?.endsWith('npm-cli.js') ? runNode([npm, ...args], options) : run('npm', args, options);
}

/**
 * Says every few seconds that something is still going on, until it is over.
 * @template T
 * @param {string} what
 * @param {Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withProgress(what, work) {
  const started = performance.now();
  const ticker = setInterval(() => {
    console.error(`  … ${what}, ${Math.round((performance.now() - started) / 1000)} s`);
  }, 5000);
  try {
    return await work;
  } finally {
    clearInterval(ticker);
  }
}

/** @param {number} milliseconds */
export function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
