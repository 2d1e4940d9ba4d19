/** What a line with faults brought, beside one without. */

/** A fault that was done to the line, and what the unbroken one had brought by then and when it was over. */
export interface Cut {
  readonly what: string;
  /** How many messages the unbroken line had brought when the cut came. */
  readonly at: number;
  /** The same when the broken line was connected again. */
  until: number;
}

export interface Loss {
  /** Of the unbroken line's messages, from 1. */
  readonly number: number;
  readonly message: string;
  readonly why: string;
}

export interface Verdict {
  readonly survived: boolean;
  /** How many messages the unbroken line brought. */
  readonly sent: number;
  readonly cuts: readonly { readonly what: string; readonly after: number }[];
  readonly lost: readonly Loss[];
  readonly doubled: number;
  /** Everything came once, but in another order. */
  readonly misplaced: boolean;
  /** Why nothing can be said: the answer was over before the line was cut. */
  readonly inconclusive?: string;
}

/**
 * Compares the messages of two lines. Messages that are equal in every byte are told apart by their order alone.
 * @param because why what is lost while the line is cut does not come again
 */
export function compare(
  whole: readonly string[],
  broken: readonly string[],
  cuts: readonly Cut[],
  because: string,
): Verdict {
  const left = countOf(broken);
  const lost = whole.flatMap((message, index): Loss[] => {
    const count = left.get(message) ?? 0;
    left.set(message, count - 1);
    return count > 0 ? [] : [{ number: index + 1, message, why: whyLost(index, cuts, because) }];
  });
  const doubled = [...left.values()].reduce((sum, count) => sum + Math.max(0, count), 0);
  const misplaced = lost.length === 0 && doubled === 0 && whole.some((message, index) => broken[index] !== message);
  return {
    survived: lost.length === 0 && doubled === 0 && !misplaced && cuts.length > 0,
    sent: whole.length,
    cuts: cuts.map(({ what, at }) => ({ what, after: at })),
    lost,
    doubled,
    misplaced,
    ...(cuts.length === 0 ? { inconclusive: 'the answer was over before the line was cut: ask for a longer one' } : {}),
  };
}

function countOf(messages: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const message of messages) counts.set(message, (counts.get(message) ?? 0) + 1);
  return counts;
}

/** What was under way when the line was cut, or came again: the other line had it already, or had it later. */
const UNDER_WAY = 5;

function whyLost(index: number, cuts: readonly Cut[], because: string): string {
  const number = cuts.findIndex(({ at, until }) => index >= at - UNDER_WAY && index <= until + UNDER_WAY);
  const cut = cuts[number];
  return cut === undefined
    ? 'it was lost while the line was whole'
    : `sent during cut ${number + 1} (${cut.what}), and ${because}`;
}
