/** marked's blocks → what the page should hold, and what of it is settled: blocks, list items and quotes. */
import type { MarkedToken, Token, Tokens } from 'marked';
import { isBeforeParagraphs } from './bounded-lexer.js';
import type { Cut } from './cut.js';
import { countLines, indentOf, isCut, itemMarker, lastLine, NO_CUT, outerOffset, prefixed } from './cut.js';
import { countFinal, indexOfLast, rawOf } from './final.js';
import { checkbox, inlines } from './inline.js';
import { still } from './drawing.js';
import type { Drawn, Place, Surroundings } from './drawing.js';
import { drawCode, drawRaw, drawWords } from './leaves.js';
import { loosen } from './loosen.js';
import type { ElementNode, VirtualNode } from './nodes.js';
import { element, isRun, run } from './nodes.js';
import type { OpenBlock, OpenList, OpenSequence, StandIn } from './open.js';
import { goesOnAs, openSequence } from './open.js';
import { drawTable } from './table.js';
import { drawParagraph } from './table-head.js';

/** Blocks after each other; `open` is brought up to date by `commit`. */
export function drawSequence(
  all: readonly Token[],
  source: string,
  open: OpenSequence,
  place: Place,
  around: Surroundings,
): Drawn {
  const hidden = open.standIn?.count ?? 0;
  const skipped = rawOf(all, hidden).length;
  const tokens = all.slice(hidden);
  const isStandingIn = hidden === 0 || all[hidden - 1]?.type === 'heading';
  if (!isStandingIn || (open.block && !goesOnAs(open.block, tokens[0]?.type))) around.misread();
  const text = source.slice(skipped);
  const last = indexOfLast(tokens);
  const final = around.ended ? tokens.length : countFinal(tokens, text);
  const start = rawOf(tokens, last);
  const isReadable = !around.ended && text.startsWith(start);
  // An underline may make a heading of a task's words: then they have no box.
  const isTask = tokens[last - 1]?.type === 'checkbox';
  const goesOn = place.canCut && isReadable && final === last && !isTask;
  const drawn = tokens.map((token, index) => {
    if (index > last && !around.ended) return still([]);
    const isLast = index === last && !around.ended;
    const known = index === 0 ? open.block : undefined;
    const rest = isLast ? text.slice(start.length) : '';
    const inner: Place = { ...place, isLast: place.isLast && isLast, canCut: goesOn && isLast };
    return drawBlock(token as MarkedToken, rest, known, inner, around);
  });
  const inner = goesOn ? drawn[last] : undefined;
  const isSettling = (final > 0 && tokens[final - 1]?.type !== 'checkbox') || (inner !== undefined && isCut(inner.cut));
  const cut: Cut = {
    head: inner?.cut.head ?? '',
    offset: isSettling ? skipped + rawOf(tokens, final).length + (inner?.cut.offset ?? 0) : 0,
  };
  const commit = (): undefined => {
    if (!isSettling) return;
    const settled = drawn.slice(0, final).flatMap(({ nodes }) => nodes);
    const lastSettled = settled[settled.length - 1];
    around.settled(tokens.slice(0, final), settled);
    if (final > 0) {
      open.after = (lastSettled === undefined ? undefined : lastNode(lastSettled)) ?? open.after;
      open.block = undefined;
    }
    if (inner && isCut(inner.cut)) open.block = inner.commit();
  };
  return { nodes: drawn.flatMap(({ nodes }) => nodes), cut, commit };
}

function lastNode(node: VirtualNode): ChildNode | undefined {
  if (typeof node === 'string') return undefined;
  return isRun(node) ? node.last : node.node;
}

function drawBlock(
  token: MarkedToken,
  source: string,
  open: OpenBlock | undefined,
  place: Place,
  around: Surroundings,
): Drawn {
  switch (token.type) {
    case 'space':
    case 'def':
      return still([]);
    case 'hr':
      return still([element('hr', {}, [])]);
    case 'checkbox':
      return still([run('', checkbox(token, around.options))]);
    case 'code':
      return drawCode(token, source, open, place, around);
    case 'html':
      return drawRaw(token, source, open, place);
    case 'table':
      // A table's head never is the end of a line that is too long for one: the words are there already.
      if (open?.type === 'text') return drawWords(wordsOf(token, around), source, open, place, around);
      return drawTable(token, source, open, place, around);
    case 'blockquote':
      return drawQuote(token, source, open, place, around);
    case 'list':
      return drawList(token, source, open, place, around);
    case 'heading':
      return drawWords(token, source, open, place, around);
    case 'paragraph':
    case 'text':
      return drawParagraph(token, source, open, place, around);
    default:
      // An inline token where a block is expected, or an extension's own: never lose its words.
      return still(inlines([token], around.options));
  }
}

function drawQuote(
  token: Tokens.Blockquote,
  source: string,
  open: OpenBlock | undefined,
  place: Place,
  around: Surroundings,
): Drawn {
  const content = open?.type === 'quote' ? open.content : openSequence();
  const end = source.slice(token.raw.trimEnd().length);
  const text = token.text + (/^[ \t]*\n/.test(end) ? '\n' : '');
  // marked may have read lines of it anew; then they are not one by one those of the source.
  const isReadable =
    source.startsWith(token.raw) && countLines(token.text) === countLines(token.raw.replace(/\n$/, ''));
  const canCut = place.canCut && isReadable;
  const isLast = place.isLast && !/^[ \t]*\n[ \t]*\n/.test(end);
  const inside: Place = { isTop: false, isLoose: false, isTight: false, isLast, canCut };
  const inner = drawSequence(token.tokens, text, content, inside, around);
  const offset = canCut ? outerOffset(text, source, inner.cut.offset) : 0;
  // A line that goes on lazily is one of the quote only after a line that is, and marked reads it with those after it.
  const lineStart = source.lastIndexOf('\n', offset - 1) + 1;
  const isMarked = /^ {0,3}>/.test(source.slice(lineStart));
  const isBegun = inner.cut.head !== '';
  // Not after a table's delimiter row.
  const isLazy = /[^\s|:>-]/.test(lastLine(inner.cut.head)) && indentOf(source.slice(offset)) < 4;
  const isRest = offset === lineStart ? isMarked || isLazy : isMarked && isBegun;
  const cut = canCut && isCut(inner.cut) && isRest ? { head: prefixed(inner.cut.head, '> '), offset } : NO_CUT;
  return {
    nodes: [element('blockquote', place.isTop ? { dir: 'auto' } : {}, inner.nodes, content.after)],
    cut,
    commit() {
      inner.commit();
      return { type: 'quote', content };
    },
  };
}

function drawList(
  token: Tokens.List,
  source: string,
  open: OpenBlock | undefined,
  place: Place,
  around: Surroundings,
): Drawn {
  const known: OpenList | undefined = open?.type === 'list' ? open : undefined;
  const lastIndex = token.items.length - 1;
  const lastStart = token.items.slice(0, -1).reduce((length, { raw }) => length + raw.length, 0);
  const lastSource = source.slice(lastStart);
  const isLoose = known?.loose === true || token.loose;
  if (known && isLoose && !known.loose) around.touched(loosen(known));
  // To which marked adds the end of a line for a space at the end.
  const canCut = place.canCut && source.startsWith(token.raw.trimEnd());
  const final = canCut ? lastIndex : 0;
  const sequences: OpenSequence[] = [];
  const drawn = token.items.map((item, index) => {
    const isLast = index === lastIndex;
    const sequence = (index === 0 ? known?.item : undefined) ?? openSequence();
    sequences.push(sequence);
    const inner: Place = {
      isTop: false,
      isLoose,
      isTight: !isLoose,
      isLast: place.isLast && isLast,
      canCut: canCut && isLast,
    };
    return drawSequence(
      isLoose ? withBoxInside(item.tokens) : item.tokens,
      isLast ? itemText(item, lastSource) : item.text,
      sequence,
      inner,
      around,
    );
  });
  const items = drawn.map(({ nodes }, index) => {
    const item = token.items[index];
    const isTask = index === 0 && known?.item ? known.task : item?.task === true;
    return element('li', { ...(isTask ? { class: 'task' } : {}), dir: 'auto' }, nodes, sequences[index]?.after);
  });
  const last = drawn[lastIndex];
  const item = token.items[lastIndex];
  const marker = itemMarker(lastSource);
  const standIn = standInFor(item?.tokens ?? [], last?.cut ?? NO_CUT);
  const itemCut =
    canCut && item && last ? cutOfItem(last.cut, marker, standIn, itemText(item, lastSource), lastSource) : NO_CUT;
  const isItemCut = isCut(itemCut);
  const number = known?.start ?? String(token.start);
  // Its items have directions of their own; for `auto`, the browser would go through all of them each time.
  const attributes: Record<string, string> = number === '' || number === '1' ? {} : { start: number };
  const list = element(token.ordered ? 'ol' : 'ul', token.ordered ? attributes : {}, items, known?.after);
  const start = token.items.slice(0, final).reduce((length, { raw }) => length + raw.length, 0);
  const isListCut = isItemCut || final > 0;
  const cut = isListCut ? { head: itemCut.head, offset: start + itemCut.offset } : NO_CUT;
  return {
    nodes: [list],
    cut,
    commit() {
      const sequence = sequences[lastIndex];
      const settled = items.slice(0, final);
      around.settled(
        token.items.slice(0, settled.length).flatMap(({ tokens }) => tokens),
        settled,
      );
      if (isItemCut && sequence) {
        last?.commit();
        sequence.standIn = standIn;
      }
      return {
        type: 'list',
        start: number,
        loose: isLoose,
        element: list.node,
        after: (settled[settled.length - 1] as ElementNode | undefined)?.node ?? known?.after,
        item: isItemCut || known?.item === sequence ? sequence : undefined,
        task: lastIndex === 0 && known?.item ? known.task : item?.task === true,
      };
    },
  };
}

const EMPTY_HEADING: StandIn = { source: '#\n', count: 1 };

/** After a list in it, marked reads the words of an item in another way. */
const LIST_AND_HEADING: StandIn = { source: '- #\n#\n', count: 2 };

/** What stands in for the blocks of an item that is settled up to `cut`; nothing, if its first one goes on. */
function standInFor(tokens: readonly Token[], cut: Cut): StandIn | undefined {
  let at = 0;
  let standIn = cut.head === '' ? EMPTY_HEADING : undefined;
  for (const token of tokens) {
    at += token.raw.length;
    if (at > cut.offset) break;
    if (isBeforeParagraphs(token)) return LIST_AND_HEADING;
    standIn = EMPTY_HEADING;
  }
  return standIn;
}

function cutOfItem(cut: Cut, marker: string, standIn: StandIn | undefined, text: string, source: string): Cut {
  if (!isCut(cut)) return NO_CUT;
  const indent = ' '.repeat(marker.length);
  const offset = outerOffset(text, source, cut.offset);
  const head = (standIn?.source ?? '') + cut.head;
  const lineStart = source.lastIndexOf('\n', offset - 1) + 1;
  const [line = ''] = source.slice(lineStart).split('\n', 1);
  const bullet = marker.trimEnd().length;
  const before = lastLine(marker.slice(bullet) + head);
  const isIndented = lineStart === 0 || indentOf(line) >= indent.length || line.trim() === '';
  // What stands in for the line before one that goes on lazily must let it; so must what stands in for its beginning.
  const more = ' '.repeat(Math.max(0, indentOf(line) - indent.length)) + line.trimStart();
  const content = lineStart === 0 ? line.slice(bullet) : isIndented ? more : line;
  const isLazy = mayGoOnLazily(before);
  const isRest = offset === lineStart ? isIndented || isLazy : isLazy === mayGoOnLazily(content);
  return isRest ? { head: marker + prefixed(head, indent).trimStart(), offset } : NO_CUT;
}

/** Whether marked takes a line for the rest of this one in a list's item although it is not indented. */
function mayGoOnLazily(line: string): boolean {
  const words = line.replace(/^(?: {0,3}(?:[*+-]|\d{1,9}[.)]|>)[ \t]+)+/, '');
  return words.trim() !== '' && !/^(?: {4}| {0,3}(?:\t|#|<|`{3}|~{3}))/.test(words);
}

/** marked puts a task's box beside its words where the list is tight, and among them where it is loose. */
function withBoxInside(tokens: readonly Token[]): readonly Token[] {
  const [box, words, ...others] = tokens;
  if (box?.type !== 'checkbox') return tokens;
  if (words?.type !== 'text')
    return [{ type: 'paragraph', raw: box.raw, text: box.raw, tokens: [box] }, ...tokens.slice(1)];
  const inside = { ...words, raw: box.raw + words.raw, text: box.raw + (words as Tokens.Text).text };
  return [{ ...inside, tokens: [box, ...((words as Tokens.Text).tokens ?? [])] }, ...others];
}

/** An item's content as far as it has come; marked takes the white space at the end off the last one. */
function itemText(item: Tokens.ListItem, source: string): string {
  const [first] = item.tokens as MarkedToken[];
  // Beside the words, or among them.
  const inside = first && 'tokens' in first ? first.tokens?.[0] : undefined;
  const task = [first, inside].find((token) => token?.type === 'checkbox')?.raw ?? '';
  const end = source.slice(item.raw.length);
  const [spaces = ''] = end.split('\n', 1);
  return task + item.text + spaces + '\n'.repeat(countLines(end) - 1);
}

function wordsOf({ raw }: Token, around: Surroundings): Tokens.Paragraph {
  return { type: 'paragraph', raw, text: raw, tokens: [...around.lexWords(raw)] };
}
