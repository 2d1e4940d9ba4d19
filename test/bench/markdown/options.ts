/** The bench's arguments. */
import { seed as drawnSeed } from '../../support/seed.js';
import { parse, positive, UsageError } from '../command-line.js';
import { CONTESTANTS } from './contestants.js';
import type { ContestantName } from './contestants.js';
import { nameOf, SHAPES } from './documents.js';
import type { DocumentName, Shape } from './documents.js';

export const MODES = ['frame', 'burst', 'paced'] as const;
export type Mode = (typeof MODES)[number];

export const USAGE = `npm run bench:markdown -- [options]
  --repetitions N    of each measurement (default 5)
  --quick            3 repetitions of mixed-5, mixed-20 and the shapes at 50 KB, for a look
  --contestant NAME  only this one; may be repeated: ${CONTESTANTS.map(({ name }) => name).join(', ')}
  --document NAME    only this one; may be repeated: SHAPE-KILOBYTES, of ${SHAPES.join(', ')}: mixed-20, list-500
  --mode NAME        only this one; may be repeated: frame (4 chunks a frame, frames as fast as they can),
                     burst (everything at once), paced (4 chunks a frame, 60 frames a second; for the longest task)
  --limit N          seconds for a run, after which it is stopped (default 60)
  --seed N           of the documents
  --json             the figures as JSON on standard output
  --check            exit code 1 when one of our limits is exceeded; needs text, streaming-markdown and ours

The columns: milliseconds of the main thread's tasks for the whole document (median, least and most of the repetitions),
how many times streaming-markdown's in the same repetition, those before the first chunk, the longest task, the longest
time in one frame's writes and flush, what JavaScript's heap grew by, frames that had to be waited for until the text was
there, and frames in which it was not. Two repetitions, or a busy machine, say little.`;

export interface Options {
  readonly repetitions: number;
  readonly contestants: readonly ContestantName[];
  readonly documents: readonly DocumentName[];
  readonly modes: readonly Mode[];
  /** Milliseconds. */
  readonly limit: number;
  readonly seed: number;
  readonly json: boolean;
  readonly check: boolean;
}

const of = (shapes: readonly Shape[], sizes: readonly number[]): readonly DocumentName[] =>
  shapes.flatMap((shape) => sizes.map((kilobytes) => ({ shape, kilobytes })));

const single = SHAPES.filter((shape) => shape !== 'mixed');
const DOCUMENTS = [...of(['mixed'], [5, 20, 50, 200, 500]), ...of(single, [50, 500])];
const QUICK = [...of(['mixed'], [5, 20]), ...of(single, [50])];

/** Undefined: help was asked for. @throws UsageError */
export function readOptions(args: readonly string[]): Options | undefined {
  const values = parse(args, KNOWN);
  if (values.help) return undefined;
  return {
    repetitions: positive('repetitions', values.repetitions ?? (values.quick ? '3' : '5')),
    contestants: chosen('contestant', values.contestant, CONTESTANTS, ({ name }) => name),
    documents: values.document?.map(readDocument) ?? (values.quick ? QUICK : DOCUMENTS),
    modes: chosen('mode', values.mode, values.quick ? ['frame', 'burst'] : MODES, (mode) => mode, MODES),
    limit: 1000 * positive('limit', values.limit),
    seed: positive('seed', values.seed),
    json: values.json,
    check: values.check,
  };
}

function chosen<T>(
  option: string,
  wanted: readonly string[] | undefined,
  usual: readonly T[],
  name: (item: T) => string,
  all: readonly T[] = usual,
): readonly T[] {
  const unknown = wanted?.find((text) => !all.some((item) => name(item) === text));
  if (unknown !== undefined) {
    throw new UsageError(`--${option} ${unknown}: there is none of that name; there are ${all.map(name).join(', ')}.`);
  }
  return wanted === undefined ? usual : all.filter((item) => wanted.includes(name(item)));
}

function readDocument(text: string): DocumentName {
  const [, shape, kilobytes] = /^([a-z]+)-(\d{1,4})$/.exec(text) ?? [];
  const known = SHAPES.find((name) => name === shape);
  const document = known && { shape: known, kilobytes: Number(kilobytes) };
  if (document !== undefined && document.kilobytes > 0) return { ...document };
  throw new UsageError(
    `--document ${text}: write a shape and its size in kilobytes, such as ${nameOf({ shape: 'list', kilobytes: 50 })}.`,
  );
}

const KNOWN = {
  repetitions: { type: 'string' },
  quick: { type: 'boolean', default: false },
  contestant: { type: 'string', multiple: true },
  document: { type: 'string', multiple: true },
  mode: { type: 'string', multiple: true },
  limit: { type: 'string', default: '60' },
  seed: { type: 'string', default: String(drawnSeed) },
  json: { type: 'boolean', default: false },
  check: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;
