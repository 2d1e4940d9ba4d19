import { diffArrays } from 'diff';
import { bare, findLines, lineEndOf, splitLines } from './lines.js';

/** Lines that were put in the place of others, without their line ends. One of the two may be empty. */
export interface Hunk {
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** What an edit made of a text, as data: so a later version takes it back without knowing the edit. */
export function hunksOf(before: string, after: string): Hunk[] {
  const hunks: { removed: string[]; added: string[] }[] = [];
  let open: (typeof hunks)[number] | undefined;
  for (const { value, added, removed } of diffArrays(bareLines(before), bareLines(after))) {
    if (!added && !removed) {
      open = undefined;
      continue;
    }
    if (open === undefined) hunks.push((open = { removed: [], added: [] }));
    open[added ? 'added' : 'removed'].push(...value);
  }
  return hunks;
}

/**
 * Takes a hunk back, wherever its lines stand now; the rest stays byte for byte.
 * @returns undefined where they do not stand together any more: somebody changed them
 */
function revertHunk(text: string, { removed, added }: Hunk): string | undefined {
  const at = added.length === 0 ? -1 : findLines(text, added);
  if (at < 0) return undefined;
  const lines = splitLines(text);
  const end = lineEndOf(text);
  const endings = lines.slice(at, at + added.length).map((line) => line.slice(bare(line).length));
  const isLast = at + added.length === lines.length;
  const lastEnding = endings.at(-1) ?? end;
  const restored = removed.map((line, n) => line + (n === removed.length - 1 ? lastEnding : (endings[n] ?? end)));
  const rest = lines.toSpliced(at, added.length, ...restored).join('');
  // What was added at the end of a text without a last line end had one before it.
  return removed.length === 0 && isLast && !text.endsWith('\n') ? bare(rest) : rest;
}

/** All of them, the last first; undefined where one cannot be taken back. */
export function revertHunks(text: string, hunks: readonly Hunk[]): string | undefined {
  let result: string | undefined = text;
  for (const hunk of hunks.toReversed()) {
    if (result === undefined) return undefined;
    result = revertHunk(result, hunk);
  }
  return result;
}

const bareLines = (text: string): string[] => splitLines(text).map(bare);
