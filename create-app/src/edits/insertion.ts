import { edited, problem, type Edit } from './edit.js';
import { bare, findLines, insertLines, removeLines, splitLines } from './lines.js';

export interface Insertion {
  readonly path: string;
  readonly what: string;
  /** Without line ends: the text's own are used. */
  readonly lines: readonly string[];
  /** The index of the line that they shall stand before. Gets the lines without line ends. */
  readonly place: (lines: readonly string[]) => number | undefined;
  /** Why there is no place: what was looked for, and what to do. */
  readonly misplaced: string;
  /** Whether something else in the text does the same already. */
  readonly isNeedless?: (text: string) => boolean;
}

/** An edit that adds whole lines in one place and removes exactly these. */
export function insertion({ path, what, lines, place, misplaced, isNeedless }: Insertion): Edit {
  return {
    path,
    what,
    apply(text) {
      if (findLines(text, lines) >= 0 || isNeedless?.(text)) return edited(text);
      const at = place(splitLines(text).map(bare));
      return at === undefined ? problem(misplaced) : edited(insertLines(text, at, lines));
    },
    revert(text) {
      const at = findLines(text, lines);
      return edited(at < 0 ? text : removeLines(text, at, lines.length));
    },
  };
}
