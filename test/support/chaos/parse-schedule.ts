import { ChaosError } from '../../../create-app/src/chaos/errors.js';
import type { Fault } from '../../../create-app/src/chaos/faults.js';
import type { Schedule, ScheduledFault } from './schedule.js';

type Check = (value: unknown) => boolean;

const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isPositive: Check = (value) => isCount(value) && value !== 0;
const isNumber: Check = (value) => Number.isFinite(value);
const isDuration: Check = (value) => isNumber(value) && Number(value) >= 0;
const isChance: Check = (value) => isDuration(value) && Number(value) <= 1;
const isPart: Check = (value) => isChance(value) && value !== 1;
const isFlag: Check = (value) => typeof value === 'boolean';
const oneOf =
  (...choices: readonly string[]): Check =>
  (value) =>
    choices.some((choice) => choice === value);
const isPattern: Check = (value) => {
  try {
    return typeof value === 'string' && new RegExp(value, 'u') instanceof RegExp;
  } catch {
    return false;
  }
};

const side = { side: oneOf('client', 'server', 'both') };
const direction = { direction: oneOf('to-client', 'to-server', 'both') };
const ending = { ending: oneOf('reset', 'end') };
const cut = { ...ending, direction: oneOf('to-client', 'to-server'), newcomers: isFlag };

interface Form {
  readonly required?: Readonly<Record<string, Check>>;
  readonly optional?: Readonly<Record<string, Check>>;
}

const FORMS: Readonly<Record<Fault['kind'], Form>> = {
  reset: { optional: side },
  end: { optional: side },
  'cut-after': { required: { bytes: isCount }, optional: cut },
  'cut-in-frame': { optional: { skip: isCount, part: isPart, ...cut } },
  split: { optional: { bytes: isPositive, ...direction } },
  'black-hole': {
    optional: { ...direction, newcomers: oneOf('swallow', 'refuse', 'pass'), afterwards: oneOf('silent', 'reset') },
  },
  latency: { required: { ms: isDuration }, optional: { jitter: isDuration, seed: isNumber, ...direction } },
  pause: { optional: direction },
  refuse: {},
  down: { optional: ending },
  lossy: {
    optional: { drop: isChance, double: isChance, reorder: isChance, only: isPattern, seed: isNumber, ...direction },
  },
  hang: {},
  kill: {},
  restart: {},
  freeze: {},
  hide: {},
  away: {},
  reload: {},
  offline: {},
  'second-tab': {},
  skew: { required: { ms: isNumber } },
};

const ITEM: Form = {
  required: { at: isObject, fault: isObject },
  optional: { ms: isDuration, until: isObject },
};

/**
 * Reads a schedule that was printed, or written by hand: its JSON, or a text with the line of `printSchedule` in it.
 * @throws ChaosError `bad-schedule`, with the fault and the field that cannot be
 */
export function parseSchedule(text: string): Schedule {
  const json = /^again: (\{.*)$/m.exec(text)?.[1] ?? text;
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new ChaosError('bad-schedule', 'the schedule is no JSON', { cause: error });
  }
  if (!isObject(value) || !Array.isArray(value['faults'])) {
    throw new ChaosError('bad-schedule', 'the schedule is no object with a list of `faults`');
  }
  check(value, 'the schedule', { required: { faults: Array.isArray }, optional: { seed: isNumber } });
  for (const [index, item] of value['faults'].entries()) checkItem(item, `fault ${index + 1}`);
  return value as unknown as Schedule;
}

function checkItem(item: unknown, where: string): asserts item is ScheduledFault {
  check(item, where, ITEM);
  const { at, fault, until } = item;
  check(at, `${where}, at`, { required: { counter: isName, value: isCount } });
  if (until !== undefined) check(until, `${where}, until`, { required: { counter: isName, more: isCount } });
  const { kind, ...fields } = fault as Readonly<Record<string, unknown>>;
  const form = typeof kind === 'string' && Object.hasOwn(FORMS, kind) ? FORMS[kind as Fault['kind']] : undefined;
  if (form === undefined) {
    throw new ChaosError(
      'bad-schedule',
      `${where}: there is no fault ${JSON.stringify(kind)}, only ${Object.keys(FORMS).join(', ')}`,
    );
  }
  check(fields, `${where} (${String(kind)})`, form);
}

function check(
  value: unknown,
  where: string,
  { required = {}, optional = {} }: Form,
): asserts value is Record<string, unknown> {
  if (!isObject(value)) throw new ChaosError('bad-schedule', `${where} is no object`);
  for (const name of Object.keys(required)) {
    if (!Object.hasOwn(value, name)) throw new ChaosError('bad-schedule', `${where} has no \`${name}\``);
  }
  for (const [name, field] of Object.entries(value)) {
    const isRight = required[name] ?? optional[name];
    if (isRight === undefined)
      throw new ChaosError('bad-schedule', `${where} has a \`${name}\`, which means nothing there`);
    if (!isRight(field))
      throw new ChaosError('bad-schedule', `${where}: \`${name}\` cannot be ${JSON.stringify(field)}`);
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}
