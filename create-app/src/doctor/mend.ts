import type { Finding, Fix } from './finding.js';
import { linesChanged } from './lines-changed.js';
import { parseRuby } from './sources/ruby.js';
import { parseScript } from './sources/script.js';
import type { Source } from './sources/source.js';
import { parseToml } from './sources/toml.js';
import { parseYaml } from './sources/yaml.js';

export interface Mended {
  readonly file: string;
  readonly text: string;
  readonly mended: readonly Finding[];
  /** Lines with `-` and `+`, as they were and as they are. */
  readonly changes: readonly string[];
}

/** Why a file's fixes were not made. */
export interface Unmended {
  readonly file: string;
  readonly error: string;
}

/** The files with their fixes, parsed again: one that would not parse is left as it is. Nothing is written. */
export async function mend(
  findings: readonly Finding[],
  texts: ReadonlyMap<string, string>,
): Promise<{ readonly mended: readonly Mended[]; readonly unmended: readonly Unmended[] }> {
  const mended: Mended[] = [];
  const unmended: Unmended[] = [];
  const fixable = findings.filter(hasFix);
  for (const file of new Set(fixable.map(({ fix }) => fix.file))) {
    const own = fixable.filter(({ fix }) => fix.file === file);
    const before = texts.get(file) ?? '';
    const { text, made } = replaceAll(before, own);
    const error = await complaintOf({ path: file, text });
    if (error === undefined) mended.push({ file, text, mended: made, changes: linesChanged(before, text) });
    else unmended.push({ file, error });
  }
  return { mended, unmended };
}

type Fixable = Finding & { readonly fix: Fix };
const hasFix = (finding: Finding): finding is Fixable => finding.fix !== undefined;

/** From the end to the beginning, so that places stay true. Of two that overlap, the next run makes the other one. */
function replaceAll(before: string, findings: readonly Fixable[]): { readonly text: string; readonly made: Finding[] } {
  let text = before;
  let border = Infinity;
  const made: Finding[] = [];
  for (const finding of findings.toSorted((a, b) => b.fix.start - a.fix.start || b.fix.end - a.fix.end)) {
    const { start, end, replacement } = finding.fix;
    if (end > border) continue;
    border = start;
    text = text.slice(0, start) + replacement + text.slice(end);
    made.unshift(finding);
  }
  return { text, made };
}

async function complaintOf(source: Source): Promise<string | undefined> {
  if (/\.ya?ml$/.test(source.path)) return parseYaml(source).error;
  if (source.path.endsWith('.toml')) return parseToml(source).error;
  if (/\.[cm]?[jt]sx?$/.test(source.path)) return parseScript(source).error;
  if (source.path.endsWith('.rb')) return (await parseRuby([source]))[0]?.error;
  return undefined;
}
