import type { Turn } from '../provider.js';

/** What the visitor told in the conversation so far; what was told last counts. */
export interface Memory {
  readonly name: string | undefined;
  /** "my cat is called Minka" → cat: Minka. Keys in lower case, in the order of telling. */
  readonly facts: ReadonlyMap<string, string>;
  /** Every number, as it was written, oldest first. */
  readonly numbers: readonly string[];
  /** "remember that …", oldest first. */
  readonly notes: readonly string[];
  /** The visitor's messages, oldest first. */
  readonly said: readonly string[];
}

const VALUE = String.raw`([^.!?,;\n]{1,80}?)(?=\s+(?:and|but)\s+(?:my|i|the)\b|[.!?,;\n]|$)`;
/** The capitals of the further names are meant, so the case is not ignored. */
const NAME =
  /\b(?:[Mm]y name(?: is|['’]s)|[Ii](?: am|['’]m) called|[Cc]all me)\s+(\p{L}[\p{L}\p{M}'’-]*(?:\s+\p{Lu}[\p{L}\p{M}'’-]*)*)/gu;
/** Only with a capital: "I am tired" names nobody. */
const I_AM = /\b(?:[Ii] am|[Ii]['’]m)\s+(\p{Lu}[\p{Ll}\p{M}'’-]+)(?=[.!,\n]|$| and\b)/gu;
const FACT = new RegExp(
  String.raw`\b(?:my|the)\s+([\p{L}][\p{L}\p{N} '’-]{0,30}?)\s+(?:is called|is named|is|are|=)\s+` + VALUE,
  'giu',
);
const NUMBER = /(?<![\p{L}\p{N}])[-+]?\d+(?:[.,:/-]\d+)*(?![\p{L}\p{N}])/gu;
const NOTE = /\b(?:remember|note|keep in mind)(?: that|:)?\s+(.{2,120}?)(?=[.!?\n]|$)/giu;

export function recall(turns: readonly Turn[]): Memory {
  const said = turns.filter((turn) => turn.role === 'user').map((turn) => turn.content);
  const facts = new Map<string, string>();
  const numbers: string[] = [];
  const notes: string[] = [];
  let name: string | undefined;
  for (const text of said) {
    name = last(text, NAME) ?? last(text, I_AM) ?? name;
    numbers.push(...Array.from(text.matchAll(NUMBER), ([number]) => number));
    // A question tells nothing, even if it looks like it: "is the answer 42?"
    if (text.trimEnd().endsWith('?')) continue;
    for (const [, key, value] of text.matchAll(FACT)) {
      if (key !== undefined && value !== undefined) facts.set(normalKey(key), value.trim());
    }
    for (const [, note] of text.matchAll(NOTE)) if (note !== undefined) notes.push(note.trim());
  }
  return { name, facts, numbers, notes, said };
}

/** "favorite Color" and "favourite colour" are the same thing to ask for. */
export function normalKey(key: string): string {
  return key
    .trim()
    .toLowerCase()
    .replaceAll('favorite', 'favourite')
    .replaceAll('color', 'colour')
    .replace(/\s+/g, ' ');
}

function last(text: string, pattern: RegExp): string | undefined {
  return Array.from(text.matchAll(pattern)).at(-1)?.[1];
}
