/**
 * The completions that docs/markdown.md lists, stated once more and apart from the code that does them: text that is
 * not whole → what it may be shown as instead of what one full pass makes of it.
 */
import { Marked } from 'marked';
import { canonical } from './canonical.js';

type Completion = (text: string) => readonly string[];

/** What stands before the words of the last line: indentation, quotes, list items. */
const BEFORE = '(?:[ \\t]|>|(?:[-*+]|\\d{1,9}[.)])(?=[ \\t]))*';
const LINE = `(?<=^|\\n)${BEFORE}`;

/** A link's words, which may hold an image or brackets. */
const LABEL = '(?:[^[\\]]|\\[[^[\\]]*\\](?:\\([^)]*\\))?)*';

const COMPLETIONS: Readonly<Record<string, Completion>> = {
  "a task's box": cutting(new RegExp(`${LINE}\\[[ xX]?\\]?[-*_=+|:!&<~\\\\[ \\t]*(?:\`+)?$`)),
  'a line of markers': cutting(
    new RegExp(`${LINE}(?:[-*_=+|:!&<~\\\\[ \\t]+|\\d{1,9}[.)]?|#{1,6}[ \\t]*|>|\`+|~+|</?\\w*)?$`),
  ),
  "a fence's line": cutting(new RegExp(`${LINE}(?:\`{3,}[^\`\\n]*|~{3,}[^\\n]*)$`)),
  'half a definition': cutting(
    /(?<=(?:^|\n)[ \t>]*)\[[^\]\n]*\]?$/,
    new RegExp(`${LINE}\\[[^\\]\\n]+\\]:[ \\t]*\\n?[ \\t]*\\S*(?:[ \\t]+(?:["'(][^\\n]*)?)?$`),
    /(?<=\]:[ \t]*\n?[ \t]*\S+[ \t]*\n)[ \t]*["'(][^\n]*$/,
  ),
  'a definition before its end is known': cuttingTo(
    [/(?<=(?:^|\n) {0,3})\[[^\]\n]+\](?=:\s*\S+.*(?:\n[ \t]*["'(].*)?\n?$)/, '[unread]'],
    [/(?<=(?:^|\n) {0,3}> ?)\[[^\]\n]+\](?=:\s*\S+.*\n*.*$)/, '[unread]'],
  ),
  'half the end of a line': cutting(/\r$/),
  "a table's head": (text) => {
    const [, before = '', head, end = ''] = new RegExp(`(${LINE})(\\|[^\\n]*[^\\s|:-][^\\n]*)(\\n?)$`).exec(text) ?? [];
    if (head === undefined) return [];
    const start = text.slice(0, text.length - end.length);
    const next = before.replace(/[^>\s]/g, ' ');
    return [1, 2, 3, 4, 5].map((columns) => `${start}\n${next}${'|-'.repeat(columns)}|\n`);
  },
  'open emphasis or code': (text) => {
    const block = lastBlock(text);
    const runs = ['*', '**', '_', '__', '~', '~~', '`', '``'].filter((run) => block.includes(run));
    const ends = [...runs, ...runs.flatMap((run) => runs.map((other) => run + other))];
    const words = text.trimEnd();
    const spaces = text.slice(words.length);
    return ends.flatMap((end) => (spaces === '' ? [words + end] : [words + end + spaces, text + end]));
  },
  'a delimiter with nothing after it': (text) =>
    [1, 2, 3].flatMap((length) => {
      const shorter = text.replace(new RegExp(`[*_~\`]{${length}}(\\s*)$`), '$1');
      return shorter === text ? [] : [shorter, shorter + UNSEEN];
    }),
  'an open link': cuttingTo(
    [/!$/, ''],
    [new RegExp(`!?\\[(${LABEL})$`), '$1'],
    [new RegExp(`!?\\[(${LABEL})\\](?:\\([^)\\n]*|\\[[^\\]\\n]*\\]?)?[ \\t]*$`), '$1'],
  ),
  'half a tag': cuttingTo([/<[^\s<>]*$/, ''], [/<((?:https?:|mailto:)[^\s<>]*)$/, '$1']),
  'half an escape or a reference': cutting(/\\\n?$/, /&(?:#?\w{0,8})?$/),
};

function cutting(...patterns: readonly RegExp[]): Completion {
  return (text) =>
    patterns.flatMap((pattern) => {
      const match = pattern.exec(text);
      if (!match || match[0] === '') return [];
      // Up to the line's beginning, or to each marker in it.
      return Array.from({ length: match[0].length }, (_, at) => text.slice(0, match.index + at));
    });
}

function cuttingTo(...rules: readonly (readonly [RegExp, string])[]): Completion {
  return (text) => rules.map(([pattern, by]) => text.replace(pattern, by)).filter((shorter) => shorter !== text);
}

function lastBlock(text: string): string {
  return text.slice(text.search(/(?:(?!\n[ \t]*\n)[^])*$/));
}

const ORACLE = new Marked({
  renderer: {
    html: ({ text, ...token }) =>
      'block' in token && token.block ? `<p>${escaped(text.replace(/\n+$/, ''))}</p>` : escaped(text),
  },
});

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

/** One full pass of marked over the whole text; raw HTML is text, and links to forbidden places are words. */
export function fullPass(text: string): Element {
  const html = ORACLE.parse(text.replace(/\r\n?/g, '\n'), { async: false }).replaceAll(UNSEEN, '');
  const { body } = new DOMParser().parseFromString(html, 'text/html');
  for (const link of body.querySelectorAll('a')) {
    const url = URL.parse(link.getAttribute('href') ?? '', document.baseURI);
    if (!/^(?:https?|mailto):$/.test(url?.protocol ?? '')) link.replaceWith(...link.childNodes);
  }
  body.normalize();
  return body;
}

/** A bare address at the end is text: whatever is the last in the page, but for punctuation. */
function withoutLastAddress(body: Element): Element | undefined {
  const links = [...body.querySelectorAll('a')];
  const link = links[links.length - 1];
  const range = document.createRange();
  if (!link || !/^(?:www\.|https?:|\S+@)/.test(link.textContent)) return undefined;
  range.selectNodeContents(body);
  range.setStartAfter(link);
  if (!/^[?!.,:;*_'"~)&]*(?:\(\S*)?\s*$/.test(range.toString())) return undefined;
  link.replaceWith(link.textContent);
  body.normalize();
  return body;
}

/** Something that is there, and is taken off before it is compared. */
const UNSEEN = '\u2060';

/** Completions within each other: `**[*a` is three. */
const MAX_DEPTH = 4;

/** @returns the completions by which `drawn` is what may be shown of `text`: none if it is exact; undefined if it is wrong. */
export function completionsBetween(text: string, drawn: string): readonly string[] | undefined {
  const seen = new Set<string>();
  let level: { readonly text: string; readonly kinds: readonly string[] }[] = [
    { text: text.replace(/\r\n/g, '\n'), kinds: [] },
  ];
  for (let depth = 0; depth <= MAX_DEPTH; depth++) {
    for (const reading of level) {
      const body = fullPass(reading.text);
      if (canonical(body) === drawn) return reading.kinds;
      const unlinked = withoutLastAddress(body);
      if (unlinked && canonical(unlinked) === drawn) return [...reading.kinds, 'a bare address at the end'];
    }
    level = level.flatMap(({ text: before, kinds }) =>
      Object.entries(COMPLETIONS).flatMap(([kind, complete]) =>
        complete(before)
          .filter((after) => !seen.has(after) && seen.add(after))
          .map((after) => ({ text: after, kinds: [...kinds, kind] })),
      ),
    );
  }
  return undefined;
}

export const COMPLETION_KINDS: readonly string[] = [...Object.keys(COMPLETIONS), 'a bare address at the end'];
