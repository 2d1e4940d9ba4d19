import type { Rule } from '../../../create-app/src/doctor/rule.js';

/** The table of docs/doctor.md, as prettier leaves it. */
export function ruleTable(rules: readonly Rule[]): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/[<>*]/g, (sign) => `\\${sign}`);
  const rows = [
    ['Rule', 'Why', 'Mend'],
    ...rules.map(({ name, why, mend, fixable }) => [
      `\`${name}\`${fixable ? ' (`--fix`)' : ''}`,
      cell(why),
      cell(mend),
    ]),
  ];
  return rows.map((row, index) => `| ${row.join(' | ')} |\n${index === 0 ? '| --- | --- | --- |\n' : ''}`).join('');
}
