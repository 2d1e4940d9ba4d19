/** The words at the very end. While they go on, nothing else changes: the rest need not be read again. */
import type { InlineNode, RunNode } from './nodes.js';
import { run } from './nodes.js';
import { patchChildren } from './patch.js';

/** Longer ones are read as a whole, so that what is settled of them is cut. */
const MAX_TAIL = 1_024;

/** A line that begins so is words, whatever comes after: no marker, no definition, no underline. */
const WORDS = /(?:\*\*?|`)?[^\s\d!-/:-@[-`{-~]/.source;
const LAST_LINE_IS_WORDS = new RegExp(`(?:^|\\n)${WORDS}[^\\n]*$`);
/** The end of a line after which something other than words may begin, or a space, which some blocks are read without. */
const MAY_BE_OVER = new RegExp(`\\n(?!${WORDS})|\\s$`);

export interface Tail {
  readonly words: RunNode;
  readonly source: string;
  readonly read: (source: string) => readonly InlineNode[];
}

/** @param text a paragraph's, whose end is the end of all. */
export function endsInWords(text: string): boolean {
  return LAST_LINE_IS_WORDS.test(text);
}

/** Draws what comes after it. @returns the tail as it is then, or nothing where everything has to be read. */
export function extended({ words, source, read }: Tail, more: string): Tail | undefined {
  const { next, openNodes } = words;
  const parent = openNodes?.[0]?.parentElement;
  if (!next || !parent || MAY_BE_OVER.test(more) || source.length > MAX_TAIL) return undefined;
  const grown = source + more;
  const drawn: RunNode = { ...run(grown, read(grown)), ...next };
  patchChildren(parent, next.after, [drawn]);
  return { words: drawn, source: grown, read };
}
