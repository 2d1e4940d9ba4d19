/** What several rules ask of an app. */
import type { App } from './app.js';
import { chainOf, isCall, literalOf, walk, type RubyNode } from './sources/ruby-tree.js';
import { callsOf, importsOf, propertyOf, textOf } from './sources/script.js';
import type { Setting } from './sources/setting.js';
import { startsServer } from './sources/settings.js';

export const settingsNamed = ({ settings }: App, ...names: readonly string[]): Setting[] =>
  settings.filter(({ name }) => names.includes(name));

/** As the server would: what only Rails reads is none of its. */
export const serverSettings = (app: App, ...names: readonly string[]): Setting[] =>
  settingsNamed(app, ...names).filter(({ side }) => side !== 'rails');

export function hasGem({ ruby }: App, pattern: RegExp): boolean {
  return ruby
    .filter(({ path }) => /(^|\/)Gemfile$/.test(path))
    .flatMap(({ tree }) => [...walk(tree)])
    .some((node) => isCall(node, 'gem') && pattern.test(literalOf(node.args?.[0]) ?? ''));
}

export const usesAnyCable = (app: App): boolean => hasGem(app, /^anycable(-|$)/) || app.settings.length > 0;

/** Some page of the app connects by AnyCable's client. */
export const hasAnyCableClient = ({ scripts }: App): boolean =>
  scripts.some((file) => [...importsOf(file).values()].some(({ from }) => from.startsWith('@anycable/')));

/** Where an AnyCable server is started. */
export function serversOf({ procfiles, compose, texts }: App): { readonly file: string; readonly line: number }[] {
  return [
    ...procfiles.filter(({ command }) => startsServer(command)),
    ...compose.filter(({ isServer }) => isServer),
    ...[...texts.keys()].filter((path) => /(^|\/)anycable\.toml$/.test(path)).map((file) => ({ file, line: 1 })),
  ];
}

export interface Assignment {
  readonly file: string;
  readonly line: number;
  readonly value: RubyNode | undefined;
}

/** `config.active_job.queue_adapter = …` in Rails' own configuration: `configured(app, 'active_job', 'queue_adapter')`. */
export function configured({ ruby }: App, ...path: readonly string[]): Assignment[] {
  const wanted = path.join('.');
  return ruby
    .filter((file) => file.path.startsWith('config/'))
    .flatMap(({ path: file, tree }) =>
      [...walk(tree)]
        .filter(({ kind, name }) => kind === 'assign' && name !== undefined)
        .filter(({ receiver, name }) => {
          const chain = [...chainOf(receiver), name].join('.');
          return chain === `config.${wanted}` || chain.endsWith(`.config.${wanted}`);
        })
        .map(({ line, value_node: value }) => ({ file, line, value })),
    );
}

/** Holds in production: not only for another environment. */
export const isForProduction = (file: string): boolean =>
  !file.startsWith('config/environments/') || file.endsWith('/production.rb');

/** Of an anycable.yml's section, a process, or no section at all. */
export const isForProductionSection = (section: string | undefined): boolean =>
  section !== 'development' && section !== 'test';

export const isLocal = (host: string): boolean => /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?|0\.0\.0\.0)$/.test(host);

/** `12` → 12; undefined for what is no number. */
export function numberOf({ value }: Setting): number | undefined {
  return value !== undefined && /^\d[\d_]*$/.test(value) ? Number(value.replaceAll('_', '')) : undefined;
}

/** What the app's pages connect by: the extended protocol if one of them says so. */
export function protocolOfPages({ scripts }: App): 'actioncable-v1-json' | 'actioncable-v1-ext-json' {
  const isExtended = scripts.flatMap(callsOf).some(({ args }) =>
    args.some((arg) => {
      const protocol = propertyOf(arg, 'protocol');
      return protocol !== 'unknown' && (textOf(protocol) ?? '').startsWith('actioncable-v1-ext-');
    }),
  );
  return isExtended ? 'actioncable-v1-ext-json' : 'actioncable-v1-json';
}

/** Whether AnyCable's server reaches Rails over gRPC, as it does unless it is told otherwise. */
export const callsOverGrpc = (app: App): boolean =>
  hasGem(app, /^(anycable-rails|grpc|anycable)$/) &&
  !settingsNamed(app, 'http_rpc').some(({ value }) => value === 'true');
