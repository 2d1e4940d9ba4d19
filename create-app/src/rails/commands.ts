import { ExitCode, ScaffoldError } from '../errors.js';
import { withProgress } from '../progress.js';
import { run, type Outcome } from '../run.js';
import { rubyEnvironment } from './tools.js';

/** How many lines of what a failed command said are shown. */
const SHOWN = 15;

/** What Bundler and RubyGems say when they reach nobody. */
const offline =
  /could not reach host|could not fetch specs|getaddrinfo|failed to open tcp connection|network (is unreachable|error)|name or service not known|no address associated|temporary failure in name resolution|(open|read)timeout|execution expired/i;

const fullDisk = /no space left on device|ENOSPC|disk quota exceeded/i;

/** A line of Ruby's stack: what went wrong stands above them. */
const stackLine = /^\s*from .+:\d+:in /;

export interface Commands {
  /** The folder that they run in. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Told of each command before it runs. */
  readonly onRun: (command: string) => void;
}

/**
 * Runs a command of the user's Ruby.
 * @throws ScaffoldError with the end of what it said, when it fails
 */
export async function rubyCommand(command: string, args: readonly string[], commands: Commands): Promise<void> {
  const line = [command, ...args].join(' ');
  commands.onRun(line);
  const outcome = await attempt(command, args, commands);
  if (!succeeded(outcome)) throw failed(line, outcome);
}

/**
 * Installs the app's gems. Without a network it makes do with those that are installed already.
 * @throws ScaffoldError that says what to do
 */
export async function bundleInstall(commands: Commands): Promise<void> {
  const line = 'bundle install';
  commands.onRun(line);
  const first = await attempt('bundle', ['install'], commands);
  if (succeeded(first)) return;
  if (first.kind === 'missing' || !offline.test(first.output)) throw failed(line, first);
  commands.onRun('bundle install --local');
  const local = await attempt('bundle', ['install', '--local'], commands);
  if (succeeded(local)) return;
  throw new ScaffoldError(
    ExitCode.failed,
    'RubyGems cannot be reached, and not every gem is on this machine, so nothing was written. Try again with a network, or with --skip-bundle to install the gems later.' +
      `\n\n${lastLines(local)}`,
    { cause: failed(line, first) },
  );
}

function attempt(command: string, args: readonly string[], { folder, signal }: Commands): Promise<Outcome> {
  const env = rubyEnvironment(process.env);
  return withProgress([command, ...args.slice(0, 1)].join(' '), (onLine) =>
    run(command, args, { cwd: folder, env, signal, onLine }),
  );
}

const succeeded = (outcome: Outcome): boolean => outcome.kind === 'ended' && outcome.code === 0;

function failed(line: string, outcome: Outcome): ScaffoldError {
  if (outcome.kind === 'missing') {
    const [program] = line.split(' ');
    return new ScaffoldError(
      ExitCode.failed,
      `There is no \`${program}\` on this machine, so nothing was written. Run \`gem install bundler\` and try again.`,
    );
  }
  if (fullDisk.test(outcome.output)) {
    return new ScaffoldError(
      ExitCode.failed,
      `\`${line}\` found the disk full, so nothing was written. Make room and try again.`,
    );
  }
  return new ScaffoldError(
    ExitCode.failed,
    `\`${line}\` failed (exit code ${outcome.code}), so nothing was written. It said:\n\n${lastLines(outcome)}`,
  );
}

function lastLines(outcome: Outcome): string {
  if (outcome.kind === 'missing') return '';
  const lines = outcome.output.trim().split(/\r?\n/);
  const told = lines.filter((line) => !stackLine.test(line)).slice(-SHOWN);
  return told.map((line) => `  ${line}`).join('\n');
}
