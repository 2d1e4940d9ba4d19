/** A text as lines, each with its own line end: what is not touched stays byte for byte, mixed line ends included. */
export function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** A line without its line end. */
export function bare(line: string): string {
  return line.replace(/\r?\n$/, '');
}

/** Where these lines stand in the text, one after the other; -1 where they do not. */
export function findLines(text: string, wanted: readonly string[]): number {
  const lines = splitLines(text).map(bare);
  return lines.findIndex((_, start) => wanted.every((line, step) => lines[start + step] === line));
}

/**
 * @param at the index of the line that they shall stand before; the number of lines: at the end
 * @param inserted none of them empty
 */
export function insertLines(text: string, at: number, inserted: readonly string[]): string {
  const lines = splitLines(text);
  const end = lineEndOf(text);
  // A text whose last line has no line end keeps it that way, or the change could not be taken back exactly.
  if (at === lines.length && text !== '' && !text.endsWith('\n')) return text + end + inserted.join(end);
  return lines.toSpliced(at, 0, ...inserted.map((line) => line + end)).join('');
}

/** The inverse of insertLines. */
export function removeLines(text: string, at: number, count: number): string {
  const lines = splitLines(text);
  const rest = lines.toSpliced(at, count).join('');
  const wasLast = at + count === lines.length && !text.endsWith('\n');
  return wasLast ? bare(rest) : rest;
}

/** The line end that a text uses: that of its first line. */
export function lineEndOf(text: string): string {
  return /\r?\n/.exec(text)?.[0] ?? '\n';
}
