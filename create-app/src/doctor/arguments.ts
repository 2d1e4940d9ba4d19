import { parseArgs } from 'node:util';
import { ExitCode, ScaffoldError } from '../errors.js';

export const usage = `Usage: npx create-cable-chat doctor [DIR] [OPTIONS]     (or: npm create cable-chat doctor -- [DIR] [OPTIONS])

Finds what silently loses text in the AnyCable or Action Cable app in DIR (default: here): file and line, why, and what mends
it. Reads only; needs your Ruby to read Ruby with.

  --fix            mend what cannot make anything worse; shows each line
  --json           print it for a program
  --rule NAME      look for this only (may be repeated)
  --rules          list the rules
  --help, -h       show this

Exit codes: 0 nothing found, 1 something found, 2 wrong usage or a file that could not be read, 130 interrupted.
A comment passes over what is meant so:  cable-chat-doctor-ignore RULE  (behind the line or above it; -ignore-file for all of it).
`;

export interface DoctorOptions {
  readonly kind: 'examine';
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
  return { kind: 'examine', folder: positionals[0] ?? '.', json: values.json, fix: values.fix, rules: values.rule };
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
