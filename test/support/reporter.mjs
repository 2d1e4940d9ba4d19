// A reporter for node:test: one line per file, failures in full, and the counts in a file.
// It counts what Node 20's own summary blurs: a file that does not load is a failure, a suite is not a test, and a test
// with subtests counts through them unless it failed by itself.
import { relative, resolve } from 'node:path';
import { noResults, writeResults } from './reporter-results.mjs';

/**
 * @typedef {{ name: string, nesting: number, file?: string, skip?: string | boolean, todo?: string | boolean,
 *   details: { type?: string, duration_ms?: number, error?: Error & { failureType?: string } } }} TestEvent
 */

/** Children's failures, told once more by their parent. */
const echoes = new Set(['subtestsFailed']);

/**
 * @param {AsyncIterable<{ type: string, data: any }>} source
 * @returns {AsyncGenerator<string, void>}
 */
export default async function* reporter(source) {
  const results = noResults();
  /** Per file: how many tests have ended at each depth since their parent's last sibling. @type {Map<string, number[]>} */
  const depths = new Map();
  /** Per file and depth: the names of what is open. @type {Map<string, string[]>} */
  const paths = new Map();
  /** @type {Map<string, { passed: number, failed: number, skipped: number }>} */
  const files = new Map();
  let current = '';
  /** What has begun and not ended; Node tells these two at once, and the rest in the files' order. @type {Set<string>} */
  const running = new Set();

  /** @param {string} file */
  const summary = (file) => {
    const counts = files.get(file);
    if (!counts) return '';
    files.delete(file);
    const { passed, failed, skipped } = counts;
    return `  ${failed > 0 ? '✗' : '✓'} ${file}  ${passed}${failed > 0 ? `, ${failed} failed` : ''}${skipped > 0 ? `, ${skipped} skipped` : ''}\n`;
  };

  for await (const { type, data } of source) {
    if (type === 'test:dequeue' || type === 'test:complete') {
      const name = `${shortName(data.file)} › ${data.name}`;
      if (type === 'test:dequeue') running.add(name);
      else running.delete(name);
      // Were we killed now, this is what is known.
      writeResults({ ...results, unfinished: [...running].filter((one) => !isOuter(one, running)) });
    }
    if (type === 'test:start') {
      const file = shortName(data.file);
      const open = paths.get(file) ?? [];
      open.length = data.nesting;
      open.push(data.name);
      paths.set(file, open);
    }
    if (type === 'test:stdout' || type === 'test:stderr') {
      yield data.message;
      continue;
    }
    // Such as an error after the end of a test, which is told nowhere else.
    if (type === 'test:diagnostic' && /^(Error|Warning):/.test(data.message)) yield indent(`${data.message}\n`);
    if (type !== 'test:pass' && type !== 'test:fail') continue;

    const event = /** @type {TestEvent} */ (data);
    const file = shortName(event.file);
    if (file !== current) {
      yield summary(current);
      current = file;
    }
    const counts = files.get(file) ?? { passed: 0, failed: 0, skipped: 0 };
    files.set(file, counts);

    const ended = depths.get(file) ?? [];
    depths.set(file, ended);
    const children = ended[event.nesting + 1] ?? 0;
    ended.length = event.nesting + 1;
    ended[event.nesting] = (ended[event.nesting] ?? 0) + 1;

    const name = [file, ...(paths.get(file) ?? []).slice(0, event.nesting), event.name].join(' › ');
    if (isFileItself(event)) {
      const { passed, failed, skipped } = counts;
      if (type === 'test:pass' && passed + failed + skipped > 0) continue;
      const message =
        type === 'test:pass'
          ? 'there is no test in this file'
          : event.details.error?.failureType === 'testTimeoutFailure'
            ? `${explain(event.details.error)}: something in it never ends`
            : 'it could not be loaded, or failed outside its tests; see above';
      results.failed.push({ name: file, message });
      counts.failed += 1;
      yield `\n  ✗ ${file}\n${indent(message)}\n\n`;
    } else if (type === 'test:fail' && !event.todo) {
      const { error } = event.details;
      if (echoes.has(error?.failureType ?? '') && children > 0) continue;
      const message = explain(error);
      results.failed.push({ name, message });
      counts.failed += 1;
      yield `\n  ✗ ${name}\n${indent(message)}\n\n`;
    } else if (event.skip || event.todo) {
      const given = event.skip || event.todo;
      results.skipped.push({
        name,
        reason: typeof given === 'string' ? given : event.todo ? 'to do' : 'no reason given',
      });
      counts.skipped += 1;
    } else if (event.details.type !== 'suite' && children === 0) {
      results.passed += 1;
      counts.passed += 1;
    }
  }
  yield summary(current);
  writeResults(results);
}

/** Node reports a file without tests, and one that fails as a whole, as a test with the file's name. @param {TestEvent} event */
function isFileItself({ name, nesting, file }) {
  return nesting === 0 && file !== undefined && resolve(name) === file;
}

/** A file is only interesting where no test of it runs. @param {string} name @param {ReadonlySet<string>} running */
function isOuter(name, running) {
  const [file = '', test = ''] = name.split(' › ');
  return resolve(test) === resolve(file) && [...running].some((one) => one !== name && one.startsWith(`${file} › `));
}

/** @param {string | undefined} file */
function shortName(file) {
  return file === undefined ? '(unknown file)' : relative(process.cwd(), file).replaceAll('\\', '/');
}

/** @param {(Error & { failureType?: string }) | undefined} error */
function explain(error) {
  if (error === undefined) return 'failed without saying why';
  // The runner wraps what the test threw.
  const cause = error.cause ?? error;
  return cause instanceof Error || (typeof cause === 'object' && cause !== null && 'stack' in cause)
    ? String(cause.stack)
    : String(cause);
}

/** @param {string} text */
function indent(text) {
  return text.replace(/^/gm, '      ');
}
