import { parseArgs } from 'node:util';
import { ExitCode, ScaffoldError } from '../errors.js';
import type { LiveOptions } from './live/live.js';

export const usage = `Usage: npx create-cable-chat doctor [DIR] [OPTIONS]     (or: npm create cable-chat doctor -- [DIR] [OPTIONS])

Finds what silently loses text in the AnyCable or Action Cable app in DIR (default: here): file and line, why, and what mends
it. Reads only; needs your Ruby to read Ruby with.

  --fix            mend what cannot make anything worse; shows each line
  --json           print it for a program
  --rule NAME      look for this only (may be repeated)
  --rules          list the rules
  --live           start the app as well, cut its line again and again, and prove that an answer arrives all the same
  --help, -h       show this

For --live (an app with cable-chat needs none of them; its answer is the demo model's):

  --start COMMAND  what starts the app on $PORT (default: bin/dev, else bin/rails server)
  --url URL        the cable of an app that runs already, such as ws://127.0.0.1:3000/cable
  --channel NAME   the channel to try, with --params JSON
  --action NAME    its action that starts an answer, with --data JSON
  --protocol NAME  actioncable-v1-json or actioncable-v1-ext-json (default: what the app's pages use)
  --cookie TEXT    of a visitor who is signed in
  --cuts N         how often the line is cut (default: 4)

Exit codes: 0 nothing found, 1 something found (or an answer did not survive), 2 wrong usage, a file that
could not be read, or a trial that could not be made; 130 interrupted.
A comment passes over what is meant so:  cable-chat-doctor-ignore RULE  (behind the line or above it; -ignore-file for all of it).
`;

export interface DoctorOptions {
  readonly kind: 'examine';
  readonly live: LiveOptions | undefined;
  readonly folder: string;
  readonly json: boolean;
  readonly fix: boolean;
  readonly rules: readonly string[];
}

export type DoctorCommand = { readonly kind: 'help' } | { readonly kind: 'rules' } | DoctorOptions;

const options = {
  json: { type: 'boolean', default: false },
  fix: { type: 'boolean', default: false },
  rule: { type: 'string', multiple: true, default: [] as string[] },
  rules: { type: 'boolean', default: false },
  live: { type: 'boolean', default: false },
  start: { type: 'string' },
  url: { type: 'string' },
  channel: { type: 'string' },
  params: { type: 'string' },
  action: { type: 'string' },
  data: { type: 'string' },
  protocol: { type: 'string' },
  cookie: { type: 'string' },
  cuts: { type: 'string' },
  help: { type: 'boolean', default: false, short: 'h' },
} as const;

/**
 * @param argv behind `doctor`
 * @param known the rules' names
 * @throws ScaffoldError (usage)
 */
export function readDoctorArguments(argv: readonly string[], known: readonly string[]): DoctorCommand {
  const { values, positionals } = parse(argv);
  if (values.help) return { kind: 'help' };
  if (values.rules) return { kind: 'rules' };
  if (positionals.length > 1) throw usageError(`One folder is needed, and there are ${positionals.length}.`);
  const stranger = values.rule.find((name) => !known.includes(name));
  if (stranger !== undefined) throw usageError(`There is no rule ${JSON.stringify(stranger)}; --rules lists them.`);
  return {
    kind: 'examine',
    folder: positionals[0] ?? '.',
    json: values.json,
    fix: values.fix,
    rules: values.rule,
    live: readLive(values),
  };
}

type Values = ReturnType<typeof parse>['values'];

const liveNames = ['start', 'url', 'channel', 'params', 'action', 'data', 'protocol', 'cookie', 'cuts'] as const;
const protocols = ['actioncable-v1-json', 'actioncable-v1-ext-json'] as const;

function readLive(values: Values): LiveOptions | undefined {
  const { start, url, channel, action, protocol, cookie } = values;
  if (!values.live) {
    const surplus = liveNames.filter((name) => values[name] !== undefined);
    if (surplus.length > 0) throw usageError(`--${surplus.join(', --')}: only with --live.`);
    return undefined;
  }
  if (url !== undefined && (!URL.canParse(url) || !/^wss?:$/.test(new URL(url).protocol))) {
    throw usageError(`--url ${JSON.stringify(url)} is no address of a cable; write ws://… or wss://….`);
  }
  if (url !== undefined && start !== undefined) throw usageError('--url and --start exclude each other.');
  if (channel === undefined && (action ?? values.params ?? values.data) !== undefined) {
    throw usageError('--action, --data and --params need a --channel.');
  }
  const known = protocols.find((each) => each === protocol);
  if (protocol !== undefined && known === undefined) {
    throw usageError(`There is no protocol ${JSON.stringify(protocol)}. There are: ${protocols.join(', ')}.`);
  }
  const cuts = values.cuts === undefined ? 4 : Number(values.cuts);
  if (!Number.isInteger(cuts) || cuts < 1 || cuts > 100) throw usageError('--cuts takes a number from 1 to 100.');
  const params = readObject('params', values.params);
  const data = readObject('data', values.data);
  return { start, url, channel, action, cookie, params, data, protocol: known, cuts };
}

function readObject(option: string, json: string | undefined): Readonly<Record<string, unknown>> {
  if (json === undefined) return {};
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Said below, with what is wanted.
  }
  throw usageError(`--${option} takes a JSON object, such as '{"room_id": 42}', and ${JSON.stringify(json)} is none.`);
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw usageError(`${error.message.split('. ')[0]?.replace(/\.$/, '')}.`);
  }
}

export function usageError(message: string): ScaffoldError {
  return new ScaffoldError(ExitCode.usage, `${message} \`create-cable-chat doctor --help\` shows what there is.`);
}
