/**
 * Words that are not whole yet, as they should look until they are: what the next words will most probably make of them.
 * docs/markdown.md lists the rules. Only what is shown is completed; what is settled is read as it was written.
 */

import type { MarkedToken, Token } from 'marked';

/** A character reference that is not whole; none that is read has more characters. */
const REFERENCE = /&(?:#?\w{0,8})?$/;

/** @param source words as far as they have come. */
export function completed(source: string): string {
  let text = source;
  // A code span hides everything else.
  const ticks = openTicks(text);
  if (ticks !== undefined) {
    const inside = text.slice(ticks.end);
    const before = completedLinks(text.slice(0, ticks.start));
    return closed(inside.trim() === '' ? before : before + ticks.run + inside.replace(/`+$/, '') + ticks.run);
  }
  text = completedLinks(text);
  // Half an escape, half a reference, half a tag.
  text = text
    .replace(/(?<!\\)((?:\\\\)*)(?:\\\n)*\\\n?$/, '$1')
    .replace(REFERENCE, '')
    .replace(/<((?:https?:|mailto:)[^\s<>]*|)[^\s<>]*$/, '$1');
  return closed(text);
}

interface Ticks {
  readonly start: number;
  readonly end: number;
  readonly run: string;
}

/** An escape, a code span, or the delimiter of one that never ends. */
const HIDING = /\\[^]|(`+)(?!`)(?:[^]*?[^`]\1(?!`))?/.source;

/** The code span that is open at the end. */
export function openTicks(text: string): Ticks | undefined {
  for (const { 0: span, 1: run, index } of text.matchAll(new RegExp(HIDING, 'g'))) {
    if (span === run) return { start: index, end: index + run.length, run };
  }
  return undefined;
}

/** Between a link's words and its end: nothing, a label, or an address and a title. */
export const OPEN_ADDRESS =
  /^(?:\((?:<[^<>\n]*>?|(?:[^\s()<>\\]|\\[^]|\([^\s()]*(?:\)|$))*)(?:\s+(?:"(?:[^"\\]|\\[^])*"?\s*|'(?:[^'\\]|\\[^])*'?\s*|\((?:[^()\\]|\\[^])*\)?\s*)?)?|\[[^\]]*\]?)?$/;

/** Where the square brackets of a text are that neither an escape nor a code span hides. */
export function* brackets(text: string, from: number): Generator<number> {
  const hidden = new RegExp(`${HIDING}|[[\\]]`, 'g');
  hidden.lastIndex = from;
  for (let match = hidden.exec(text); match !== null; match = hidden.exec(text)) {
    if (match[0] === '[' || match[0] === ']') yield match.index;
  }
}

/** `[words` and `[words](addr` are words until the link is whole; so are an image's. */
function completedLinks(text: string): string {
  const open: number[] = [];
  let end = text.length;
  for (const at of brackets(text, 0)) {
    if (text[at] === '[') open.push(at);
    else {
      const start = open.pop();
      // The address is still being written, or its parenthesis is about to come.
      if (start === undefined || !OPEN_ADDRESS.test(text.slice(at + 1))) continue;
      open.push(start);
      end = at;
      break;
    }
  }
  let words = '';
  let from = 0;
  for (const at of open) {
    words += text.slice(from, at).replace(/!$/, '');
    from = at + 1;
  }
  return words + text.slice(from, end).replace(/!$/, '');
}

/** A bare address: what is in it opens nothing. */
const ADDRESS = /(?:https?:\/\/|www\.)[^\s<]*/gi;

/** Emphasis that is open ends here. */
function closed(source: string): string {
  let text = source;
  const addresses = text.matchAll(ADDRESS);
  let address = addresses.next().value;
  // Delimiters with nothing after them say nothing yet, where they do not end anything.
  const open: string[] = [];
  const delimiters = /\\[^]|(`+)[^]*?\1|\[[^\]]*\]\([^)]*\)|<[^<>\s]*>|[*_~]+/g;
  for (const match of text.matchAll(delimiters)) {
    const [run] = match;
    if (!/^[*_~]/.test(run) || (run.startsWith('~') && run.length > 2)) continue;
    const before = text[match.index - 1] ?? ' ';
    const after = text[match.index + run.length] ?? ' ';
    while (address && address.index + address[0].length <= match.index) address = addresses.next().value;
    const inAddress = address !== undefined && address.index < match.index;
    const inWord = run.startsWith('_') && /[\p{L}\p{N}]/u.test(before) && /[\p{L}\p{N}]/u.test(after);
    if (inWord) continue;
    let rest = run;
    if (!/\s/.test(before)) rest = closing(open, rest);
    if (rest !== '' && !inAddress && !/\s/.test(after)) open.push(rest);
    else if (match.index + run.length === text.length) text = text.slice(0, text.length - rest.length);
  }
  if (open.length === 0) return text;
  const [, spaces = ''] = /(\s*)$/.exec(text) ?? [];
  const words = text.slice(0, text.length - spaces.length);
  return words + open.reverse().join('') + spaces;
}

/** Takes off what a run of delimiters ends. @returns what is left of the run. */
function closing(open: string[], run: string): string {
  let rest = run;
  for (
    let last = open[open.length - 1];
    rest !== '' && last !== undefined && last[0] === rest[0];
    last = open[open.length - 1]
  ) {
    const length = Math.min(last.length, rest.length);
    rest = rest.slice(length);
    open.pop();
    if (last.length > length) {
      open.push(last.slice(length));
      break;
    }
  }
  return rest;
}

/** What is no part of an address where it is its end; and a parenthesis, which is one once it is closed: `/Foo_(bar)`. */
const AFTER_ADDRESS = /^[?!.,:;*_'"~)&]*(?:\(\S*)?$/;

/** A bare address at the end may go on: it is text until it is over. */
export function withoutOpenAddress(tokens: readonly Token[]): readonly Token[] {
  let after = '';
  for (let at = tokens.length - 1; at >= 0; at--) {
    const token = tokens[at] as MarkedToken;
    if (token.type === 'text' && AFTER_ADDRESS.test(token.raw + after)) {
      after = token.raw + after;
      continue;
    }
    if (token.type === 'link' && token.autolink && !token.raw.startsWith('<')) {
      return replaced(tokens, at, { type: 'text', raw: token.raw, text: token.text });
    }
    if (token.type !== 'em' && token.type !== 'strong' && token.type !== 'del') break;
    return replaced(tokens, at, { ...token, tokens: [...withoutOpenAddress(token.tokens)] });
  }
  return tokens;
}

function replaced(tokens: readonly Token[], at: number, by: Token): readonly Token[] {
  return tokens.map((token, index) => (index === at ? by : token));
}
