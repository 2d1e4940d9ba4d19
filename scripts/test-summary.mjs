import { seconds } from './command.mjs';

/** @typedef {import('../test/support/reporter-results.mjs').Results & { milliseconds: number }} Outcome */

/**
 * Prints the table, what was skipped and what failed, and the last line: `N passed, N failed`.
 * @param {ReadonlyMap<string, Outcome>} all by suite
 * @param {string} seed
 * @returns {boolean} whether that is a success; nothing tested is none
 */
export function printSummary(all, seed) {
  printTable(all);
  const outcomes = [...all.values()];
  const passed = outcomes.reduce((sum, results) => sum + results.passed, 0);
  const failed = outcomes.reduce((sum, results) => sum + results.failed.length, 0);
  const skipped = outcomes.reduce((sum, results) => sum + results.skipped.length, 0);
  if (passed + failed === 0) console.log('\nNothing was tested.');
  if (failed > 0) console.log(`\nThe same again: SEED=${seed} npm test`);
  console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  return failed === 0 && passed > 0;
}

/** @param {ReadonlyMap<string, Outcome>} all by suite */
function printTable(all) {
  const rows = [
    ['suite', 'passed', 'failed', 'skipped', 'time'],
    ...[...all].map(([name, { passed, failed, skipped, milliseconds }]) => [
      name,
      String(passed),
      String(failed.length),
      String(skipped.length),
      seconds(milliseconds),
    ]),
  ];
  console.log('');
  for (const row of rows) {
    console.log(`  ${row.map((cell, column) => (column === 0 ? cell.padEnd(10) : cell.padStart(9))).join('')}`);
  }
  const outcomes = [...all.values()];
  const skipped = outcomes.flatMap((results) => results.skipped);
  if (skipped.length > 0) console.log('\nSkipped:');
  for (const { name, reason } of skipped) console.log(`  - ${name}: ${reason}`);
  const failed = outcomes.flatMap((results) => results.failed);
  if (failed.length > 0) console.log('\nFailed:');
  for (const { name, message } of failed) console.log(`  ✗ ${name}\n      ${firstLine(message)}`);
}

/** The whole message stands above, where the test failed. @param {string} message */
function firstLine(message) {
  const [line = ''] = message.split('\n');
  return line.length > 300 ? `${line.slice(0, 300)} …` : line;
}
