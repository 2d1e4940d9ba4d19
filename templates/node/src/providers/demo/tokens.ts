import type { Random } from './random.js';

/**
 * Cuts a text as a model's tokeniser would: words with the space before them, long words and runs of signs in several
 * parts. So pieces end in the middle of links, fences, tables and emphasis, but never within a code point.
 * Joined, they are the text again.
 */
export function* tokens(text: string, random: Random): Generator<string> {
  for (const [part] of text.matchAll(/ ?[\p{L}\p{M}]+|\p{N}{1,3}|\s+|[^\s\p{L}\p{M}\p{N}]+/gu)) {
    const characters = Array.from(part);
    for (let start = 0; start < characters.length;) {
      const length = random.integer(1, characters.length > 8 ? 5 : 8);
      yield characters.slice(start, start + length).join('');
      start += length;
    }
  }
}
