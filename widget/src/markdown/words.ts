/**
 * How far the words of a paragraph that is still being written are settled: as far as nothing stands open that a later
 * delimiter could pair with.
 */
import type { MarkedToken, Token } from 'marked';
import { brackets, OPEN_ADDRESS, openTicks } from './completion.js';

/** Words are cut once so many are open; a shorter paragraph is read as a whole each time. */
const MIN_OPEN = 256;

/** What stands open for longer is taken for what it looks like: no honest emphasis or link is as long. */
const MAX_OPEN = 4_096;

/** The line after the one in which words are cut. */
const DELIMITER_ROW = /^.*\n {0,3}[|:-][|:\- \t]*(?:\n|$)/;

/** As marked looks for a link's address where it only wants to know what is none of its business. */
const PARENTHESES = /^\((?:\\[^]|[^\\()]|\((?:\\[^]|[^\\()])*\))*\)/;

/** A line that may be cut before it ends: it is too long for the head of a table, and holds no cells. */
const MIN_LONG_LINE = 1_024;

/** Words in which nothing stands open. */
interface Piece {
  readonly from: number;
  /** `from`, for a line break: it can be cut before it. */
  readonly to: number;
  /** White space alone cannot be cut off them: it is no words, and a break before nothing else is none. */
  readonly isFirst: boolean;
}

/**
 * @param text what the tokens were read from. @param from where what is not settled begins.
 * @param tokens those from there on. @returns where to cut, or `from`: before a word, or before a line break, which is
 * none at the end of what is settled.
 */
export function settledLength(text: string, from: number, tokens: readonly Token[]): number {
  const open = text.length - from;
  if (open < MIN_OPEN) return from;
  const limit = lastCut(text);
  if (limit <= from) return from;
  const pieces = settledPieces(text, from, tokens, limit);
  let place = lastPlace(text, pieces, limit);
  for (let label = labelAround(text, from, place); label !== undefined; label = labelAround(text, from, place)) {
    place = lastPlace(text, pieces, label);
  }
  // It might make a table of what is left of its head.
  return place <= from || DELIMITER_ROW.test(text.slice(place - 1)) ? from : place;
}

function settledPieces(text: string, start: number, tokens: readonly Token[], limit: number): readonly Piece[] {
  const pieces: Piece[] = [];
  // From the first delimiter on that has waited for too long, everything is what it is now.
  const patience = text.length - MAX_OPEN;
  let from = start;
  let isBreak = false;
  for (const token of tokens as readonly MarkedToken[]) {
    const to = from + token.raw.length;
    if (token.type === 'text' && !('tokens' in token && token.tokens)) {
      const stop = firstPending(text, from, to, patience);
      const end = Math.min(stop ?? to, limit);
      if (end > from) pieces.push({ from, to: end, isFirst: isBreak || from === start });
      if (stop !== undefined) break;
    } else if (token.type === 'br' && to <= limit && !isBreak) pieces.push({ from, to: from, isFirst: false });
    else if (from >= patience && 'tokens' in token && token.tokens && mayBeUndone(token.raw)) break;
    if (to >= limit) break;
    isBreak = token.type === 'br';
    from = to;
  }
  return pieces;
}

/** The last place to cut up to `limit`. */
function lastPlace(text: string, pieces: readonly Piece[], limit: number): number {
  for (let index = pieces.length - 1; index >= 0; index--) {
    const { from, to, isFirst } = pieces[index] as Piece;
    if (from > limit) continue;
    if (from === to) return from;
    const place = lastBoundary(text, from, Math.min(to, limit));
    if (place > from && !(isFirst && text.slice(from, place).trim() === '')) return place;
  }
  return -1;
}

function lastCut(text: string): number {
  const lineStart = text.lastIndexOf('\n') + 1;
  const isLong = text.length - lineStart > MIN_LONG_LINE && !text.includes('|', lineStart);
  return isLong ? text.length : lineStart;
}

/**
 * Where the outermost label begins that `place` is in, of which a definition may make a link; or in the parentheses right
 * behind it, where marked sees no emphasis.
 */
function labelAround(text: string, from: number, place: number): number | undefined {
  const open: number[] = [];
  let outermost: number | undefined;
  for (const at of brackets(text, from)) {
    if (at >= place && open.length === 0) break;
    if (text[at] === ']') {
      const start = open.pop();
      if (start === undefined) continue;
      if (at >= place || place <= at + (PARENTHESES.exec(text.slice(at + 1))?.[0].length ?? 0)) outermost = start;
    } else if (at < place) open.push(at);
  }
  return outermost;
}

/** Before a word, so that what follows reads as at the beginning of a line. */
function lastBoundary(text: string, from: number, to: number): number {
  // One character after it must be there: white space at the end may be a line break.
  for (let at = Math.min(to, text.length - 1); at > from; at--) {
    if (isSpace(text[at - 1]) && !isSpace(text[at])) return at;
  }
  return -1;
}

function isSpace(character: string | undefined): boolean {
  return character !== undefined && /\s/.test(character);
}

/** Where the first thing stands that may become the beginning of something. */
function firstPending(text: string, from: number, to: number, patience: number): number | undefined {
  const delimiter = /[`[<*_~]/g;
  delimiter.lastIndex = Math.max(from, patience);
  for (let match = delimiter.exec(text); match !== null && match.index < to; match = delimiter.exec(text)) {
    if (isPending(text, match.index, match[0])) return match.index;
    // A run is one.
    while (text[delimiter.lastIndex] === match[0]) delimiter.lastIndex++;
  }
  return undefined;
}

function isPending(text: string, at: number, delimiter: string): boolean {
  switch (delimiter) {
    case '`':
      return true;
    case '[':
      return mayBeLink(text, at);
    case '<':
      return /^<(?:[!?]|\/?[a-z][^<>]*$)/i.test(text.slice(at));
    default: {
      let end = at;
      while (text[end] === delimiter) end++;
      if (end < text.length && /\s/.test(text[end] ?? '')) return false;
      return delimiter !== '_' || !/[\p{L}\p{N}]/u.test(text[at - 1] ?? '');
    }
  }
}

function mayBeLink(text: string, at: number): boolean {
  let depth = 0;
  for (const index of brackets(text, at)) {
    if (text[index] === '[') depth++;
    else if (--depth === 0) {
      const label = text.slice(at, index);
      const isInCode = label.includes('`') && (openTicks(text.slice(at))?.start ?? Infinity) < label.length;
      const after = text.slice(index + 1);
      return isInCode || OPEN_ADDRESS.test(after) || (after.startsWith('(') && !PARENTHESES.test(after));
    }
  }
  return true;
}

/** Emphasis ends elsewhere if a code span, a link or a tag turns out to reach over its end. */
function mayBeUndone(raw: string): boolean {
  const open = raw
    .replace(/\\[^]|(`+)(?!`)[^]*?[^`]\1(?!`)/g, '')
    .replace(/<[^<>`]*>/g, '')
    .replace(/\[[^[\]`<]*\]/g, '');
  return /[`[<]/.test(open);
}
