/** What one client got of what was said, counted. Pure. */

/** A piece of text as the client showed it. */
export interface Arrival {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly text: string;
}

export interface Heard {
  /** In the order in which they were shown. */
  readonly arrivals: readonly Arrival[];
  /** How many words were said in all: `w1 w2 … `. */
  readonly said: number;
  /** How many had been said when the fault began. */
  readonly saidBefore: number;
  /** When the way was free again, in milliseconds since the epoch. */
  readonly reachableAt: number;
}

export interface Score {
  /** Words never shown. */
  readonly lost: number;
  /** Words shown once more than once. */
  readonly twice: number;
  /** Words shown after a later one. */
  readonly outOfOrder: number;
  /**
   * Milliseconds from reachability to the first word since then that was said after the fault began. Null: none came.
   * What was said before may still be on its way, and what comes before reachability came before the fault took effect.
   */
  readonly recoveredAfter: number | null;
}

/** The n-th word, from 1. Each is another one, so that nothing can be lost or doubled unseen. */
export function word(n: number): string {
  return `w${n} `;
}

const WORD = /w(\d+) /g;

/** The numbers of the whole words in a text; `rest` is the beginning of one that goes on in the next piece. */
export function wordsIn(text: string): { readonly words: readonly number[]; readonly rest: string } {
  return {
    words: [...text.matchAll(WORD)].map(([, digits]) => Number(digits)),
    rest: text.slice(text.lastIndexOf(' ') + 1),
  };
}

export function score({ arrivals, said, saidBefore, reachableAt }: Heard): Score {
  const shown = new Set<number>();
  let twice = 0;
  let outOfOrder = 0;
  let latest = 0;
  let recoveredAt: number | null = null;
  let begun = '';
  for (const { at, text } of arrivals) {
    const { words, rest } = wordsIn(begun + text);
    begun = rest;
    for (const n of words) {
      if (shown.has(n)) twice++;
      else if (n < latest) outOfOrder++;
      shown.add(n);
      latest = Math.max(latest, n);
      if (n > saidBefore && at >= reachableAt) recoveredAt ??= at;
    }
  }
  let lost = 0;
  for (let n = 1; n <= said; n++) if (!shown.has(n)) lost++;
  return { lost, twice, outOfOrder, recoveredAfter: recoveredAt === null ? null : recoveredAt - reachableAt };
}
