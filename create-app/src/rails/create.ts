import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { apply } from '../apply.js';
import { ExitCode, ScaffoldError, fromFileSystem } from '../errors.js';
import { isFeasible, isHarmless, type OnConflict, type Plan, type PlannedFile } from '../plan.js';
import type { RenderedFile } from '../render.js';
import { makeStaging, moveTree } from '../staging.js';
import { readEntries, readExisting } from '../target.js';
import type { RailsChoices, RailsPart } from './choices.js';
import { bundleInstall, rubyCommand, type Commands } from './commands.js';
import { railsNewFlags } from './flags.js';
import { installersFor } from './installers.js';
import { overlayFor, planOverlay, type Overlay } from './overlay.js';
import { bundlersOf, readRailsrc } from './railsrc.js';
import { checkSyntax } from './syntax.js';
import { nameMigrations } from './template.js';
import { checkTools, type Tools } from './tools.js';

export interface RailsCreation {
  readonly name: string;
  /** The app's folder, absolute. */
  readonly target: string;
  /** Every file of the template. */
  readonly template: readonly RenderedFile[];
  /** The widget's bundle. */
  readonly widget: Buffer;
  readonly choices: RailsChoices;
  readonly skipped: ReadonlySet<RailsPart>;
  readonly onConflict: OnConflict;
  readonly dryRun: boolean;
  /** Told of each command before it runs. */
  readonly onRun: (command: string) => void;
}

export type RailsResult =
  /** Something is in the way; nothing was written. */
  | { readonly kind: 'refused'; readonly plan: Plan }
  /** `commands` are those that are left to the user, in the app's folder; none of the files was written in a dry run. */
  | { readonly kind: 'done'; readonly files: readonly PlannedFile[]; readonly commands: readonly string[] };

/** By these, the app is prepared and started. */
const start = ['bin/rails db:prepare', 'bin/dev'];

/**
 * Makes a Rails app with the chat in it: the user's own `rails new` in a folder beside the target, the chat's files and
 * edits over it, the gems; and in the end one rename. In a folder that holds a Rails app already, the same plan is
 * carried out there.
 *
 * @param signal aborted with a ScaffoldError; nothing is left then
 * @throws ScaffoldError; the target is then as it was
 */
export async function createRails(creation: RailsCreation, signal: AbortSignal): Promise<RailsResult> {
  const { target, name } = creation;
  const entries = readEntries(target);
  if (existsSync(join(target, 'config/application.rb'))) return addToApp(creation, entries, signal);
  const occupants = entries.filter((entry) => !isHarmless(entry)).sort();
  if (occupants.length === 0) return makeApp(creation, signal);
  if (creation.onConflict === 'refuse') return { kind: 'refused', plan: { files: [], occupants } };
  throw new ScaffoldError(
    ExitCode.conflict,
    `${name} has files and is no Rails app: a new one needs an empty folder, with --force and --skip as well. Choose another name.`,
  );
}

async function makeApp(creation: RailsCreation, signal: AbortSignal): Promise<RailsResult> {
  const { name, target, choices, dryRun, onRun } = creation;
  const tools = await checkTools(choices, dirname(target), signal);
  // Without git, `rails new` fails unless it is told so.
  const skipped = tools.hasGit ? creation.skipped : new Set([...creation.skipped, 'git' as const]);
  const staging = dryRun ? mkdtempSync(join(tmpdir(), 'create-cable-chat-')) : makeStaging(target);
  try {
    const app = join(staging, name);
    const flags = railsNewFlags(tools.rails, { choices, skipped });
    await rubyCommand('rails', ['new', name, ...flags], { folder: staging, signal, onRun });
    if (!existsSync(join(app, 'config/application.rb'))) {
      throw new ScaffoldError(ExitCode.failed, '`rails new` ended well, but made no app. Look at your ~/.railsrc.');
    }

    const overlay = overlayOf({ ...creation, skipped }, app, tools);
    const files = planNew(overlay, app);
    await checkSyntax(editedOf(files), signal);
    const gemfile = files.filter(({ file }) => file.path === 'Gemfile');
    const installers = installersFor(
      String(gemfile[0]?.file.content ?? ''),
      bundlersOf(readRailsrc(process.env)),
      broughtBy(overlay),
    );
    const installs = !skipped.has('bundle');
    const commands = [...(installs ? [] : byHand(installers)), ...start];
    if (dryRun) return { kind: 'done', files, commands };

    await apply(app, gemfile, signal);
    if (installs) await setUp(installers, { folder: app, signal, onRun });
    // Planned again, since what was installed wrote files as well.
    const planned = planNew(overlay, app);
    await apply(app, planned, signal);
    signal.throwIfAborted();
    moveTree(app, target);
    return {
      kind: 'done',
      files: planned.map((other) => (other.file.path === 'Gemfile' ? (gemfile[0] ?? other) : other)),
      commands,
    };
  } catch (error) {
    throw error instanceof Error && 'syscall' in error ? fromFileSystem(error, target) : error;
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** Whatever is in the way was written by `rails new` a moment ago, and gives way. */
function planNew(overlay: Overlay, app: string): readonly PlannedFile[] {
  const { files } = planOverlay(overlay, (path) => readExisting(app, path), [], 'force');
  const reasons = files.flatMap((planned) =>
    planned.action === 'conflict' ? [`${planned.file.path}: ${planned.why}`] : [],
  );
  if (reasons.length === 0) return files;
  throw new ScaffoldError(
    ExitCode.failed,
    `What your Rails wrote is not as expected, so nothing was written. ${reasons.join('; ')}. A ~/.railsrc may be the reason.`,
  );
}

const editedOf = (files: readonly PlannedFile[]): RenderedFile[] =>
  files.filter(({ action }) => action === 'edit').map(({ file }) => file);

/** What `rails new` does once the Gemfile is written. */
async function setUp(installers: readonly string[], commands: Commands): Promise<void> {
  await bundleInstall(commands);
  // As `rails new` does: most apps are deployed on it, wherever they are developed.
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    await rubyCommand('bundle', ['lock', '--add-platform=x86_64-linux'], commands);
  }
  if (installers.length > 0) await rubyCommand('bin/rails', installers, commands);
}

const byHand = (installers: readonly string[]): string[] => [
  'bundle install',
  ...(installers.length > 0 ? [`bin/rails ${installers.join(' ')}`] : []),
];

/** Gems whose set-up is among the chat's own files. */
function broughtBy({ files }: Overlay): ReadonlySet<string> {
  return new Set(files.some(({ path }) => path === 'config/queue.yml') ? ['solid_queue'] : []);
}

async function addToApp(
  creation: RailsCreation,
  entries: readonly string[],
  signal: AbortSignal,
): Promise<RailsResult> {
  const { target, choices, dryRun, onConflict } = creation;
  const tools = await checkTools(choices, dirname(target), signal);
  const planned = planOverlay(
    overlayOf(creation, target, tools),
    (path) => readExisting(target, path),
    entries,
    onConflict,
  );
  if (!isFeasible(planned)) return { kind: 'refused', plan: planned };
  const edited = editedOf(planned.files);
  await checkSyntax(edited, signal);
  if (!dryRun) await apply(target, planned.files, signal);
  const installs = edited.some(({ path }) => path === 'Gemfile') ? ['bundle install'] : [];
  return { kind: 'done', files: planned.files, commands: [...installs, ...start] };
}

/** @param app where it lies now: in the staging, or in its place */
function overlayOf({ template, widget, choices, skipped }: RailsCreation, app: string, tools: Tools): Overlay {
  const migrations = join(app, 'db/migrate');
  return overlayFor({
    choices,
    skipped,
    platform: { rails: tools.rails, rubygems: tools.rubygems, os: process.platform },
    template,
    widget,
    migrations: nameMigrations(
      template.map(({ path }) => path),
      existsSync(migrations) ? readdirSync(migrations) : [],
      new Date(),
    ),
  });
}
