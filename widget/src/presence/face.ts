/**
 * What is shown of somebody who is here. What they say of themselves is hostile input: a name is taken as text and
 * bounded, and nothing else is; no address in it is ever loaded.
 */
import type { PresenceMember } from './reduce.js';

export interface Face {
  readonly id: string;
  /** Never empty, but for somebody who has neither a name nor an id that can be seen. */
  readonly name: string;
  /** One or two letters; empty where the name is. */
  readonly initials: string;
  /** From 0 to HUES - 1; the same for the same id, on every page. */
  readonly hue: number;
}

export const HUES = 12;

/** Characters of a name that are shown. */
const NAME_LENGTH = 40;
/** UTF-16 units that are looked at: a name may be a megabyte. */
const READ_LENGTH = 400;
/** UTF-16 units of one character with its marks: a family of emoji has 11; a name may have thousands of accents. */
const CHARACTER_LENGTH = 16;

/** Controls, what turns the text around it, and what is not seen; but for what joins letters and dresses emoji. */
const UNSEEN =
  /[\p{Cc}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Bidi_Control}]|(?![\u200C\u200D\p{Variation_Selector}])\p{Default_Ignorable_Code_Point}/gu;
/** Something that can be seen. */
const SEEN = /[\p{L}\p{N}\p{P}\p{S}]/u;

export function faceOf({ id, info }: PresenceMember): Face {
  const name = readable(nameIn(info)) ?? readable(id) ?? '';
  return { id, name, initials: initialsOf(name), hue: hueOf(id) };
}

function nameIn(info: unknown): string {
  if (typeof info !== 'object' || info === null) return '';
  const { name } = info as { readonly name?: unknown };
  return typeof name === 'string' ? name : '';
}

/** On one line and cut to its length; undefined if nothing of it can be seen. */
function readable(text: string): string | undefined {
  const line = text.slice(0, READ_LENGTH).replace(/\s+/g, ' ').replace(UNSEEN, '').trim();
  if (!SEEN.test(line)) return undefined;
  const shown = characters(line);
  return shown.length > NAME_LENGTH
    ? `${shown
        .slice(0, NAME_LENGTH - 1)
        .join('')
        .trimEnd()}…`
    : shown.join('');
}

/** Browsers before 2024 have none; there, an emoji may come apart. */
const segmenter = typeof Intl.Segmenter === 'function' ? new Intl.Segmenter() : undefined;

/** As a reader counts them, each with a bounded number of marks. */
function characters(text: string): string[] {
  const parts = segmenter ? Array.from(segmenter.segment(text), ({ segment }) => segment) : Array.from(text);
  return parts.map((part) => (part.length > CHARACTER_LENGTH ? (Array.from(part)[0] ?? '') : part));
}

function initialsOf(name: string): string {
  const words = name.split(/[\s._@/:-]+/).filter((word) => /[\p{L}\p{N}\p{S}]/u.test(word));
  const [first = name, last] = words.length > 1 ? [words[0], words.at(-1)] : words;
  return [first, last ?? ''].map((word) => upperCase(characters(word)[0] ?? '')).join('');
}

/** One character stays one: ß would become SS. */
function upperCase(character: string): string {
  const upper = character.toUpperCase();
  return characters(upper).length === 1 ? upper : character;
}

/**
 * FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/), and the end of MurmurHash3, without which ids that differ in their last
 * digit only would be neighbours in colour.
 */
function hueOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < Math.min(id.length, READ_LENGTH); index++) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % HUES;
}
