/**
 * Words that are not whole yet, as they should look until they are: what the next words will most probably make of them.
 * docs/markdown.md lists the rules. Only what is shown is completed; what is settled is read as it was written.
 */

import type { MarkedToken, Token } from 'marked';

/** What may become a marker of a block, an underline, a task's box or a definition. */
const MARKER_LINE = /(?:^|\n)(?: {0,3}(?:[-*_=+][-*_= \t]*|#{1,6}|>+|\d{1,9}[.)]?|`{1,2}|~{1,2}))$/;
const TASK_BOX = /^\[(?:[ xX]\]?)?[ \t]*$/;
const DEFINITION = /(?:^|\n) {0,3}\[[^\]\n]+\]:[^\n]*$/;

/** @param source words as far as they have come. */
export function completed(source: string): string {
  let text = source;
  if (TASK_BOX.test(text) || DEFINITION.test(text)) return text.replace(DEFINITION, '').replace(TASK_BOX, '');
  text = text.replace(MARKER_LINE, '');
  // A code span hides everything else.
  const ticks = openTicks(text);
  if (ticks !== undefined) {
    const inside = text.slice(ticks.end);
    const before = completedLinks(text.slice(0, ticks.start));
    return closed(before) + (inside.trim() === '' ? '' : `${ticks.run}${inside.replace(/`+$/, '')}${ticks.run}`);
  }
  text = completedLinks(text);
  // Half an escape, half a tag.
  if (/(?:^|[^\\])(?:\\\\)*\\$/.test(text)) text = text.slice(0, -1);
  text = text.replace(/<(?:https?:|mailto:)?[^\s<>]*$/, (address) =>
    /^<(?:https?:|mailto:)/.test(address) ? address.slice(1) : '',
  );
  return closed(text);
}

interface Ticks {
  readonly start: number;
  readonly end: number;
  readonly run: string;
}

/** The code span that is open at the end. */
function openTicks(text: string): Ticks | undefined {
  const runs = /\\[^`]|(`+)/g;
  let open: Ticks | undefined;
  for (const match of text.matchAll(runs)) {
    const [, run] = match;
    if (run === undefined) continue;
    if (open === undefined) open = { start: match.index, end: match.index + run.length, run };
    else if (open.run === run) open = undefined;
  }
  return open;
}

/** `[words` and `[words](addr` are words until the link is whole; so are an image's. */
function completedLinks(text: string): string {
  const open: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') at++;
    else if (character === '`') {
      const [run = ''] = /^`+/.exec(text.slice(at)) ?? [];
      const end = text.indexOf(run, at + run.length);
      at = end === -1 ? at + run.length - 1 : end + run.length - 1;
    } else if (character === '[') open.push(at);
    else if (character === ']') {
      const start = open.pop();
      if (start === undefined) continue;
      const rest = text.slice(at + 1);
      // The address is still being written, or its parenthesis is about to come.
      if (rest === '' || /^\((?:[^\s()<>\\]|\\[^]|\([^\s()]*\))*(?:\s+(?:["'(][^]*)?)?$|^\[[^\]]*$/.test(rest)) {
        return withoutBracket(text.slice(0, at), start);
      }
    }
  }
  const [first] = open;
  return first === undefined ? text.replace(/!$/, '') : withoutBracket(text, first);
}

function withoutBracket(text: string, at: number): string {
  const before = text.slice(0, at).replace(/!$/, '');
  return before + completedLinks(text.slice(at + 1));
}

/** Emphasis that is open ends here. */
function closed(source: string): string {
  let text = source;
  // Delimiters with nothing after them say nothing yet, where they do not end anything.
  const open: string[] = [];
  const delimiters = /\\[^]|(`+)[^]*?\1|\[[^\]]*\]\([^)]*\)|<[^<>\s]*>|[*_~]+/g;
  for (const match of text.matchAll(delimiters)) {
    const [run] = match;
    if (!/^[*_~]/.test(run) || (run.startsWith('~') && run.length > 2)) continue;
    const before = text[match.index - 1] ?? ' ';
    const after = text[match.index + run.length] ?? ' ';
    const inWord = run.startsWith('_') && /[\p{L}\p{N}]/u.test(before) && /[\p{L}\p{N}]/u.test(after);
    if (inWord) continue;
    let rest = run;
    if (!/\s/.test(before)) rest = closing(open, rest);
    if (rest !== '' && !/\s/.test(after)) open.push(rest);
    else if (
      rest !== '' &&
      match.index + run.length === text.length &&
      (/\s/.test(before) || rest !== run || run.length > 1)
    ) {
      text = text.slice(0, text.length - rest.length);
    }
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

/** A bare address at the end may go on: it is text until it is over. */
export function withoutOpenAddress(tokens: readonly Token[]): readonly Token[] {
  for (let at = tokens.length - 1; at >= 0; at--) {
    const token = tokens[at] as MarkedToken;
    if (token.type === 'text' && /^[?!.,:;*_'"~)&]+$/.test(token.raw)) continue;
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
