import { writeFileSync } from 'node:fs';

/**
 * What every runner leaves for scripts/test.mjs to add up, in the file that CABLE_CHAT_RESULTS names.
 * @typedef {object} Results
 * @property {number} passed
 * @property {{ name: string, message: string }[]} failed a file that could not be loaded is one of them
 * @property {{ name: string, reason: string }[]} skipped
 * @property {string[]} [unfinished] what runs now; absent when everything has ended
 */

/** @returns {Results} */
export function noResults() {
  return { passed: 0, failed: [], skipped: [] };
}

/** Does nothing when the runner was started by hand. @param {Results} results */
export function writeResults(results) {
  const path = process.env['CABLE_CHAT_RESULTS'];
  if (path) writeFileSync(path, JSON.stringify(results));
}
