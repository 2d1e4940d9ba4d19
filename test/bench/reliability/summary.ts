/** Trials → one line for each subject under each fault; and what breaks a promise. Pure. */
import type { Fault } from './faults.js';
import type { Trial } from './round.js';
import type { Subject } from './subjects.js';

export interface Line {
  readonly fault: string;
  readonly subject: string;
  readonly isOurs: boolean;
  readonly trials: number;
  /** Words, in all trials together. */
  readonly said: number;
  readonly lost: number;
  readonly twice: number;
  readonly outOfOrder: number;
  /** Trials that lost something. */
  readonly trialsWithLoss: number;
  /** Milliseconds from reachability to the next new text. Infinite (null in JSON) where too many never recovered. */
  readonly p50: number;
  readonly p95: number;
  readonly slowest: number;
  /** Trials in which nothing new came, for as long as was waited. */
  readonly neverRecovered: number;
  /** Trials in which the client did not hear of the end. */
  readonly unfinished: number;
  /** Trials in which an answer was ended by its server's end, and the client was told so. */
  readonly interrupted: number;
  /** Trials in which the screen showed another text than the one that is stored; null where nothing is stored. */
  readonly different: number | null;
}

export function summarise(
  trials: readonly Trial[],
  faults: readonly Fault[],
  subjects: readonly Subject[],
): readonly Line[] {
  return faults.flatMap((fault) =>
    subjects.flatMap((subject) => {
      const own = trials.filter((trial) => trial.fault === fault.name && trial.subject === subject.name);
      return own.length === 0 ? [] : [lineOf(fault, subject, own)];
    }),
  );
}

function lineOf(fault: Fault, subject: Subject, trials: readonly Trial[]): Line {
  const sum = (of: (trial: Trial) => number): number => trials.reduce((total, trial) => total + of(trial), 0);
  const count = (that: (trial: Trial) => boolean): number => trials.filter(that).length;
  const times = trials.map(({ recoveredAfter }) => recoveredAfter ?? Infinity).sort((a, b) => a - b);
  return {
    fault: fault.name,
    subject: subject.name,
    isOurs: subject.isOurs,
    trials: trials.length,
    said: sum(({ said }) => said),
    lost: sum(({ lost }) => lost),
    twice: sum(({ twice }) => twice),
    outOfOrder: sum(({ outOfOrder }) => outOfOrder),
    trialsWithLoss: count(({ lost }) => lost > 0),
    p50: percentile(times, 0.5),
    p95: percentile(times, 0.95),
    slowest: times.at(-1) ?? Infinity,
    neverRecovered: count(({ recoveredAfter }) => recoveredAfter === null),
    unfinished: count(({ ended }) => ended === null),
    interrupted: count(({ ended }) => ended !== null && ended !== 'complete'),
    different: trials.every(({ differs }) => differs === null) ? null : count(({ differs }) => differs === true),
  };
}

/** The smallest value that so many of all are not above (nearest rank). `sorted` must be. */
export function percentile(sorted: readonly number[], part: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? Infinity;
}

/** Every broken promise, as a sentence. Only we made any. */
export function violations(lines: readonly Line[], faults: readonly Fault[]): readonly string[] {
  return lines
    .filter(({ isOurs }) => isOurs)
    .flatMap((line) => {
      const { limit = Infinity } = faults.find(({ name }) => name === line.fault) ?? {};
      const at = `${line.subject}, ${line.fault}:`;
      const counted = [
        ['lost', line.lost],
        ['shown twice', line.twice],
        ['out of order', line.outOfOrder],
      ] as const;
      return [
        ...counted.filter(([, n]) => n > 0).map(([what, n]) => `${at} ${n} of ${line.said} words ${what}`),
        ...(line.different ? [`${at} ${line.different} answers differ from the stored text`] : []),
        ...(line.unfinished > 0 ? [`${at} ${line.unfinished} answers did not end`] : []),
        ...(line.neverRecovered > 0 ? [`${at} ${line.neverRecovered} trials did not recover`] : []),
        ...(line.p95 > limit ? [`${at} p95 of the recovery is ${line.p95} ms; at most ${limit} ms are allowed`] : []),
      ];
    });
}

/** For people: one table. */
export function table(lines: readonly Line[], faults: readonly Fault[]): string {
  const header = [
    '',
    'trials',
    'said',
    'lost',
    'twice',
    'out of order',
    'back p50',
    'p95',
    'slowest',
    'unfinished',
    'interrupted',
  ];
  const rows = faults.flatMap((fault) => {
    const own = lines.filter((line) => line.fault === fault.name);
    if (own.length === 0) return [];
    return [
      [`${fault.name}: ${fault.what}`],
      ...own.map((line) => [
        `  ${line.subject}`,
        String(line.trials),
        String(line.said),
        percent(line.lost, line.said),
        String(line.twice),
        String(line.outOfOrder),
        milliseconds(line.p50),
        milliseconds(line.p95),
        milliseconds(line.slowest),
        String(line.unfinished),
        String(line.interrupted),
      ]),
    ];
  });
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.filter(({ length }) => length > 1).map((row) => row[column]?.length ?? 0)),
  );
  const format = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  return [header, ...rows].map(format).join('\n');
}

function percent(part: number, whole: number): string {
  if (part === 0) return '0';
  return `${part} (${((100 * part) / whole).toFixed(1)} %)`;
}

function milliseconds(value: number): string {
  return Number.isFinite(value) ? `${Math.round(value)} ms` : 'never';
}
