/** docs/doctor.md has every rule, in its words, and every option. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { usage } from '../../../create-app/src/doctor/arguments.js';
import { rules } from '../../../create-app/src/doctor/rules.js';
import { ruleTable } from './rule-table.js';

const guide = readFileSync(fileURLToPath(new URL('../../../docs/doctor.md', import.meta.url)), 'utf8');

test('the table of docs/doctor.md is that of the rules', () => {
  // prettier pads its columns, and writes some signs plainly.
  const plain = (text: string): string => text.replaceAll(/-{3,}/g, '---').replaceAll(/ +/g, ' ').replaceAll('\\', '');
  assert.ok(plain(guide).includes(plain(ruleTable(rules))), 'write the table anew, from rule-table.ts');
});

test('every option is in it', () => {
  for (const [option] of usage.matchAll(/--[a-z]+/g)) assert.ok(guide.includes(option) || option === '--help', option);
});
