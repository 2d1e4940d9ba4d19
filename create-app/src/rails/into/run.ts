import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { apply } from '../../apply.js';
import { askAboutConflicts, type Questioner } from '../../conflicts.js';
import { ExitCode, ScaffoldError } from '../../errors.js';
import { uncommitted } from '../../git.js';
import { formatManifest, MANIFEST, parseManifest, type Manifest } from '../../manifest.js';
import { patchOf } from '../../patch.js';
import { isChange, type Existing, type OnConflict, type PlannedFile } from '../../plan.js';
import type { RenderedFile } from '../../render.js';
import { makeStagingWithin } from '../../staging.js';
import { readExisting } from '../../target.js';
import { defaultChoices, type RailsChoices, type RailsPart } from '../choices.js';
import { bypassingAdapter } from '../edits/anycable-yml.js';
import { checkSyntax } from '../syntax.js';
import { nameMigrations } from '../template.js';
import { describeFacts, detectApp, type AppFacts, type AppReader } from './facts.js';
import { overlayInto, type Setup } from './overlay.js';
import { planInto, planRevoke, type IntoPlan } from './plan.js';

export interface IntoRequest {
  /** The app's folder, absolute. */
  readonly folder: string;
  /** Of create-cable-chat. */
  readonly version: string;
  readonly template: readonly RenderedFile[];
  readonly widget: Buffer;
  readonly choices: Partial<RailsChoices>;
  readonly skipped: ReadonlySet<RailsPart>;
  readonly onConflict: OnConflict;
  /** Write nothing: for a look at the list, or at the diffs. */
  readonly dryRun: boolean;
  /** Who is asked about conflicts; undefined: nobody is. */
  readonly questioner: Questioner | undefined;
  readonly say: (text: string) => void;
}

export type IntoResult =
  | { readonly kind: 'refused'; readonly files: readonly PlannedFile[]; readonly patches: string }
  | {
      readonly kind: 'done';
      readonly files: readonly PlannedFile[];
      readonly patches: string;
      /** What is left to the user, in the app's folder. */
      readonly commands: readonly string[];
      /** What the user should know. */
      readonly notes: readonly string[];
    };

/**
 * Brings the chat into a Rails app that is there, or up to this version in one that has it. Everything or nothing.
 * @param signal aborted with a ScaffoldError
 * @throws ScaffoldError; the app is then as it was
 */
export async function bringInto(request: IntoRequest, signal: AbortSignal): Promise<IntoResult> {
  const { folder, say } = request;
  const existing = (path: string) => readExisting(folder, path);
  const own = findManifest(folder);
  const manifest = own && parseManifest(own.content, request.version);
  const setup = setUp(request, manifest);
  if (manifest === undefined) say(describeFacts(setup.facts));

  const overlay = overlayInto({
    ...setup,
    template: request.template,
    widget: request.widget,
    migrations: migrationsOf(request),
    hasFile: (path) =>
      // What is ours is not the app's own, also on the second run.
      manifest?.files[path] === undefined && existing(path).kind !== 'nothing',
  });
  await checkSyntax(
    [...new Set(overlay.edits.map(({ path }) => path))].flatMap((path) => {
      const found = existing(path);
      return found.kind === 'file' ? [{ path, content: found.content, mode: found.mode }] : [];
    }),
    signal,
    'A file that should be edited cannot be read as it is; mend it first. Nothing was written.',
  );

  const decide = (onConflict: (path: string) => OnConflict): IntoPlan =>
    planInto({ overlay, manifest, existing, onConflict, digest });
  let planned = decide(() => request.onConflict);
  const conflicts = planned.files.filter(({ action }) => action === 'conflict');
  if (conflicts.length > 0) {
    if (request.questioner === undefined || request.dryRun)
      return { kind: 'refused', files: planned.files, patches: patchesOf(folder, planned.files) };
    const decisions = await askAboutConflicts(conflicts, (each) => patchFor(folder, each), request.questioner);
    planned = decide((path) => decisions.get(path) ?? request.onConflict);
  }

  const files = [
    ...planned.files,
    planManifest(formatManifest({ version: request.version, setup, ...planned.record }), own),
  ];
  await checkSyntax(editedOf(files), signal);
  const patches = patchesOf(folder, files);
  if (files.some(isChange)) {
    await checkTree(request, manifest, signal);
    if (!request.dryRun) await apply(folder, files, signal, makeStagingWithin);
  }
  return { kind: 'done', files, patches, commands: commandsFor(files, setup.facts), notes: notesFor(setup, existing) };
}

/**
 * Takes the chat out again. What the user changed stays.
 * @throws ScaffoldError; the app is then as it was
 */
export async function revoke(
  request: Pick<IntoRequest, 'folder' | 'version' | 'onConflict' | 'dryRun'>,
  signal: AbortSignal,
): Promise<IntoResult> {
  const { folder, version, onConflict, dryRun } = request;
  const own = findManifest(folder);
  if (own === undefined) {
    throw new ScaffoldError(
      ExitCode.failed,
      `There is nothing to take back: ${MANIFEST} is not in ${folder}. It tells what is the chat's.`,
    );
  }
  const manifest = parseManifest(own.content, version);
  if (onConflict === 'refuse' && !dryRun) checkTables(folder, manifest);
  const existing = (path: string) => readExisting(folder, path);
  const files: PlannedFile[] = [
    ...planRevoke(manifest, existing, digest),
    { action: 'remove', file: { path: MANIFEST, content: own.content, mode: own.mode } },
  ];
  if (files.some(({ action }) => action === 'conflict')) return { kind: 'refused', files, patches: '' };
  await checkSyntax(editedOf(files), signal);
  const patches = patchesOf(folder, files);
  if (!dryRun) await apply(folder, files, signal, makeStagingWithin);
  const hasGems = files.some(({ action, file }) => action === 'edit' && file.path === 'Gemfile');
  return { kind: 'done', files, patches, commands: hasGems ? ['bundle install'] : [], notes: [] };
}

const digest = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

/** @throws ScaffoldError where something else is in its place */
function findManifest(folder: string): Extract<Existing, { kind: 'file' }> | undefined {
  const found = readExisting(folder, MANIFEST);
  if (found.kind === 'obstacle') {
    throw new ScaffoldError(
      ExitCode.failed,
      `${found.at} is ${found.what}, and ${MANIFEST} should be a file: it tells what is the chat's. Nothing was written.`,
    );
  }
  return found.kind === 'file' ? found : undefined;
}

/** What was found the first time counts ever after: by now, ours is among it. What is asked for now replaces what was then. */
function setUp({ folder, choices, skipped }: IntoRequest, manifest: Manifest | undefined): Setup {
  if (manifest !== undefined) {
    const former = manifest.setup as Setup;
    return {
      facts: former.facts,
      choices: { ...former.choices, ...choices },
      skipped: [...new Set([...former.skipped, ...skipped])].sort(),
    };
  }
  const facts = detectApp(readerOf(folder));
  return {
    facts,
    choices: { ...defaultChoices, auth: facts.membersOnly ? 'session' : 'guest', database: facts.database, ...choices },
    skipped: [...skipped].sort(),
  };
}

function readerOf(folder: string): AppReader {
  return {
    read(path) {
      const found = readExisting(folder, path);
      return found.kind === 'file' ? found.content.toString('utf8') : undefined;
    },
    list(below) {
      const place = join(folder, below);
      if (!existsSync(place)) return [];
      return readdirSync(place, { recursive: true, encoding: 'utf8' })
        .map((path) => `${below}/${path.replaceAll('\\', '/')}`)
        .sort();
    },
  };
}

function migrationsOf({ folder, template }: IntoRequest): Map<string, string> {
  const place = join(folder, 'db/migrate');
  return nameMigrations(
    template.map(({ path }) => path),
    existsSync(place) ? readdirSync(place) : [],
    new Date(),
  );
}

function planManifest(content: Buffer, own: { readonly content: Buffer } | undefined): PlannedFile {
  const file = { path: MANIFEST, content, mode: 0o644 };
  if (own === undefined) return { action: 'create', file };
  return { action: own.content.equals(content) ? 'identical' : 'update', file };
}

const editedOf = (files: readonly PlannedFile[]): RenderedFile[] =>
  files.filter(({ action }) => action === 'edit').map(({ file }) => file);

/** Git is what brings back what nobody wanted: so there has to be a state to come back to. */
async function checkTree(
  { folder, onConflict, dryRun, say }: IntoRequest,
  manifest: Manifest | undefined,
  signal: AbortSignal,
): Promise<void> {
  const dirty = (await uncommitted(folder, signal)) ?? [];
  // What we wrote ourselves a moment ago, and was not committed yet, is no reason.
  const ours = new Set([
    MANIFEST,
    ...Object.keys(manifest?.files ?? {}),
    ...(manifest?.edits ?? []).map((e) => e.path),
  ]);
  const others = dirty.filter((path) => !ours.has(path));
  if (others.length === 0) return;
  const list = others.slice(0, 5).join(', ') + (others.length > 5 ? `, and ${others.length - 5} more` : '');
  const sentence = `Not everything here is committed: ${list}.`;
  if (dryRun || onConflict === 'force') return say(`Warning: ${sentence}\n`);
  throw new ScaffoldError(
    ExitCode.conflict,
    `${sentence} Commit or stash it first, so that you see what the chat changes, or go on with --force. Nothing was written.`,
  );
}

/** Once the migrations are gone, the tables could not be taken back by Rails any more. */
function checkTables(folder: string, manifest: Manifest): void {
  const schema = ['db/schema.rb', 'db/structure.sql'].map((path) => readExisting(folder, path));
  if (!schema.some((found) => found.kind === 'file' && found.content.includes('cable_chat_messages'))) return;
  const commands = Object.keys(manifest.files)
    .flatMap((path) => /^db\/migrate\/(\d+)_/.exec(path)?.[1] ?? [])
    .sort()
    .toReversed()
    .map((version) => `  bin/rails db:migrate:down VERSION=${version}`);
  throw new ScaffoldError(
    ExitCode.conflict,
    `The database has the chat's tables. To drop them, with every conversation, run\n\n${commands.join('\n')}\n\nand then this again; to keep them, add --skip. Nothing was written.`,
  );
}

function patchFor(folder: string, { file }: PlannedFile): string {
  const found = readExisting(folder, file.path);
  return patchOf(found.kind === 'file' ? found.content : undefined, file);
}

/** Of the files that are there already: new ones show themselves. */
function patchesOf(folder: string, files: readonly PlannedFile[]): string {
  const isShown = (planned: PlannedFile): boolean => {
    if (planned.action === 'conflict') return planned.why === 'it differs';
    return planned.action === 'edit' || planned.action === 'force' || planned.action === 'update';
  };
  return files
    .filter((planned) => isShown(planned) && planned.file.path !== MANIFEST)
    .map((planned) => patchFor(folder, planned))
    .join('');
}

function commandsFor(files: readonly PlannedFile[], { start }: AppFacts): string[] {
  const isNew = (pattern: RegExp): boolean =>
    files.some((planned) => isChange(planned) && pattern.test(planned.file.path));
  return [
    ...(isNew(/^Gemfile$/) ? ['bundle install'] : []),
    ...(isNew(/^db\/migrate\//) ? ['bin/rails db:migrate'] : []),
    ...(start === 'none' && !isNew(/^bin\/dev$/) ? [] : ['bin/dev']),
  ];
}

function notesFor({ facts }: Setup, existing: (path: string) => ReturnType<typeof readExisting>): string[] {
  const notes: string[] = [];
  if (facts.anycable !== null) {
    notes.push(
      'Your AnyCable server and its settings are as they were; what the chat wants of them is in docs/cable_chat.md.',
    );
    const settings = existing('config/anycable.yml');
    const adapter = settings.kind === 'file' ? bypassingAdapter(settings.content.toString()) : undefined;
    if (adapter !== undefined) {
      notes.push(
        `config/anycable.yml broadcasts by ${adapter}, which passes by the broker: after a reconnect AnyCable can send nothing again, and the chat fetches it from the database. Better: broadcast_adapter: ${adapter === 'redis' ? 'redisx' : 'http'}, here and for the server.`,
      );
    }
  }
  if (facts.jobs !== null) {
    notes.push(
      `Answers run in your own jobs (${facts.jobs}). Have it run CableChat::SweepJob every 30 seconds: it closes answers whose job died.`,
    );
  }
  for (const name of facts.taken) {
    if (name === '/chat') notes.push('/chat is yours: the chat’s page is at /cable_chat.');
    else if (name === 'AssistantChannel')
      notes.push('AssistantChannel is yours: the chat’s is CableChat::AssistantChannel.');
    else notes.push(`${name} is yours: the chat’s example of that name was left out.`);
  }
  if (existing('app/views/layouts/application.html.erb').kind === 'nothing') {
    notes.push(
      'There is no app/views/layouts/application.html.erb: add what corresponds to `yield :head` to your layout.',
    );
  }
  return notes;
}
