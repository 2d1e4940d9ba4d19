/** Every rule finds what it is for, where it is, and leaves alone what only looks like it. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { diagnose } from '../../../create-app/src/doctor/diagnose.js';
import { readApp } from '../../../create-app/src/doctor/read-app.js';
import { rules } from '../../../create-app/src/doctor/rules.js';
import { cases, type Files } from './cases.js';
import { parseTogether } from './parse-together.js';

const parse = parseTogether();

async function find(files: Files, rule: string): Promise<string[]> {
  const sources = Object.entries(files).map(([path, text]) => ({ path, text }));
  const { app, unread } = await readApp(sources, undefined, parse);
  assert.deepEqual(unread, []);
  return diagnose(app, rules)
    .filter((finding) => finding.rule === rule)
    .map(({ file, line }) => `${file}:${line}`);
}

test('every rule has a case', () => {
  assert.deepEqual(
    cases.map(({ rule }) => rule),
    rules.map(({ name }) => name),
  );
});

test('rules have names of their own, reasons and mends', () => {
  assert.equal(new Set(rules.map(({ name }) => name)).size, rules.length);
  for (const { name, why, mend } of rules)
    assert.ok(/^[a-z][a-z-]+$/.test(name) && why.endsWith('.') && mend !== '', name);
});

/** What is found in each case's apps, the bad one first. */
const results = new Map<string, Promise<string[][]>>();
before(() => {
  // All are begun before any is waited for, and read by one Ruby.
  for (const { rule, bad, good } of cases) {
    const found = Promise.all([bad, ...good].map((files) => find(files, rule)));
    found.catch(() => {});
    results.set(rule, found);
  }
});

for (const { rule, at } of cases) {
  test(`${rule}: found where it is, and nowhere else`, async () => {
    const [found, ...spared] = (await results.get(rule)) ?? [];
    assert.deepEqual(found?.toSorted(), at.toSorted());
    for (const [index, alarms] of spared.entries()) assert.deepEqual(alarms, [], `the good app ${index}`);
  });
}
