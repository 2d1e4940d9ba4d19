import { parseArgs } from 'node:util';
import { ExitCode, ScaffoldError } from './errors.js';
import { validateName } from './name.js';
import type { OnConflict } from './plan.js';

export const templates = ['node'] as const;
export type Template = (typeof templates)[number];

export const DEFAULT_NAME = 'my-chat';

export type Command =
  { readonly kind: 'help' } | { readonly kind: 'version' } | ({ readonly kind: 'create' } & CreateOptions);

export interface CreateOptions {
  /** Absent: to be asked for, or refused where nobody can answer. */
  readonly name: string | undefined;
  readonly template: Template;
  readonly dryRun: boolean;
  readonly onConflict: OnConflict;
  /** Take the defaults instead of asking. */
  readonly yes: boolean;
}

export const usage = `Usage: npm create cable-chat@latest NAME -- [OPTIONS]

Writes a cable-chat backend into the new folder NAME.

  --template NAME  what to write: ${templates.join(', ')} (default: node)
  --dry-run        show what would be written, and write nothing
  --force          write into a folder that has files, replacing those that are in the way
  --skip           write into a folder that has files, keeping those that are in the way
  --yes            take the defaults instead of asking
  --help           show this
  --version        show the version

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 files in the way, 130 interrupted (129 or 143 by another signal).
`;

const options = {
  template: { type: 'string', default: 'node' },
  'dry-run': { type: 'boolean', default: false },
  force: { type: 'boolean', default: false },
  skip: { type: 'boolean', default: false },
  yes: { type: 'boolean', default: false, short: 'y' },
  help: { type: 'boolean', default: false, short: 'h' },
  version: { type: 'boolean', default: false, short: 'v' },
} as const;

/**
 * Reads the command line strictly: what is not known is refused, before anything is touched.
 * @param argv without the executable and the script
 * @throws ScaffoldError (usage)
 */
export function readArguments(argv: readonly string[]): Command {
  const { values, positionals } = parse(argv);
  if (values.help) return { kind: 'help' };
  if (values.version) return { kind: 'version' };
  if (positionals.length > 1) {
    throw usageError(`One name is needed, and there are ${positionals.length}: ${positionals.join(', ')}.`);
  }
  if (values.force && values.skip) throw usageError('--force and --skip exclude each other.');
  const [name] = positionals;
  return {
    kind: 'create',
    name: name === undefined ? undefined : validateName(name),
    template: readTemplate(values.template),
    dryRun: values['dry-run'],
    onConflict: values.force ? 'force' : values.skip ? 'skip' : 'refuse',
    yes: values.yes,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // Node's sentence goes on with advice about names that begin with a hyphen, which none of ours may.
    throw usageError(`${error.message.split('. ')[0]?.replace(/\.$/, '')}.`, error);
  }
}

function readTemplate(name: string): Template {
  const template = templates.find((known) => known === name);
  if (template === undefined) {
    throw usageError(`There is no template ${JSON.stringify(name)}. The templates: ${templates.join(', ')}.`);
  }
  return template;
}

export function usageError(message: string, cause?: unknown): ScaffoldError {
  return new ScaffoldError(
    ExitCode.usage,
    `${message} \`npm create cable-chat@latest -- --help\` shows what there is.`,
    cause === undefined ? undefined : { cause },
  );
}
