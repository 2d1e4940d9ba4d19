/** marked's blocks → what the page should hold, and what of it is settled: words, code and raw HTML. */
import type { Token, Tokens } from 'marked';
import { isSource } from './bounded-lexer.js';
import { withoutOpenAddress } from './completion.js';
import type { Cut } from './cut.js';
import { firstLines, lastLine, NO_CUT } from './cut.js';
import { decodeEntities } from './entities.js';
import { directionOf, still } from './drawing.js';
import type { Drawn, Place, Surroundings } from './drawing.js';
import { checkbox, inlines } from './inline.js';
import type { RenderOptions } from './inline.js';
import type { AllowedTag } from './allowed.js';
import type { InlineNode, RunNode, VirtualNode } from './nodes.js';
import { element, run } from './nodes.js';
import type { OpenBlock, OpenText } from './open.js';
import { refusesUnderline } from './line-rules.js';
import { endsInWords } from './tail.js';
import { settledLength } from './words.js';

/** A line of code that is cut before it ends. */
const MIN_LONG_LINE = 1_024;

/** A longer line of code does not stand in for those before it by itself. */
const MAX_STAND_IN = 256;

const CLOSED = /^ {0,3}(?:`{3,}|~{3,}) *$/;

export function drawWords(
  token: Tokens.Paragraph | Tokens.Heading | Tokens.Text,
  source: string,
  open: OpenBlock | undefined,
  place: Place,
  around: Surroundings,
): Drawn {
  const known: OpenText | undefined = open?.type === 'text' ? open : undefined;
  const { options } = around;
  const [first, ...others] = token.tokens ?? [];
  const box = first?.type === 'checkbox' ? (first as Tokens.Checkbox) : undefined;
  const skip = box ? box.raw.length : (known?.skip ?? 0);
  const { text } = token;
  const tokens = box ? others : without(token.tokens ?? [], skip);
  const tag = tagOf(token, known?.kind, place, options);
  const blockOf = (words: RunNode): readonly VirtualNode[] => {
    const content = box ? [run('', checkbox(box, options)), words] : [words];
    if (tag === undefined) return content;
    return [element(tag, place.isTop ? { dir: directionOf(known?.after?.parentElement) } : {}, content)];
  };
  // Most words: what comes after them is there already.
  if (!place.isLast && !known) return still(blockOf(run(text.slice(skip), inlines(tokens, options))));
  const start = token.type === 'heading' ? source.indexOf(text) : 0;
  const isReadable = start >= 0 && source.startsWith(text, start);
  // A task whose words turn out to be a heading is none: its box would be gone from what is settled.
  const canCut = place.canCut && isReadable && !box && token.type !== 'heading';
  const cutAt = canCut ? settledLength(text, skip, tokens) : skip;
  const isRefusing = cutAt > skip && refusesUnderline(text.slice(0, text.indexOf('\n', cutAt) + 1 || text.length));
  // In an item, only the lines up to such a one have no underline.
  const at = isRefusing && token.type === 'text' ? skip : cutAt;
  const settledSource = text.slice(skip, at);
  const rest = text.slice(at);
  const isCutNow = at > skip;
  // A blank line ends a paragraph, and its line a heading: then they are what they are.
  const behind = source.slice(Math.max(0, start) + text.length);
  const isOver = token.type === 'heading' ? behind.includes('\n') : /\n[ \t]*\n/.test(behind);
  const isOpen = place.isLast && !isOver;
  const read = (written: string, end = '', asRead?: readonly Token[]): readonly InlineNode[] => {
    const completed = around.completed(written + end);
    let shown = asRead && completed === written ? asRead : around.lexWords(completed);
    // Nobody wrote the delimiters that should have ended it.
    const last = shown[shown.length - 1];
    if (last?.type === 'text' && /[*_~]\s*$/.test(last.raw) && !written.startsWith(completed.trimEnd()))
      shown = around.lexWords(written);
    return inlines(withoutOpenAddress(shown), options);
  };
  const restTokens = isCutNow ? undefined : tokens;
  const words: RunNode = {
    source: rest,
    after: known?.after,
    text: known?.text ?? 0,
    settled: isCutNow ? inlines(around.lexWords(settledSource), options) : [],
    settledSource,
    children: isOpen
      ? read(rest, /^[ \t]*\n?/.exec(behind)?.[0], restTokens)
      : inlines(restTokens ?? around.lexWords(rest), options),
  };
  if (isOpen && isReadable && token.type !== 'heading' && endsInWords(text) && !behind.includes('\n')) {
    around.ends({ words, source: rest + behind, read });
  }
  // One word, and what parts it from those that come; where there is no underline, after a line that has none.
  const standIn = `${isRefusing ? '|\n' : ''}x${/\s$/.exec(settledSource)?.[0].replace('\t', ' ') ?? ''}`;
  const cut = isCutNow ? { head: standIn, offset: at } : NO_CUT;
  return {
    nodes: blockOf(words),
    cut,
    commit: () => {
      around.settled([], [{ ...run(settledSource, []), openNodes: words.nodes ?? [] }]);
      const { after, text: length } = words.next ?? { after: undefined, text: 0 };
      return { type: 'text', skip: standIn.length, after, text: length, kind: known?.kind ?? token.type };
    },
  };
}

/** @param known what the words were when their beginning settled */
function tagOf(token: Token, known: string | undefined, place: Place, options: RenderOptions): AllowedTag | undefined {
  if (token.type !== 'heading') return (known ?? token.type) === 'text' && place.isTight ? undefined : 'p';
  return `h${Math.min(6, (token as Tokens.Heading).depth + options.headingOffset) as 1 | 2 | 3 | 4 | 5 | 6}`;
}

/** The tokens of words whose first characters stand in for what is gone. */
function without(tokens: readonly Token[], skip: number): readonly Token[] {
  const [first, ...others] = tokens;
  if (skip === 0 || first?.type !== 'text') return tokens;
  const cut = { ...first, raw: first.raw.slice(skip), text: (first as Tokens.Text).text.slice(skip) };
  return [cut, ...others];
}

export function drawCode(
  token: Tokens.Code,
  source: string,
  block: OpenBlock | undefined,
  place: Place,
  { options }: Surroundings,
): Drawn {
  const known: OpenText | undefined = block?.type === 'text' ? block : undefined;
  const isIndented = token.codeBlockStyle === 'indented';
  const skipped = known?.skip ?? 0;
  const written = token.text === '' ? '' : token.text.replace(/\n$/, '') + '\n';
  const text = written.slice(skipped);
  const canCut = place.canCut && source.startsWith(token.raw);
  const standIn = known?.hasLine === true ? 1 : 0;
  const lines = (canCut ? settledLines(token.raw, source, isIndented) : 0) - standIn;
  const fence = isIndented ? '' : firstLines(token.raw, 1);
  const opening = isIndented ? '' : firstLines(token.raw, 1 + standIn);
  // A line that is too long is cut where it says something; a letter stands in for its beginning.
  const open = canCut && lines <= 0 ? openLine(source.slice(opening.length)) : 0;
  const settledText =
    open > 0 ? text.slice(0, opening.length + open - source.length - 1) : firstLines(text, Math.max(0, lines));
  const rest = text.slice(settledText.length);
  const code: RunNode = {
    // The last line's end, which nobody has written yet, is a text of its own: the line goes on before it.
    ...run('', place.isLast && rest.length > 1 ? [rest.slice(0, -1), '\n'] : joinedText(rest)),
    after: known?.after,
    text: known?.text ?? 0,
    settled: joinedText(settledText),
  };
  const [language = ''] = /^\S+/.exec(decodeEntities(token.lang ?? '')) ?? [];
  const { labels } = options;
  const figure = element('figure', { class: 'code', dir: 'ltr' }, [
    element('figcaption', {}, [
      element('span', { class: 'language' }, [language]),
      element('button', { type: 'button', class: 'copy', 'aria-label': labels.copyCode }, []),
    ]),
    // Focusable, so that the keyboard can scroll it.
    element('pre', { tabindex: '0', role: 'group', 'aria-label': labels.code }, [
      element('code', language === '' ? {} : { class: `language-${language}` }, [code]),
    ]),
  ]);
  // In a list, marked asks what the line before was.
  const settledEnd = firstLines(token.raw, lines + standIn + (isIndented ? 0 : 1)).length;
  const last = lastLine(token.raw.slice(0, settledEnd));
  const [line, skip] = isIndented
    ? ['', 0]
    : standInFor(last, lastLine(written.slice(0, skipped + settledText.length)), fence);
  let cut: Cut = NO_CUT;
  if (open > 0) cut = { head: `${fence}${isIndented ? '    ' : ''}x`, offset: opening.length + open };
  else if (settledText !== '') cut = { head: fence + line, offset: settledEnd };
  return {
    nodes: [figure],
    cut,
    commit: () => ({
      type: 'text',
      skip: open > 0 ? 1 : skip,
      hasLine: open === 0 && !isIndented,
      after: code.next?.after,
      text: code.next?.text ?? 0,
      kind: token.type,
    }),
  };
}

/**
 * The last of the lines of code that are gone stands in for all of them.
 * @param line as it is written. @param code what of it is code. @returns it, and how much of it is code.
 */
function standInFor(line: string, code: string, fence: string): [line: string, length: number] {
  const indent = (text: string): string => /^\s*/.exec(text)?.[0] ?? '';
  // marked makes nothing of code that is blank, and of a tab what its column says; no line goes on lazily after either,
  // nor after one that is indented.
  const isOwn = line.trim() !== '' && !indent(line).includes('\t');
  if (!isOwn) return [`${/^ +(?=`)/.exec(fence)?.[0] ?? ''}    x\n`, 6];
  return line.length > MAX_STAND_IN ? [`${indent(line)}x\n`, indent(code).length + 2] : [line, code.length];
}

/** How many lines of code cannot change: all that are whole; of indented code those before the last that says something. */
function settledLines(raw: string, source: string, isIndented: boolean): number {
  const lines = raw.split('\n');
  if (isIndented) {
    let last = lines.length - 1;
    while (last > 0 && lines[last]?.trim() === '') last--;
    return last;
  }
  // The fence is closed, or it looks so; marked may have added the line's end.
  const written = raw.trimEnd();
  const lastLine = written.lastIndexOf('\n');
  if (lastLine !== -1 && CLOSED.test(written.slice(lastLine + 1))) return 0;
  return isAllOf(source, raw) ? Math.max(0, lines.length - 2) : 0;
}

/** In a quote or a list, marked leaves the last line's end to nobody. */
function isAllOf(source: string, raw: string): boolean {
  return source === raw || source === `${raw}\n`;
}

/** How much of code's only line, which has not ended, cannot change: it is long, and no fence. */
function openLine(line: string): number {
  if (line.length < MIN_LONG_LINE || line.includes('\n') || !/[^ `~]/.test(line) || /\s$/.test(line)) return 0;
  // Not between the halves of a character.
  return line.replace(/[\uD800-\uDBFF]$/, '').length;
}

function joinedText(text: string): string[] {
  return text === '' ? [] : [text];
}

export function drawRaw(
  token: Tokens.HTML | Tokens.Tag,
  source: string,
  open: OpenBlock | undefined,
  place: Place,
): Drawn {
  const known: OpenText | undefined = open?.type === 'text' ? open : undefined;
  const skip = known?.skip ?? 0;
  const text = token.text.replace(/\n+$/, '').slice(skip);
  // The last line that says something may be what ends it.
  const lineEnd = source.trimEnd().lastIndexOf('\n');
  const isOpen = place.canCut && !isSource(token) && isAllOf(source, token.raw) && source.startsWith(token.text);
  const opening = firstLines(source, 1);
  // Without the end of the last whole line, which is there only once something comes after it.
  const settledText = isOpen && lineEnd >= opening.length ? source.slice(skip, lineEnd) : '';
  const isCutNow = settledText !== '' && text.startsWith(settledText);
  const raw: RunNode = {
    ...run('', joinedText(isCutNow ? text.slice(settledText.length) : text)),
    after: known?.after,
    text: known?.text ?? 0,
    settled: isCutNow ? [settledText] : [],
  };
  return {
    nodes: [element('p', { class: 'raw', ...(place.isTop ? { dir: 'auto' } : {}) }, [raw])],
    cut: isCutNow ? { head: opening, offset: lineEnd + 1 } : NO_CUT,
    commit: () => ({
      type: 'text',
      skip: opening.length - 1,
      after: raw.next?.after,
      text: raw.next?.text ?? 0,
      kind: token.type,
    }),
  };
}
