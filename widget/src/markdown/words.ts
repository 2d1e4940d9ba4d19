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

/** A line that may be cut before it ends: it is too long for the head of a table, and holds no cells. */
const MIN_LONG_LINE = 1_024;

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
  // From the first delimiter on that has waited for too long, everything is what it is now.
  const patience = text.length - MAX_OPEN;
  let settled = from;
  let at = from;
  let isBreak = false;
  for (const token of tokens as readonly MarkedToken[]) {
    const end = at + token.raw.length;
    if (token.type === 'text' && !('tokens' in token && token.tokens)) {
      const stop = firstPending(text, at, end, patience);
      const place = lastCutBetween(text, at, Math.min(stop ?? end, limit));
      // White space alone is no words, and a break before nothing else is none.
      if ((!isBreak && at > from) || text.slice(at, place).trim() !== '') settled = Math.max(settled, place);
      if (stop !== undefined) break;
    } else if (token.type === 'br' && end <= limit && !isBreak) settled = Math.max(settled, at);
    else if (at >= patience && 'tokens' in token && token.tokens && mayBeUndone(token.raw)) break;
    if (end >= limit) break;
    isBreak = token.type === 'br';
    at = end;
  }
  // It might make a table of what is left of its head.
  return settled > from && DELIMITER_ROW.test(text.slice(settled - 1)) ? from : settled;
}

function lastCut(text: string): number {
  const lineStart = text.lastIndexOf('\n') + 1;
  const isLong = text.length - lineStart > MIN_LONG_LINE && !text.includes('|', lineStart);
  return isLong ? text.length : lineStart;
}

/** The last place to cut that is not within a label: a definition may come that makes a link of it. */
function lastCutBetween(text: string, from: number, to: number): number {
  let place = lastBoundary(text, from, to);
  for (let label = labelAround(text, from, place); label !== undefined; label = labelAround(text, from, place)) {
    place = lastBoundary(text, from, label);
  }
  return place;
}

/** Where the outermost label begins that `place` is in. */
function labelAround(text: string, from: number, place: number): number | undefined {
  const open: number[] = [];
  let outermost: number | undefined;
  for (const at of brackets(text, from)) {
    if (at >= place && open.length === 0) break;
    if (text[at] === ']') {
      const start = open.pop();
      if (start !== undefined && at >= place) outermost = start;
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
      return isInCode || OPEN_ADDRESS.test(text.slice(index + 1));
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
