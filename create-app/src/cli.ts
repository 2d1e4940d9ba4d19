/** `npm create cable-chat`: arguments → render → plan → apply → report. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { apply } from './apply.js';
import { DEFAULT_NAME, readArguments, usage, usageError, type CreateOptions } from './arguments.js';
import { ExitCode, ScaffoldError } from './errors.js';
import { interruptible } from './interruption.js';
import { validateName } from './name.js';
import { isFeasible, plan } from './plan.js';
import { render } from './render.js';
import { detectPackageManager, reportDone, reportFiles, reportLate, reportRefusal } from './report.js';
import { readEntries, readExisting } from './target.js';

/** The package's folder: this file is bundled to dist/cli.js. */
const home = fileURLToPath(new URL('..', import.meta.url));

async function main(argv: readonly string[]): Promise<ExitCode> {
  const command = readArguments(argv);
  switch (command.kind) {
    case 'help':
      process.stdout.write(usage);
      return ExitCode.ok;
    case 'version':
      process.stdout.write(`${JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')).version}\n`);
      return ExitCode.ok;
    case 'create':
      return create(command);
  }
}

async function create(options: CreateOptions): Promise<ExitCode> {
  const name = options.name ?? (await chooseName(options.yes));
  const target = join(process.cwd(), name);
  const entries = readEntries(target);
  const rendered = render(join(home, 'templates'), options.template, name);
  const planned = plan(rendered, (path) => readExisting(target, path), entries, options.onConflict);

  if (!isFeasible(planned)) {
    process.stderr.write(reportRefusal(name, planned));
    return ExitCode.conflict;
  }
  if (options.dryRun) {
    process.stdout.write(`${reportFiles(planned.files)}\nThat is what would happen; --dry-run wrote nothing.\n`);
    return ExitCode.ok;
  }
  const late = await interruptible((signal) => apply(target, planned.files, signal));
  if (late !== undefined) {
    process.stderr.write(reportLate(name));
    return late.exitCode;
  }
  const manager = detectPackageManager(process.env['npm_config_user_agent']);
  process.stdout.write(reportFiles(planned.files) + reportDone(name, planned.files, manager));
  return ExitCode.ok;
}

/** Asks only where somebody can answer: without a terminal a question would hang for ever. */
async function chooseName(yes: boolean): Promise<string> {
  if (yes) return DEFAULT_NAME;
  if (!process.stdin.isTTY || !process.stdout.isTTY) throw usageError('The name of the new folder is missing.');
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const interrupted = new AbortController();
  terminal.once('SIGINT', () => interrupted.abort());
  try {
    const answer = await terminal.question(`Name of the new folder (${DEFAULT_NAME}): `, {
      signal: interrupted.signal,
    });
    return validateName(answer.trim() || DEFAULT_NAME);
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    throw new ScaffoldError(ExitCode.interrupted, '\nNothing was written.', { cause: error });
  } finally {
    terminal.close();
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof ScaffoldError) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error.exitCode;
  } else {
    // Not foreseen: whoever mends it needs the stack.
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = ExitCode.failed;
  }
}
