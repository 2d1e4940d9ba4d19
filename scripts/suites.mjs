// What `npm test` runs.
import { availableParallelism } from 'node:os';

/**
 * @typedef {object} Suite
 * @property {string} heading
 * @property {string} folder
 * @property {(file: string) => boolean} [includes] which of its files; default: all
 * @property {boolean} browser needs a Chromium
 * @property {boolean} [anycable] needs a real AnyCable server
 * @property {boolean} [rails] needs a real Rails
 * @property {number} minutes then it is killed, and counts as failed
 * @property {number} fullMinutes the same for test:full
 * @property {(files: readonly string[], deadline: number) => string[]} command arguments for Node
 */

/**
 * One file may take half of the suite's time: what hangs fails by itself then, and the others still run.
 * @param {readonly string[]} options @param {readonly string[]} files @param {number} deadline milliseconds
 */
const nodeTest = (options, files, deadline) => [
  '--import',
  'tsx',
  '--test',
  '--test-reporter=./test/support/reporter.mjs',
  '--test-reporter-destination=stdout',
  `--test-timeout=${deadline / 2}`,
  ...options,
  ...files,
];

/** Unit tests that start processes of their own (npm, the CLI, Ruby, servers): too slow for `npm run verify`. */
const withProcesses =
  /^test\/unit\/(create-app-(cli|interrupt|start)|doctor\/|packages|scripts|anycable\/|chaos\/|server\/main)/;

/** In the order in which they run: the quick ones first. @type {Record<string, Suite>} */
export const suites = {
  unit: {
    heading: 'Unit tests (Node)',
    folder: 'test/unit',
    includes: (file) => !withProcesses.test(file),
    browser: false,
    minutes: 5,
    fullMinutes: 60,
    // Node would leave a core free, which is half of a small machine.
    command: (files, deadline) => nodeTest([`--test-concurrency=${availableParallelism()}`], files, deadline),
  },
  process: {
    heading: 'Unit tests with processes of their own (Node)',
    folder: 'test/unit',
    includes: (file) => withProcesses.test(file),
    browser: false,
    anycable: true,
    minutes: 10,
    fullMinutes: 30,
    command: (files, deadline) => nodeTest([`--test-concurrency=${availableParallelism()}`], files, deadline),
  },
  conformance: {
    heading: 'Conformance (the embedded server and the real AnyCable)',
    folder: 'test/conformance',
    browser: false,
    anycable: true,
    minutes: 5,
    fullMinutes: 10,
    // One file at a time: what it plays takes both cores.
    command: (files, deadline) => nodeTest(['--test-concurrency=1'], files, deadline),
  },
  browser: {
    heading: 'Component tests (Chromium)',
    folder: 'test/browser',
    browser: true,
    minutes: 10,
    fullMinutes: 20,
    command: (files) => ['node_modules/@web/test-runner/dist/bin.js', '--files', ...files],
  },
  e2e: {
    heading: 'End-to-end tests (Chromium and the embedded server)',
    folder: 'test/e2e',
    browser: true,
    minutes: 25,
    fullMinutes: 120,
    // One file at a time: each has a browser and a server of its own.
    command: (files, deadline) => nodeTest(['--test-concurrency=1'], files, deadline),
  },
  rails: {
    heading: 'Rails apps as npm create makes them (real Rails, real AnyCable, Chromium)',
    folder: 'test/rails',
    browser: true,
    anycable: true,
    rails: true,
    minutes: 40,
    fullMinutes: 120,
    // Each file has a browser, or an app of half a dozen processes, of its own.
    command: (files, deadline) => nodeTest(['--test-concurrency=1'], files, deadline),
  },
};
