/** Runs → one line for each contestant on each document in each mode, growth exponents, and what exceeds a limit. Pure. */
import { FLOOR, OURS, PEER } from './contestants.js';
import type { BenchDocument } from './documents.js';
import type { Mode } from './options.js';
import type { Run } from './run.js';

export interface Line {
  readonly document: string;
  readonly mode: Mode;
  readonly contestant: string;
  readonly runs: number;
  /** Milliseconds of the main thread, over the runs. */
  readonly taskDuration: { readonly median: number; readonly least: number; readonly most: number };
  /** Its milliseconds before the first chunk, which no limit counts; the median. */
  readonly preparing: number;
  /** How many times streaming-markdown's, in the same repetition; the median. */
  readonly timesPeer: number | null;
  /** The longest task of all runs; null: none was over 50 ms. */
  readonly longestTask: number | null;
  readonly longestScript: number;
  readonly heap: number;
  readonly waited: number;
  readonly heldBack: number;
  /** Characters; null when it came to the end. */
  readonly timedOutAt: number | null;
  readonly missing: string | null;
}

export interface Growth {
  readonly shape: string;
  readonly from: string;
  readonly to: string;
  readonly mode: Mode;
  readonly contestant: string;
  /** The e of time ≈ size^e, between the smallest and the largest document that was cut into the same chunks. 1 is linear. */
  readonly exponent: number;
}

export const LIMITS = { mixed: 1.15, single: 1.5, exponent: 0.15, task: 50, taskAt: 'mixed-200' };

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = NaN, high = NaN] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}

export function summarise(runs: readonly Run[]): readonly Line[] {
  const groups = new Map<string, Run[]>();
  for (const run of runs) groups.set(keyOf(run), [...(groups.get(keyOf(run)) ?? []), run]);
  return [...groups.values()].flatMap((group) => (group[0] === undefined ? [] : [lineOf(group[0], group, runs)]));
}

const keyOf = ({ document, mode, contestant }: Run): string => `${document} ${mode} ${contestant}`;

function lineOf({ document, mode, contestant }: Run, group: readonly Run[], all: readonly Run[]): Line {
  const times = group.map(({ taskDuration }) => taskDuration);
  const ratios = group.flatMap((run) => {
    const peer = all.find(
      (other) =>
        other.contestant === PEER &&
        other.document === document &&
        other.mode === mode &&
        other.repetition === run.repetition &&
        other.timedOutAt === null,
    );
    return peer === undefined ? [] : [run.taskDuration / peer.taskDuration];
  });
  const longest = Math.max(...group.map(({ longestTask }) => longestTask));
  return {
    document,
    mode,
    contestant,
    runs: group.length,
    taskDuration: { median: median(times), least: Math.min(...times), most: Math.max(...times) },
    preparing: median(group.map(({ preparing }) => preparing).filter(Number.isFinite)),
    timesPeer: ratios.length === 0 ? null : median(ratios),
    longestTask: longest === 0 ? null : longest,
    longestScript: Math.max(...group.map(({ longestScript }) => longestScript)),
    heap: median(group.map(({ heap }) => heap)),
    waited: median(group.map(({ waited }) => waited)),
    heldBack: Math.max(...group.map(({ heldBack }) => heldBack)),
    timedOutAt: group.find(({ timedOutAt }) => timedOutAt !== null)?.timedOutAt ?? null,
    missing: group.find(({ missing }) => missing !== null)?.missing ?? null,
  };
}

export function growth(lines: readonly Line[], documents: readonly BenchDocument[]): readonly Growth[] {
  const kindOf = ({ shape, chunk }: BenchDocument): string => `${shape}, chunks of ${chunk.join(' to ')}`;
  return [...new Set(documents.map(kindOf))].flatMap((kind) => {
    const sizes = documents.filter((document) => kindOf(document) === kind).sort((a, b) => a.kilobytes - b.kilobytes);
    const [small, large] = [sizes[0], sizes.at(-1)];
    if (small === undefined || large === undefined || small === large) return [];
    const { shape } = small;
    return lines
      .filter(({ document, mode }) => document === small.name && mode !== 'paced')
      .flatMap(({ mode, contestant, taskDuration, timedOutAt }) => {
        const after = lines.find(
          (line) => line.document === large.name && line.mode === mode && line.contestant === contestant,
        );
        if (after === undefined || after.timedOutAt !== null || timedOutAt !== null) return [];
        const exponent =
          Math.log(after.taskDuration.median / taskDuration.median) / Math.log(large.kilobytes / small.kilobytes);
        return [{ shape, from: small.name, to: large.name, mode, contestant, exponent }];
      });
  });
}

/** Every limit that we exceed, as a sentence; and what could not be compared. */
export function violations(lines: readonly Line[], exponents: readonly Growth[]): readonly string[] {
  const broken: string[] = [];
  const two = (value: number): string => value.toFixed(2);
  for (const line of lines.filter(({ contestant }) => contestant === OURS)) {
    const at = `${line.document}, ${line.mode}:`;
    const isMixed = line.document.startsWith('mixed');
    const limit = isMixed ? LIMITS.mixed : LIMITS.single;
    if (line.timedOutAt !== null) broken.push(...tooSlow(line, lines, limit));
    if (line.missing !== null) broken.push(`${at} not on the page at the end: ${line.missing}`);
    if (line.heldBack > 0) broken.push(`${at} a text that was written was not on the page in ${line.heldBack} frames`);
    if (line.mode === 'paced') {
      if (line.document === LIMITS.taskAt && line.longestTask !== null) {
        broken.push(`${at} a task of ${Math.round(line.longestTask)} ms; at most ${LIMITS.task} ms are allowed`);
      }
    } else if (line.timedOutAt !== null) continue;
    else if (line.timesPeer === null) broken.push(`${at} nothing to compare with: measure ${PEER} too`);
    else if (line.timesPeer > limit)
      broken.push(`${at} ${two(line.timesPeer)} × ${PEER}; at most ${limit} × is allowed`);
  }
  for (const { from, to, mode, exponent } of exponents.filter(({ contestant }) => contestant === OURS)) {
    const floor = exponents.find(
      (other) => other.contestant === FLOOR && other.from === from && other.mode === mode,
    )?.exponent;
    if (floor === undefined) broken.push(`${from}, ${mode}: no floor to compare the growth with: measure ${FLOOR} too`);
    else if (exponent > floor + LIMITS.exponent) {
      broken.push(
        `${from} to ${to}, ${mode}: grows with the power of ${two(exponent)}; the floor's ${two(floor)} + ${LIMITS.exponent} is allowed`,
      );
    }
  }
  return broken;
}

/** A browser's own layout of one block may take longer than the limit: then it counts how far each has come. */
function tooSlow({ document, mode, timedOutAt }: Line, lines: readonly Line[], limit: number): readonly string[] {
  const peer = lines.find((line) => line.document === document && line.mode === mode && line.contestant === PEER);
  const [own, theirs] = [timedOutAt ?? 0, peer?.timedOutAt ?? null];
  if (theirs !== null && own * limit >= theirs) return [];
  const kilobytes = (characters: number): string => `${Math.round(characters / 1000)} KB`;
  const itCame = theirs === null ? 'to the end' : `to ${kilobytes(theirs)}`;
  return [`${document}, ${mode}: timed out at ${kilobytes(own)}; ${PEER} came ${itCame}`];
}

/** For people: two tables. */
export function table(lines: readonly Line[], exponents: readonly Growth[]): string {
  const header = [
    '',
    'task ms',
    'least',
    'most',
    '× s-m',
    'before',
    'longest task',
    'script',
    'heap KB',
    'waited',
    'held back',
    '',
    '',
  ];
  const places = [...new Set(lines.map(({ document, mode }) => `${document}, ${mode}`))];
  const rows = places.flatMap((place) => [
    [place],
    ...lines
      .filter(({ document, mode }) => `${document}, ${mode}` === place)
      .map((line) => [
        `  ${line.contestant}`,
        ...[line.taskDuration.median, line.taskDuration.least, line.taskDuration.most].map(whole),
        line.timesPeer?.toFixed(2) ?? '',
        whole(line.preparing),
        line.longestTask === null ? '≤ 50 ms' : `${whole(line.longestTask)} ms`,
        `${whole(line.longestScript)} ms`,
        whole(line.heap / 1000),
        whole(line.waited),
        String(line.heldBack),
        line.timedOutAt === null ? '' : `timed out at ${whole(line.timedOutAt / 1000)} KB`,
        line.missing === null ? '' : `at the end not there: ${line.missing}`,
      ]),
  ]);
  const growthRows = exponents.map(({ from, to, mode, contestant, exponent }) => [
    `  ${from} to ${to}, ${mode}, ${contestant}`,
    exponent.toFixed(2),
  ]);
  const growths = growthRows.length === 0 ? [] : [columns([['growth exponent'], ...growthRows])];
  return [columns([header, ...rows]), ...growths].join('\n\n');
}

function whole(value: number): string {
  return Number.isFinite(value) ? String(Math.round(value)) : '∞';
}

function columns(rows: readonly (readonly string[])[]): string {
  const count = Math.max(...rows.map(({ length }) => length));
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(...rows.filter(({ length }) => length > 1).map((row) => row[column]?.length ?? 0), 0),
  );
  const format = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return rows.map(format).join('\n');
}
