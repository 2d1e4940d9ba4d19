import { byteLength, indexOfByte } from './utf8.js';

/**
 * The text of one message as far as it is known: a prefix of the true text, and pieces that lie beyond a hole.
 * All lengths are UTF-8 bytes (rule 1 of docs/protocol.md).
 */
export interface MessageText {
  readonly held: string;
  readonly bytes: number;
  /** Pieces beyond the end of `held`, in the order of their offsets. Bounded: any of them may be forgotten. */
  readonly aside: readonly Piece[];
  readonly asideBytes: number;
}

export interface Piece {
  readonly offset: number;
  readonly content: string;
}

export const EMPTY_TEXT: MessageText = { held: '', bytes: 0, aside: [], asideBytes: 0 };

/** What may be kept aside per message; past it, what lies furthest away is forgotten and comes again by resume. */
export const MAX_ASIDE_BYTES = 1024 * 1024;
export const MAX_ASIDE_PIECES = 2048;

export type AddResult =
  | { readonly outcome: 'appended' | 'kept-aside' | 'duplicate'; readonly text: MessageText }
  /** The piece disagrees with what is held, so one of the two is not the true text. */
  | { readonly outcome: 'contradiction'; readonly text: MessageText };

/**
 * Adds a piece. Only the bytes past the end of what is held are appended, so any cut, overlap, doubling or order of
 * pieces gives the same text.
 */
export function addPiece(text: MessageText, piece: Piece): AddResult {
  if (piece.offset > text.bytes) return keepAside(text, piece);
  const grown = append(text, piece);
  if (grown === 'contradiction') return { outcome: 'contradiction', text };
  if (grown === text) return { outcome: 'duplicate', text };
  return settleAside(grown);
}

/** Forgets everything that lies beyond a hole. */
export function dropAside(text: MessageText): MessageText {
  return text.aside.length === 0 ? text : { ...text, aside: [], asideBytes: 0 };
}

export function hasHole(text: MessageText): boolean {
  return text.aside.length > 0;
}

function append(text: MessageText, piece: Piece): MessageText | 'contradiction' {
  const overlap = text.bytes - piece.offset;
  const length = byteLength(piece.content);
  if (length <= overlap) return text;
  const cut = indexOfByte(piece.content, overlap);
  // A boundary inside a code point, or other bytes where both have some: not two pieces of one text.
  if (cut === undefined || !text.held.endsWith(piece.content.slice(0, cut))) return 'contradiction';
  return { ...text, held: text.held + piece.content.slice(cut), bytes: piece.offset + length };
}

function settleAside(text: MessageText): AddResult {
  let current = text;
  while (current.aside.length > 0) {
    const [first, ...rest] = current.aside as readonly [Piece, ...Piece[]];
    if (first.offset > current.bytes) break;
    const without = { ...current, aside: rest, asideBytes: current.asideBytes - byteLength(first.content) };
    const grown = append(without, first);
    if (grown === 'contradiction') return { outcome: 'contradiction', text: without };
    current = grown;
  }
  return { outcome: 'appended', text: current };
}

function keepAside(text: MessageText, piece: Piece): AddResult {
  const twin = text.aside.some((other) => other.offset === piece.offset && other.content === piece.content);
  if (twin) return { outcome: 'duplicate', text };
  const place = text.aside.findIndex((other) => other.offset > piece.offset);
  const aside = text.aside.slice();
  aside.splice(place === -1 ? aside.length : place, 0, piece);
  let asideBytes = text.asideBytes + byteLength(piece.content);
  while (aside.length > MAX_ASIDE_PIECES || asideBytes > MAX_ASIDE_BYTES) {
    asideBytes -= byteLength((aside.pop() as Piece).content);
  }
  return { outcome: 'kept-aside', text: { ...text, aside, asideBytes } };
}
