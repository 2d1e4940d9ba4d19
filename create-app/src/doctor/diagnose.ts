import type { App } from './app.js';
import type { Finding } from './finding.js';
import type { Rule } from './rule.js';

/** What the rules find, in the order of the files, without what a comment says to ignore. */
export function diagnose(app: App, rules: readonly Rule[]): Finding[] {
  const found = rules.flatMap(({ name, why, mend, find }) =>
    find(app)
      .filter(({ file, line }) => !isIgnored(app.texts.get(file) ?? '', line, name))
      .map((remark): Finding => ({ rule: name, why, mend, ...remark })),
  );
  const unique = new Map(
    found.map((finding) => [`${finding.file}:${finding.line}:${finding.rule}:${finding.what}`, finding]),
  );
  return [...unique.values()].toSorted((a, b) => compare(a.file, b.file) || a.line - b.line || compare(a.rule, b.rule));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const MARK = /(?:#|\/\/|\/\*)\s*cable-chat-doctor-ignore(-file)?[ \t]+([\w-]+(?:[ \t]*,[ \t]*[\w-]+)*)/;

/**
 * `# cable-chat-doctor-ignore RULE, RULE`, behind the line or in the lines of comments above it; `-ignore-file` anywhere in
 * the file.
 */
function isIgnored(text: string, line: number, rule: string): boolean {
  const lines = text.split('\n');
  const names = (content: string | undefined, whole: boolean): boolean => {
    const [, file, rules = ''] = MARK.exec(content ?? '') ?? [];
    return (file !== undefined) === whole && rules.split(/[\s,]+/).includes(rule);
  };
  if (lines.some((content) => names(content, true))) return true;
  if (names(lines[line - 1], false)) return true;
  for (let above = line - 2; /^\s*(#|\/\/|\/\*)/.test(lines[above] ?? ''); above -= 1) {
    if (names(lines[above], false)) return true;
  }
  return false;
}
