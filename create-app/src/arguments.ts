import { parseArgs } from 'node:util';
import { ExitCode, ScaffoldError } from './errors.js';
import { validateName } from './name.js';
import type { OnConflict } from './plan.js';
import { choiceNames, railsChoices, railsParts, type RailsChoices, type RailsPart } from './rails/choices.js';

/** The first is the default. */
export const templates = ['rails', 'node'] as const;
export type Template = (typeof templates)[number];

export const DEFAULT_NAME = 'my-chat';

export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | ({ readonly kind: 'create' } & GivenOptions)
  | ({ readonly kind: 'into' } & IntoOptions);

/** What the command line says of an app that is there. */
export interface IntoOptions extends Pick<GivenOptions, 'choices' | 'skipped' | 'dryRun' | 'onConflict' | 'yes'> {
  readonly folder: string;
  /** Take the chat out again. */
  readonly revoke: boolean;
  /** Show what would change, and write nothing. */
  readonly diff: boolean;
}

/** What the command line says; what it leaves open is asked for, or gets its default. */
export interface GivenOptions {
  readonly name: string | undefined;
  readonly template: Template | undefined;
  readonly choices: Partial<RailsChoices>;
  readonly skipped: ReadonlySet<RailsPart>;
  readonly dryRun: boolean;
  readonly onConflict: OnConflict;
  /** Take the defaults instead of asking. */
  readonly yes: boolean;
}

const list = (values: readonly string[]): string => values.join(', ');

export const usage = `Usage: npm create cable-chat@latest NAME -- [OPTIONS]
       npm create cable-chat@latest doctor -- [DIR] [OPTIONS]   (looks for what loses text in an app; see --help there)

       npm create cable-chat@latest . -- [OPTIONS]      (into the Rails app that is here)

Makes a chat app in the new folder NAME: a Rails app on AnyCable, or a server in Node. With a dot for a name, brings the
chat into an app that is there.

  --template NAME  ${list(templates)} (default: rails)
  --dry-run        show what would be written, and write nothing
  --force          write into a folder that has files, replacing those that are in the way
  --skip           write into a folder that has files, keeping those that are in the way
  --yes, -y        take the defaults instead of asking
  --help, -h       show this
  --version, -v    show the version

For a Rails app (the first value is the default):

  --provider NAME  the model: ${list(railsChoices.provider)}
  --rpc NAME       how AnyCable calls Rails: ${list(railsChoices.rpc)}
  --auth NAME      who may chat: ${list(railsChoices.auth)}
  --cluster NAME   what joins several AnyCable servers: ${list(railsChoices.cluster)}
  --database NAME  ${list(railsChoices.database)}
  --skip-bundle    install no gems
  --skip-git       make no repository
  --skip-test      write no tests
  --skip-docker    write nothing for Docker

For a Rails app that is there (Rails 7.0 or newer):

  --into DIR       the app's folder; a dot for NAME is the one that you are in
  --diff           show the changes of files that are there, and write nothing
  --force          go on though not everything is committed, and replace files that differ
  --skip           keep files that differ, and leave those that cannot be edited to you
  --revoke         take the chat out again, but for what you changed

It runs your own \`rails new\`, so ~/.railsrc counts. Needs Ruby 3.1 and Rails 7.1 or newer.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 files in the way, 130 interrupted (129 or 143 by another signal).
`;

const choiceOptions = {
  provider: { type: 'string' },
  rpc: { type: 'string' },
  auth: { type: 'string' },
  cluster: { type: 'string' },
  database: { type: 'string' },
} as const;

const skipOptions = {
  'skip-bundle': { type: 'boolean', default: false },
  'skip-git': { type: 'boolean', default: false },
  'skip-test': { type: 'boolean', default: false },
  'skip-docker': { type: 'boolean', default: false },
} as const;

const options = {
  template: { type: 'string' },
  ...choiceOptions,
  ...skipOptions,
  'dry-run': { type: 'boolean', default: false },
  force: { type: 'boolean', default: false },
  skip: { type: 'boolean', default: false },
  yes: { type: 'boolean', default: false, short: 'y' },
  into: { type: 'string' },
  diff: { type: 'boolean', default: false },
  revoke: { type: 'boolean', default: false },
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
  const into = values.into ?? (name === '.' || (name === undefined && values.revoke) ? '.' : undefined);
  if (into === undefined) {
    const surplus = (['diff', 'revoke'] as const).filter((option) => values[option]).map((option) => `--${option}`);
    if (surplus.length > 0)
      throw usageError(`${list(surplus)}: only for an app that is there, by a dot or --into DIR.`);
  } else if (name !== undefined && name !== '.') {
    throw usageError(`The app is either ${JSON.stringify(name)} or the one of --into ${JSON.stringify(into)}.`);
  }
  const given: GivenOptions = {
    name: name === undefined || into !== undefined ? undefined : validateName(name),
    template: readOne('template', values.template, templates),
    choices: {
      ...present('provider', readOne('provider', values.provider, railsChoices.provider)),
      ...present('rpc', readOne('RPC', values.rpc, railsChoices.rpc)),
      ...present('auth', readOne('way to authenticate', values.auth, railsChoices.auth)),
      ...present('cluster', readOne('cluster', values.cluster, railsChoices.cluster)),
      ...present('database', readOne('database', values.database, railsChoices.database)),
    },
    skipped: new Set(railsParts.filter((part) => values[`skip-${part}`])),
    dryRun: values['dry-run'],
    onConflict: values.force ? 'force' : values.skip ? 'skip' : 'refuse',
    yes: values.yes,
  };
  if (given.template !== undefined) checkTemplateOptions(given.template, given);
  if (into !== undefined) return { kind: 'into', folder: into, ...intoOptions(given, values) };
  return { kind: 'create', ...given };
}

/** @throws ScaffoldError (usage) for what only a new app can be */
function intoOptions(
  given: GivenOptions,
  { revoke, diff }: { readonly revoke: boolean; readonly diff: boolean },
): Omit<IntoOptions, 'folder'> {
  const surplus = [
    ...(given.template === 'node' ? ['--template node'] : []),
    ...(['database', 'cluster', 'rpc'] as const).filter((name) => given.choices[name]).map((name) => `--${name}`),
    ...(['bundle', 'git', 'docker'] as const).filter((part) => given.skipped.has(part)).map((part) => `--skip-${part}`),
  ];
  if (surplus.length > 0) throw usageError(`${list(surplus)}: only for a new app; one that is there has its own.`);
  const { choices, skipped, dryRun, onConflict, yes } = given;
  return { choices, skipped, dryRun: dryRun || diff, onConflict, yes, revoke, diff };
}

/**
 * What is said of a Rails app would be lost on another.
 * @throws ScaffoldError (usage)
 */
export function checkTemplateOptions(template: Template, { choices, skipped }: GivenOptions): void {
  if (template === 'rails') return;
  const surplus = [
    ...choiceNames.filter((name) => choices[name] !== undefined).map((name) => `--${name}`),
    ...[...skipped].map((part) => `--skip-${part}`),
  ];
  if (surplus.length > 0)
    throw usageError(`${list(surplus)}: only for a Rails app, and this is --template ${template}.`);
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

function readOne<T extends string>(what: string, value: string | undefined, known: readonly T[]): T | undefined {
  if (value === undefined) return undefined;
  const found = known.find((candidate) => candidate === value);
  if (found === undefined) {
    throw usageError(`There is no ${what} ${JSON.stringify(value)}. There are: ${list(known)}.`);
  }
  return found;
}

/** A property only where there is a value. */
function present<K extends string, V>(key: K, value: V | undefined): { [Key in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [Key in K]?: V };
}

export function usageError(message: string, cause?: unknown): ScaffoldError {
  return new ScaffoldError(
    ExitCode.usage,
    `${message} \`npm create cable-chat@latest -- --help\` shows what there is.`,
    cause === undefined ? undefined : { cause },
  );
}
