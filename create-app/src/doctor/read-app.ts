import type { App, Unread } from './app.js';
import { readRails } from './sources/rails-settings.js';
import { parseRuby } from './sources/ruby.js';
import { literalOf, type RubyFile, type RubyNode } from './sources/ruby-tree.js';
import { parseScript } from './sources/script.js';
import type { Parsed, Source } from './sources/source.js';
import {
  fromAnyCableToml,
  fromAnyCableYml,
  fromEnvironmentFile,
  fromProcfile,
  readCompose,
  readProcfile,
} from './sources/settings.js';
import { parseToml } from './sources/toml.js';
import { parseYaml } from './sources/yaml.js';

const isRuby = ({ path, text }: Source): boolean =>
  /\.rb$|(^|\/)Gemfile$/.test(path) || (path.startsWith('bin/') && /^#!.*\bruby\b/.test(text));
const isYaml = ({ path }: Source): boolean => /\.ya?ml$/.test(path);

/**
 * Parses everything. What does not parse is left out of the app, and named.
 * @param parse reads all of its Ruby at once
 */
export async function readApp(
  sources: readonly Source[],
  signal?: AbortSignal,
  parse: typeof parseRuby = parseRuby,
): Promise<{ readonly app: App; readonly unread: readonly Unread[] }> {
  const unread: Unread[] = [];
  const keep = <T>(parsed: readonly Parsed<T>[]): { readonly path: string; readonly tree: T }[] =>
    parsed.flatMap(({ path, tree, error }) => {
      if (error === undefined) return [{ path, tree }];
      unread.push({ file: path, error });
      return [];
    });
  const textOf = new Map(sources.map(({ path, text }) => [path, text]));
  const sourceOf = (path: string): Source => ({ path, text: textOf.get(path) ?? '' });

  const yaml = keep(sources.filter(isYaml).map(parseYaml));
  // Their Ruby is parsed in one go with everything else.
  const tags = [...new Set(yaml.flatMap(({ tree }) => tree.tags.flatMap(({ ruby }) => ruby ?? [])))];
  const parsed = await parse(
    [...sources.filter(isRuby), ...tags.map((text) => ({ path: `<%= ${text} %>`, text }))],
    signal,
  );
  const isTag = ({ path }: { readonly path: string }): boolean => path.startsWith('<%=');
  const ruby: readonly RubyFile[] = keep(parsed.filter((each) => !isTag(each)));
  const values = new Map(parsed.filter(isTag).map(({ path, tree }) => [path, literalOf(onlyOf(tree))]));
  const evaluate = (text: string): string | undefined => values.get(`<%= ${text} %>`);

  const toml = keep(sources.filter(({ path }) => /(^|\/)anycable\.toml$/.test(path)).map(parseToml));
  const scripts = keep(sources.filter(({ path }) => /\.[cm]?[jt]sx?$/.test(path)).map(parseScript));
  const procfiles = sources.filter(({ path }) => /(^|\/)Procfile[\w.]*$/.test(path)).flatMap(readProcfile);
  const compose = yaml
    .filter(({ path }) => /(^|\/)(docker-)?compose[\w.-]*$/.test(path))
    .flatMap(({ path, tree }) => readCompose(sourceOf(path), tree));
  const anycableYml = yaml.find(({ path }) => path === 'config/anycable.yml');
  const cableYml = yaml.find(({ path }) => path === 'config/cable.yml');
  const app: App = {
    texts: textOf,
    ruby,
    scripts: scripts.map(({ path, tree }) => ({ path, tree, text: textOf.get(path) ?? '' })),
    procfiles,
    compose,
    cableYml: cableYml && { file: cableYml.path, tree: cableYml.tree },
    settings: [
      ...(anycableYml ? fromAnyCableYml(sourceOf(anycableYml.path), anycableYml.tree, evaluate) : []),
      ...toml.flatMap(({ path, tree }) => fromAnyCableToml(sourceOf(path), tree)),
      ...sources.filter(({ path }) => /(^|\/)\.env[\w.]*$/.test(path)).flatMap(fromEnvironmentFile),
      ...procfiles.flatMap(fromProcfile),
      ...compose.flatMap(({ settings }) => settings),
      ...ruby.flatMap(readRails),
    ],
  };
  return { app, unread };
}

const onlyOf = (tree: readonly RubyNode[] | undefined): RubyNode | undefined =>
  tree?.length === 1 ? tree[0] : undefined;
