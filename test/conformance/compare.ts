import type { RawFrame } from '../support/cable-client.js';
import { normalise } from './recording.js';
import type { Recording } from './recording.js';

/** What one connection saw on each server, where they differ: without the frames before and after that are equal. */
export interface Mismatch {
  readonly who: string;
  readonly embedded: readonly RawFrame[];
  readonly anycable: readonly RawFrame[];
}

/** Empty: the two servers did the same. */
export function compare(embedded: Recording, anycable: Recording): readonly Mismatch[] {
  const [ours, theirs] = [normalise(embedded), normalise(anycable)];
  return [...new Set([...ours.keys(), ...theirs.keys()])].flatMap((who) => {
    const mismatch = findMismatch(ours.get(who) ?? [], theirs.get(who) ?? []);
    return mismatch === undefined ? [] : [{ who, ...mismatch }];
  });
}

function findMismatch(ours: readonly RawFrame[], theirs: readonly RawFrame[]): Omit<Mismatch, 'who'> | undefined {
  const [left, right] = [ours.map(text), theirs.map(text)];
  const shorter = Math.min(left.length, right.length);
  let head = 0;
  while (head < shorter && left[head] === right[head]) head++;
  if (head === left.length && head === right.length) return undefined;
  let tail = 0;
  while (tail < shorter - head && left.at(-1 - tail) === right.at(-1 - tail)) tail++;
  return { embedded: ours.slice(head, ours.length - tail), anycable: theirs.slice(head, theirs.length - tail) };
}

/** With the fields in their order, as a client sees them. */
function text(frame: RawFrame): string {
  return JSON.stringify(frame);
}
