import { ExitCode, ScaffoldError } from '../errors.js';
import type { RenderedFile } from '../render.js';
import { choiceNames, railsChoices, type RailsChoices, type RailsPart } from './choices.js';

/** Under it, each folder holds the files of a choice: `_variants/rpc-grpc+cluster-redis/Procfile`. */
const VARIANTS = '_variants/';

/** Where the widget's bundle goes: importmap's and propshaft's place for what others wrote. */
export const WIDGET_PATH = 'vendor/javascript/cable-chat.js';

const INITIALIZER = 'config/initializers/cable_chat.rb';
const MIGRATION = /^db\/migrate\/\d+_(\w+\.rb)$/;

/** Which of the template's files belong to a part that may be left out. */
const partFiles: Partial<Record<RailsPart, RegExp>> = {
  test: /^test\//,
  docker: /^(Dockerfile[\w.-]*|compose(\.override)?\.yml|\.dockerignore|bin\/docker-[\w-]+)$/,
};

/** What is in the template for those who work on it: an app has its own, with the style that its owner likes. */
const notForApps = /^(README\.md|Gemfile[\w.]*|\.rubocop\.yml)$/;

/**
 * Chooses the files of an app: those that every app gets, and in their places those of its choices. The more choices a
 * folder of variants names, the later it wins.
 * @param paths every file of the template, relative to it
 * @returns the path in the app → the path in the template
 * @throws ScaffoldError when two folders of the same weight bring the same file, or one names no choice: ours to mend
 */
export function selectFiles(paths: readonly string[], choices: RailsChoices): Map<string, string> {
  const weights = new Map<string, number>();
  const selected = new Map<string, string>();
  for (const source of paths) {
    const { path, conditions } = readVariant(source);
    if (!conditions.every(([name, value]) => choices[name] === value)) continue;
    const weight = weights.get(path) ?? -1;
    if (weight === conditions.length) throw broken(`${selected.get(path)} and ${source} are both for ${path}`);
    if (weight > conditions.length) continue;
    weights.set(path, conditions.length);
    selected.set(path, source);
  }
  return selected;
}

interface Variant {
  readonly path: string;
  readonly conditions: readonly (readonly [name: keyof RailsChoices, value: string])[];
}

function readVariant(source: string): Variant {
  if (!source.startsWith(VARIANTS)) return { path: source, conditions: [] };
  const rest = source.slice(VARIANTS.length);
  const folder = rest.slice(0, rest.indexOf('/'));
  const conditions = folder.split('+').map((condition) => {
    const name = choiceNames.find((known) => condition.startsWith(`${known}-`));
    const value = condition.slice((name?.length ?? 0) + 1);
    if (name === undefined || !railsChoices[name].some((known) => known === value)) {
      throw broken(`${VARIANTS}${folder} names no choice: ${condition}`);
    }
    return [name, value] as const;
  });
  return { path: rest.slice(folder.length + 1), conditions };
}

export interface RailsRendering {
  readonly choices: RailsChoices;
  readonly skipped: ReadonlySet<RailsPart>;
  readonly widget: Buffer;
  /** What the template's migrations are called in the app: path → path. */
  readonly migrations: ReadonlyMap<string, string>;
}

/**
 * The files of one app, made of the whole template.
 * @param files every file of the template
 */
export function renderRails(files: readonly RenderedFile[], rendering: RailsRendering): RenderedFile[] {
  const { choices, skipped, widget, migrations } = rendering;
  const byPath = new Map(files.map((file) => [file.path, file]));
  const left = [notForApps, ...[...skipped].map((part) => partFiles[part]).filter((pattern) => pattern !== undefined)];
  const rendered: RenderedFile[] = [{ path: WIDGET_PATH, content: widget, mode: 0o644 }];
  for (const [path, source] of selectFiles([...byPath.keys()], choices)) {
    const file = byPath.get(source);
    if (file === undefined || left.some((pattern) => pattern.test(path))) continue;
    rendered.push({
      path: migrations.get(path) ?? path,
      content: path === INITIALIZER ? chooseProvider(file.content, choices.provider) : file.content,
      mode: file.mode,
    });
  }
  return rendered.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * The migrations' names: those that the app has for them already, else with the time of now, as `rails generate` gives
 * it, a second apart.
 * @param paths every file of the template
 * @param existing what is in the app's db/migrate
 */
export function nameMigrations(paths: readonly string[], existing: readonly string[], now: Date): Map<string, string> {
  const suffixOf = (path: string): string | undefined => MIGRATION.exec(path)?.[1];
  const migrations = paths.filter((path) => suffixOf(path) !== undefined).sort();
  return new Map(
    migrations.map((path, index) => {
      const known = existing.find((name) => suffixOf(`db/migrate/${name}`) === suffixOf(path));
      const stamp = new Date(now.getTime() + index * 1000).toISOString().replace(/\D/g, '').slice(0, 14);
      return [path, `db/migrate/${known ?? `${stamp}_${suffixOf(path)}`}`];
    }),
  );
}

/** The environment still wins over it. */
function chooseProvider(content: Buffer, provider: RailsChoices['provider']): Buffer {
  const [before, after, ...more] = content.toString('utf8').split('ENV.fetch("CABLE_CHAT_PROVIDER", "demo")');
  if (after === undefined || more.length > 0) throw broken(`${INITIALIZER} does not name its provider once`);
  return Buffer.from(`${before}ENV.fetch("CABLE_CHAT_PROVIDER", "${provider}")${after}`);
}

function broken(what: string): ScaffoldError {
  return new ScaffoldError(ExitCode.failed, `The package's Rails template is broken: ${what}. Please report it.`);
}
