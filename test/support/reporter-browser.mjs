import { relative } from 'node:path';
import { noResults, writeResults } from './reporter-results.mjs';

/**
 * A reporter for @web/test-runner that leaves the counts for scripts/test.mjs. A page that fails to load its tests, or
 * ends with an uncaught error, is one failure.
 * @returns {import('@web/test-runner').Reporter}
 */
export function webTestRunnerReporter() {
  return {
    onTestRunFinished({ sessions }) {
      const results = noResults();
      for (const session of sessions) {
        const file = relative(process.cwd(), session.testFile ?? '').replaceAll('\\', '/');
        const failedBefore = results.failed.length;
        if (session.testResults) addSuite(results, [file], session.testResults);
        for (const error of session.errors) {
          results.failed.push({ name: file, message: explain(error) });
        }
        if (!session.passed && results.failed.length === failedBefore) {
          results.failed.push({ name: file, message: 'the page did not finish its tests' });
        }
      }
      writeResults(results);
    },
  };
}

/**
 * @param {import('./reporter-results.mjs').Results} results
 * @param {string[]} path
 * @param {Pick<import('@web/test-runner').TestSuiteResult, 'suites' | 'tests'>} suite
 */
function addSuite(results, path, suite) {
  for (const test of suite.tests) {
    const name = [...path, test.name].join(' › ');
    if (test.skipped) results.skipped.push({ name, reason: 'skipped in the source' });
    else if (test.passed) results.passed += 1;
    else results.failed.push({ name, message: explain(test.error) });
  }
  for (const child of suite.suites) addSuite(results, [...path, child.name], child);
}

/** The browser's stack comes without the message. @param {{ message?: string, stack?: string } | undefined} error */
function explain(error) {
  return [error?.message, error?.stack].filter(Boolean).join('\n') || 'failed without saying why';
}
