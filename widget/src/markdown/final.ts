/** Which blocks of a text that is still being written cannot change any more, whatever comes. */
import type { Token, Tokens } from 'marked';

/** A definition's title may go on over lines; a longer one is taken for a paragraph. */
const MAX_TITLE = 2_048;

/**
 * A block is final when a block after it holds a complete line: until then the last line may still turn out to be a
 * continuation, an underline or a table's delimiter. Most are already when something comes after a blank line.
 * @param source what the tokens were read from, up to where it ends for now.
 * @returns how many of the tokens are final: all but the last, or fewer.
 */
export function countFinal(tokens: readonly Token[], source: string): number {
  const end = indexOfLast(tokens);
  // Nothing of a definition comes after a blank line.
  if (tokens[end]?.type === 'def' && /\n[ \t]*\n/.test(rawOf(tokens.slice(end))) && source.startsWith(rawOf(tokens))) {
    return end + 1;
  }
  for (let last = end; last > 0; last--) {
    const token = tokens[last];
    const previous = tokens[last - 1];
    if (token === undefined || isBlank(token)) continue;
    const before = rawOf(tokens, last);
    // marked rewrites `raw` in a few odd cases; then the place to cut is unknown, and the blocks stay open.
    if (!source.startsWith(before)) continue;
    // A task's box, and what is after it.
    if (previous?.type === 'checkbox') return last;
    // Not the token's own `raw`, to which marked may add a line's end that has not come.
    const rest = source.slice(before.length);
    // `[a]: /b` and then `"…`: a title may go on over several lines, and would belong to the definition.
    if (previous?.type === 'def') {
      const mayBeTitle = isWords(token) && /^\s*["'(]/.test(rest) && rest.length < MAX_TITLE;
      return mayBeTitle ? last - 1 : last;
    }
    const isApart = previous?.type === 'space' ? endsAtBlankLine(tokens[last - 2]) : isHeadingLine(previous);
    if (isApart || isSettled(token, rest, previous)) return last;
  }
  return 0;
}

/** Blank lines at the end are no block. */
export function indexOfLast(tokens: readonly Token[]): number {
  let last = tokens.length - 1;
  while (last >= 0 && isBlank(tokens[last])) last--;
  return last;
}

/** Also what marked leaves of a list's last line when it ends with white space other than blanks. */
export function isBlank(token: Token | undefined): boolean {
  return token?.type === 'space' || token?.raw.trim() === '';
}

export function rawOf(tokens: readonly Token[], count = tokens.length): string {
  let raw = '';
  for (let index = 0; index < count; index++) raw += tokens[index]?.raw ?? '';
  return raw;
}

/** @param rest the source from where `token`, the last one, begins. */
function isSettled(token: Token, rest: string, previous: Token | undefined): boolean {
  // An underlined heading is one only while its underline is: `a`, `---` and then ` b` are a paragraph.
  if (token.type === 'heading' && !/^ {0,3}#/.test(rest)) return rest.slice(rest.trimEnd().length).includes('\n');
  // Likewise a table while its second line, the delimiter row, is one; and what follows a paragraph without a blank line
  // may, in marked, be taken back into it by the line after.
  const linesNeeded = token.type === 'table' || (previous !== undefined && isWords(previous)) ? 2 : 1;
  return hasLines(rest, linesNeeded);
}

/** Whatever comes after a blank line is no part of these; a list, or indented code, it may go on. */
function endsAtBlankLine(token: Token | undefined): boolean {
  if (token?.type === 'code') return (token as Tokens.Code).codeBlockStyle !== 'indented';
  return ['paragraph', 'blockquote', 'table', 'def', 'hr'].includes(token?.type ?? '');
}

function isHeadingLine(token: Token | undefined): boolean {
  return token?.type === 'heading' && /^ {0,3}#.*\n/.test(token.raw);
}

function isWords(token: Token): boolean {
  return token.type === 'paragraph' || token.type === 'text';
}

function hasLines(text: string, count: number): boolean {
  let at = -1;
  for (let found = 0; found < count; found++) {
    at = text.indexOf('\n', at + 1);
    if (at === -1) return false;
  }
  return true;
}

/** Most texts have none, and need not be searched for them. */
export function mayDefine(source: string): boolean {
  return source.includes(']:');
}

export function* definitionsIn(tokens: readonly Token[]): Generator<Tokens.Def> {
  for (const token of tokens) {
    if (token.type === 'def') yield token as Tokens.Def;
    else if (token.type === 'list') for (const item of (token as Tokens.List).items) yield* definitionsIn(item.tokens);
    else if (token.type === 'blockquote') yield* definitionsIn((token as Tokens.Blockquote).tokens);
  }
}
