/** Holds what was played against the list of known differences. */
import type { Mismatch } from './compare.js';
import type { Sighting } from './differences.js';
import type { Played } from './play.js';

/** What is wrong with a transcript, each as one text. Empty: both servers did what is expected of them. */
export function judge({ transcript, mismatches, failures }: Played, sightings: readonly Sighting[]): readonly string[] {
  const expected = sightings.filter((sighting) => sighting.transcript === transcript);
  return [
    ...failures,
    ...mismatches.filter((seen) => !expected.some((known) => isSame(known, seen))).map(describeUnknown),
    ...expected.filter((known) => !mismatches.some((seen) => isSame(known, seen))).map(describeVanished),
  ];
}

function isSame(one: Mismatch, other: Mismatch): boolean {
  // As text: the order of a frame's fields counts, here as in comparing.
  const [left, right] = [one, other].map(({ who, embedded, anycable }) => JSON.stringify([who, embedded, anycable]));
  return left === right;
}

function describeUnknown(seen: Mismatch): string {
  return `${seen.who}: the servers differ in a way that differences.ts does not list\n${describe(seen)}`;
}

function describeVanished(known: Mismatch): string {
  return `${known.who}: a difference that differences.ts lists was not seen\n${describe(known)}`;
}

function describe({ embedded, anycable }: Mismatch): string {
  return [
    ...embedded.map((frame) => `  embedded  ${JSON.stringify(frame)}`),
    ...anycable.map((frame) => `  AnyCable  ${JSON.stringify(frame)}`),
  ].join('\n');
}
