/**
 * The end of a text that is still being written, where nobody can say yet what it will be: it is not read before it is
 * more. What comes after a shorter text comes after all that was settled of it.
 */

/** Quotes and list items before the words of a line. */
const BEFORE = /(?:[ \t]|>|(?:[-*+]|\d{1,9}[.)])(?=[ \t]))*/.source;

/** Such as a rule, an underline, a delimiter row, the beginning of a list item, a task's box, emphasis, a fence. */
const MARKERS = new RegExp(
  `^${BEFORE}(?:\\[[ xX]?\\]?[ \\t]*)?(?:[-*_=+|:!&<~\\\\[ \\t]*|\\d{1,9}[.)]?|#{1,6}[ \\t]*|\`+|\`{3,}[^\`]*|~{3,}.*|</?\\w*)$`,
);

/** A link's definition, with its address or its title on a line of its own. */
const DEFINITION = new RegExp(
  `(?:^|\\n)(?:[ \\t>]*(\\[[^\\]\\n]*\\]?)|${BEFORE}(\\[[^\\]\\n]+\\]:[ \\t]*(?:\\n[ \\t]*)?(?:(?:<[^<>\\n]*>?|\\S+)(?:[ \\t]+(?:["'(].*)?)?)?))$`,
);
const TITLE = /(?:^|\n)[ >]*\[[^\]\n]+\]:[ \t]*(?:\n[ \t]*)?\S+[ \t]*\n([ \t]*["'(].*)$/;

/** A longer line is words, unless it is a rule. */
const MAX_LINE = 256;

/** @returns the part of `source` that may be shown. */
export function withoutOpenMarkers(source: string): string {
  const text = withoutDefinition(source);
  const lineStart = text.lastIndexOf('\n') + 1;
  const line = text.slice(lineStart);
  const isLong = line.length > MAX_LINE;
  return line && (isLong ? /^[-*_ \t]*$/ : MARKERS).test(line) ? text.slice(0, lineStart) : text;
}

function withoutDefinition(source: string): string {
  const lineStart = source.lastIndexOf('\n') + 1;
  if (source.length - lineStart > MAX_LINE) return source;
  const linesStart = source.lastIndexOf('\n', lineStart - 2) + 1;
  const lines = source.slice(source.lastIndexOf('\n', linesStart - 2) + 1);
  const [, label, definition = label] = DEFINITION.exec(lines) ?? TITLE.exec(lines) ?? [];
  return definition ? source.slice(0, -definition.length) : source;
}
