import type { Gem } from '../gems.js';
import type { Edit } from '../../edits/edit.js';
import { insertion } from '../../edits/insertion.js';

/** Declares a gem, with a comment as Rails writes them, unless the Gemfile has it or one that does the same. */
export function declareGem({ name, requirement, why, options, satisfiedBy = [] }: Gem): Edit {
  const parts = [`gem "${name}"`, ...(requirement === undefined ? [] : [`"${requirement}"`]), ...(options ?? [])];
  return insertion({
    path: 'Gemfile',
    what: `gem "${name}"`,
    lines: [`# ${why}`, parts.join(', ')],
    place: afterLastGem,
    misplaced: 'no place for gems was found',
    isNeedless: (text) => [name, ...satisfiedBy].some((known) => declares(text, known)),
  });
}

/** Whether a Gemfile declares a gem, in whatever group. */
export function declares(gemfile: string, name: string): boolean {
  const quoted = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^[ \\t]*gem[ (]\\s*["']${quoted}["']`, 'm').test(gemfile);
}

/** After the last gem that is in no group, and the lines that its declaration goes on in; else at the end. */
function afterLastGem(lines: readonly string[]): number {
  const last = lines.findLastIndex((line) => /^gem[ (]/.test(line));
  if (last < 0) return lines.length;
  let end = last;
  while (/[,(\\]\s*(#.*)?$/.test(lines[end] ?? '')) end += 1;
  return Math.min(end + 1, lines.length);
}
