/**
 * What is settled is cut out of the source, so that the lexer never reads it again: `head`, which stands in for it, and
 * then the source from `offset` on read as the rest of the whole would.
 */
export interface Cut {
  readonly head: string;
  readonly offset: number;
}

export const NO_CUT: Cut = { head: '', offset: 0 };

export function isCut(cut: Cut): boolean {
  return cut.offset > 0 || cut.head !== '';
}

/**
 * Where in `outer`, whose lines are those of `inner` with something before them, the place in `inner` is. Blanks at the
 * end of the last line are not in both.
 */
export function outerOffset(inner: string, outer: string, offset: number): number {
  const lineStart = inner.lastIndexOf('\n', offset - 1) + 1;
  let outerStart = 0;
  for (let at = inner.indexOf('\n'); at !== -1 && at < lineStart; at = inner.indexOf('\n', at + 1)) {
    const next = outer.indexOf('\n', outerStart);
    if (next === -1) return outer.length;
    outerStart = next + 1;
  }
  if (offset === lineStart) return outerStart;
  return endOfWords(outer, outerStart) - (endOfWords(inner, lineStart) - offset);
}

/** Each line of `text` that is one, after `prefix`. */
export function prefixed(text: string, prefix: string): string {
  return text === '' ? '' : text.replace(/^(?=[^])/gm, prefix);
}

/** A list item's marker as it is written, with as many spaces after it as its content is indented by. */
export function itemMarker(raw: string): string {
  const [, bullet = '', rest = ''] = /^( {0,3}(?:[*+-]|\d{1,9}[.)]))([^\n]*)/.exec(raw) ?? [];
  const [spaces = ''] = /^[ \t]*/.exec(rest) ?? [];
  if (spaces.length === rest.length) return `${bullet} `;
  const width = indentOf(rest, bullet.length);
  // Code, whose indentation is its own.
  return bullet + ' '.repeat(width > 4 ? 1 : width);
}

/** How far a line's white space reaches that begins at `column`: a tab goes on to the next fourth one. */
export function indentOf(line: string, column = 0): number {
  let width = 0;
  for (const space of /^[ \t]*/.exec(line)?.[0] ?? '') width += space === '\t' ? 4 - ((column + width) % 4) : 1;
  return width;
}

export function countLines(text: string): number {
  let count = 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** The first `lines` of a text, with their ends. */
export function firstLines(text: string, lines: number): string {
  let end = 0;
  for (let line = 0; line < lines; line++) {
    const at = text.indexOf('\n', end);
    if (at === -1) return text;
    end = at + 1;
  }
  return text.slice(0, end);
}

/**
 * Where the last line begins, or, while that says nothing, the one before it: in a list, marked asks that one whether the
 * next may be one of the item's.
 */
export function startOfLastLine(text: string): number {
  const blank = /\n[ \t]*$/.exec(text);
  return text.lastIndexOf('\n', blank ? blank.index - 1 : text.length) + 1;
}

/** With its end. */
export function lastLine(text: string): string {
  return text.slice(text.lastIndexOf('\n', text.length - 2) + 1);
}

function endOfWords(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return text.slice(0, end === -1 ? text.length : end).trimEnd().length;
}
