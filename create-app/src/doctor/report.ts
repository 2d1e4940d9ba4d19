import type { Unread } from './app.js';
import type { Finding } from './finding.js';
import type { Verdict } from './live/verdict.js';
import type { Mended, Unmended } from './mend.js';
import type { Rule } from './rule.js';

/** What was found, for people. */
export function reportFindings(findings: readonly Finding[], unread: readonly Unread[]): string {
  const found = findings.map(
    ({ file, line, rule, what, why, mend }) =>
      `${file}:${line}  ${rule}\n  ${what}\n  Why:  ${why}\n  Mend: ${mend}\n\n`,
  );
  return found.join('') + reportUnread(unread) + summary(findings, unread);
}

function reportUnread(unread: readonly Unread[]): string {
  return unread
    .map(({ file, error }) => `${file}  could not be read, so nothing was looked for in it: ${error}\n\n`)
    .join('');
}

function summary(findings: readonly Finding[], unread: readonly Unread[]): string {
  const files = unread.length === 0 ? '' : ` ${countOf(unread.length, 'file')} could not be read.`;
  if (findings.length === 0) return `Nothing was found.${files}\n`;
  const fixable = findings.filter(({ fix }) => fix !== undefined).length;
  const fix = fixable === 0 ? '' : ` --fix mends ${fixable} of them.`;
  const ignore = ' What is meant so is passed over by the comment cable-chat-doctor-ignore RULE.';
  return `${countOf(findings.length, 'finding')}.${fix}${files}${ignore}\n`;
}

/** What was mended, line by line. */
export function reportMended(mended: readonly Mended[], unmended: readonly Unmended[]): string {
  const done = mended.map(
    ({ file, changes, mended: findings }) =>
      `mended  ${file}  (${[...new Set(findings.map(({ rule }) => rule))].join(', ')})\n${changes.map((line) => `  ${line}\n`).join('')}\n`,
  );
  const left = unmended.map(
    ({ file, error }) => `left as it is  ${file}: with its fixes it would not parse (${error})\n\n`,
  );
  return [...done, ...left].join('');
}

/** For programs; its shape is in docs/doctor.md. */
export function toJson(
  findings: readonly Finding[],
  unread: readonly Unread[],
  mended: readonly Mended[],
  live: Verdict | undefined,
): string {
  const report = {
    version: 1,
    findings: findings.map(({ fix, ...finding }) => ({ ...finding, fixable: fix !== undefined })),
    unread,
    mended: mended.map(({ file, changes, mended: of }) => ({ file, rules: of.map(({ rule }) => rule), changes })),
    ...(live === undefined ? {} : { live }),
  };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}

/** How the trial ended, for people. */
export function reportVerdict({ survived, sent, cuts, lost, doubled, misplaced, inconclusive }: Verdict): string {
  if (inconclusive !== undefined) return `Nothing was proven: ${inconclusive}.\n`;
  const faults = cuts.map(({ what, after }, index) => `  cut ${index + 1}, after ${after}: ${what}\n`).join('');
  if (survived) {
    return `The answer survived ${countOf(cuts.length, 'cut')}, exactly as it was sent (${sent}):\n${faults}`;
  }
  const shown = lost
    .slice(0, 10)
    .map(({ number, message, why }) => `  lost  ${number} of ${sent}  ${message.slice(0, 120)}\n        ${why}\n`);
  const more = lost.length > shown.length ? `  … and ${lost.length - shown.length} more\n` : '';
  const others = [
    ...(doubled > 0 ? [`  ${countOf(doubled, 'message')} came twice\n`] : []),
    ...(misplaced ? ['  everything came, in another order\n'] : []),
  ].join('');
  return `The answer did not survive ${countOf(cuts.length, 'cut')}:\n${faults}${shown.join('')}${more}${others}`;
}

/** The names of the rules, for `--rules`. */
export function reportRules(rules: readonly Rule[]): string {
  return rules
    .map(({ name, why, mend, fixable }) => `${name}${fixable ? ' (--fix)' : ''}\n  ${why}\n  Mend: ${mend}\n\n`)
    .join('');
}

const countOf = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
