/** The bench's arguments. */
import { seed as drawnSeed } from '../../support/seed.js';
import { parse, positive, UsageError } from '../command-line.js';
import { FAULTS } from './faults.js';

export const USAGE = `npm run bench:reliability -- [options]
  --trials N     of each fault by each subject (default 30)
  --quick        3 trials, for a look
  --fault NAME   only this one; may be repeated: ${FAULTS.map(({ name }) => name).join(', ')}
  --pages N      pages at a time, five clients and a browser each (default 12)
  --rate N       words a second (default 50)
  --seed N       of the moments at which the faults come
  --json         the lines as JSON on standard output
  --check        exit code 1 when one of our promises is broken`;

export interface Options {
  readonly trials: number;
  readonly pages: number;
  readonly rate: number;
  readonly seed: number;
  readonly faults: readonly string[] | undefined;
  readonly json: boolean;
  readonly check: boolean;
}

/** Undefined: help was asked for. @throws UsageError */
export function readOptions(args: readonly string[]): Options | undefined {
  const values = parse(args, KNOWN);
  if (values.help) return undefined;
  const unknown = values.fault?.find((wanted) => !FAULTS.some(({ name }) => name === wanted));
  if (unknown !== undefined) throw new UsageError(`--fault "${unknown}": there is none of that name.`);
  return {
    trials: positive('trials', values.trials ?? (values.quick ? '3' : '30')),
    pages: positive('pages', values.pages),
    rate: positive('rate', values.rate),
    seed: positive('seed', values.seed),
    faults: values.fault,
    json: values.json,
    check: values.check,
  };
}

const KNOWN = {
  trials: { type: 'string' },
  quick: { type: 'boolean', default: false },
  fault: { type: 'string', multiple: true },
  pages: { type: 'string', default: '12' },
  rate: { type: 'string', default: '50' },
  seed: { type: 'string', default: String(drawnSeed) },
  json: { type: 'boolean', default: false },
  check: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;
