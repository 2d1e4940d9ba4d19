/** `npm create cable-chat`: arguments → render → plan → apply → report. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { apply } from './apply.js';
import { readArguments, usage, type GivenOptions } from './arguments.js';
import { renderTemplate } from './engine.js';
import { ExitCode, ScaffoldError } from './errors.js';
import { changeApp } from './into-app.js';
import { interruptible, type Interruption } from './interruption.js';
import { isFeasible, plan, type Plan, type PlannedFile } from './plan.js';
import { isInteractive, terminal } from './prompter.js';
import { decide, type Decisions } from './questions.js';
import { createRails } from './rails/create.js';
import { renderNode } from './render.js';
import {
  detectPackageManager,
  nodeCommands,
  reportAssumed,
  reportDone,
  reportFiles,
  reportLate,
  reportRefusal,
  reportRun,
} from './report.js';
import { readEntries, readExisting } from './target.js';

/** The package's folder: this file is bundled to dist/cli.js. */
const home = fileURLToPath(new URL('..', import.meta.url));

async function main(argv: readonly string[]): Promise<number> {
  // Its parsers are as large as all the rest: a file of their own, loaded for this alone.
  if (argv[0] === 'doctor') return (await import('./doctor/main.js')).doctor(argv.slice(1));
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
    case 'into':
      return changeApp(command, home);
  }
}

async function create(given: GivenOptions): Promise<ExitCode> {
  const prompter = given.yes || !isInteractive() ? undefined : terminal;
  const decisions = await decide(given, prompter);
  process.stdout.write(reportAssumed(decisions.assumed));
  const target = join(process.cwd(), decisions.name);
  switch (decisions.template) {
    case 'rails':
      return createRailsApp(given, decisions, target);
    case 'node':
      return createNodeServer(given, decisions, target);
  }
}

async function createRailsApp(given: GivenOptions, { name, choices }: Decisions, target: string): Promise<ExitCode> {
  const { skipped, onConflict, dryRun } = given;
  const widget = readFileSync(join(home, 'dist/cable-chat.js'));
  const onRun = (command: string): void => void process.stdout.write(reportRun(command));
  const { value: result, late } = await interruptible(async (signal) => {
    const template = await renderTemplate(home, 'rails', name, signal);
    return createRails({ name, target, template, widget, choices, skipped, onConflict, dryRun, onRun }, signal);
  });
  if (result.kind === 'refused') return refuse(name, result.plan);
  return late === undefined || dryRun
    ? finish(given, name, result.files, result.commands, railsAfterwards)
    : endLate(late, name);
}

async function createNodeServer(given: GivenOptions, { name }: Decisions, target: string): Promise<ExitCode> {
  const commands = nodeCommands(detectPackageManager(process.env['npm_config_user_agent']));
  const { value: planned, late } = await interruptible(async (signal) => {
    const entries = readEntries(target);
    const rendered = renderNode(await renderTemplate(home, 'node', name, signal), name);
    const decided = plan(rendered, (path) => readExisting(target, path), entries, given.onConflict);
    if (isFeasible(decided) && !given.dryRun) await apply(target, decided.files, signal);
    return decided;
  });
  if (!isFeasible(planned)) return refuse(name, planned);
  return late === undefined || given.dryRun ? finish(given, name, planned.files, commands) : endLate(late, name);
}

function refuse(name: string, planned: Plan): ExitCode {
  process.stderr.write(reportRefusal(name, planned));
  return ExitCode.conflict;
}

function endLate(late: Interruption, name: string): ExitCode {
  process.stderr.write(reportLate(name));
  return late.exitCode;
}

/** The page is there in an app with a root of its own, too. */
const railsAfterwards =
  'Then open http://localhost:3000/chat. How the app is made, and what production needs, is in docs/cable_chat.md.';

/** @param commands in the app's folder */
function finish(
  { dryRun }: GivenOptions,
  name: string,
  files: readonly PlannedFile[],
  commands: readonly string[],
  afterwards?: string,
): ExitCode {
  process.stdout.write(reportFiles(files));
  process.stdout.write(
    dryRun
      ? '\nThat is what would happen; --dry-run wrote nothing.\n'
      : reportDone(name, files, [`cd ${name}`, ...commands], afterwards),
  );
  return ExitCode.ok;
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
