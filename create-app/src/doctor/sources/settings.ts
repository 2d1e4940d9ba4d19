/** Every place in which AnyCable is set up, read into one list. */
import type { Node } from 'yaml';
import { canonical, fromVariable, type Setting } from './setting.js';
import type { Source } from './source.js';
import type { TomlEntry } from './toml.js';
import { entriesOf, itemsOf, scalarOf, type ErbTag, type YamlTree } from './yaml.js';

/** The value of a piece of Ruby in a settings file, with an empty environment. */
export type Evaluate = (ruby: string) => string | undefined;

/** `config/anycable.yml`: Rails' side, by environment. */
export function fromAnyCableYml({ path, text }: Source, tree: YamlTree, evaluate: Evaluate): Setting[] {
  const environments = entriesOf(tree.root, tree);
  const flat = environments.every(({ value }) => entriesOf(value, tree).length === 0);
  // Settings may stand there without environments.
  const sections = flat
    ? [{ key: 'default', entries: environments }]
    : environments.map(({ key, value }) => ({ key, entries: entriesOf(value, tree) }));
  return sections.flatMap(({ key: section, entries }) =>
    entries
      .filter(({ key }) => key !== '<<')
      .map(({ key, line, value, range: entry }) => {
        const scalar = scalarOf(value, text, tree);
        const plain = scalar !== undefined && scalar.tags.length === 0;
        return {
          file: path,
          line,
          name: canonical(key),
          value: scalar && valueOf(scalar, evaluate),
          side: 'rails' as const,
          written: key,
          section,
          entry,
          ...(plain ? { range: scalar.range } : {}),
        };
      }),
  );
}

/** Puts the values of its tags into a text; undefined where one of them cannot be told. */
function valueOf(
  {
    value,
    range: [start],
    tags,
  }: { readonly value: string; readonly range: readonly [number, number]; readonly tags: readonly ErbTag[] },
  evaluate: Evaluate,
): string | undefined {
  let result = '';
  let at = 0;
  for (const tag of tags) {
    const printed = tag.ruby === undefined ? '' : evaluate(tag.ruby);
    if (printed === undefined) return undefined;
    result += value.slice(at, tag.start - start) + printed;
    at = tag.end - start;
  }
  return (result + value.slice(at)).replace(/^(["'])(.*)\1$/s, '$2');
}

/** The server's own tables, whose keys have other names in its environment. */
const tables = new Set(['broker', 'ws', 'server', 'jwt']);

/** `anycable.toml`: the server's side. */
export function fromAnyCableToml({ path }: Source, entries: readonly TomlEntry[]): Setting[] {
  return entries.map(({ key, line, value, range }) => {
    const [table = '', name] = key.split('.');
    const full = name === undefined ? table : tables.has(table) && name !== 'adapter' ? name : `${table}_${name}`;
    return { file: path, line, name: canonical(full), value, side: 'server', written: key, range };
  });
}

/** `.env`, as dotenv, foreman and Compose read it. */
export function fromEnvironmentFile({ path, text }: Source): Setting[] {
  return text.split(/\r?\n/).flatMap((content, index) => {
    const [, variable = '', given = ''] = /^\s*(?:export\s+)?([A-Z0-9_]+)\s*=\s*(.*?)\s*$/.exec(content) ?? [];
    const name = fromVariable(variable);
    if (name === undefined) return [];
    const value = given.replace(/^(["'])(.*)\1.*$/, '$2').replace(/\s+#.*$/, '');
    return [{ file: path, line: index + 1, name, value, side: 'both' as const, written: variable }];
  });
}

/** Programs that are the server, or bring it. */
const server = /(^|[\s/])(anycable-go|thrust)(\s|$)/;

/** A command that starts AnyCable's server. */
export const startsServer = (command: string): boolean => server.test(command);

export interface ProcfileLine {
  readonly file: string;
  readonly line: number;
  readonly name: string;
  readonly command: string;
}

export function readProcfile({ path, text }: Source): ProcfileLine[] {
  return text.split(/\r?\n/).flatMap((content, index) => {
    const [, name = '', command = ''] = /^([\w-]+):\s*(.+)$/.exec(content) ?? [];
    return name === '' ? [] : [{ file: path, line: index + 1, name, command }];
  });
}

/** What a line of a Procfile sets, in its environment and by the server's flags. */
export function fromProcfile({ file, line, name: section, command }: ProcfileLine): Setting[] {
  return fromCommand(command).map(({ name, value, written }) => ({
    file,
    line,
    name,
    value,
    written,
    side: startsServer(command) ? 'server' : 'rails',
    section,
  }));
}

function fromCommand(command: string): { readonly name: string; readonly value: string; readonly written: string }[] {
  const variables = [...command.matchAll(/(?:^|\s)(ANYCABLE_[A-Z0-9_]+)=(?:"([^"]*)"|'([^']*)'|(\S*))/g)].flatMap(
    ([, written = '', ...values]) => {
      const value = values.find((each) => each !== undefined) ?? '';
      const name = fromVariable(written);
      if (name === 'opt') return flagsIn(value);
      return name === undefined ? [] : [{ name, value, written }];
    },
  );
  return [...variables, ...(startsServer(command) ? flagsIn(command) : [])];
}

/** `--history_limit=100`, `--history_limit 100`, `--public_streams`. */
function flagsIn(command: string): { readonly name: string; readonly value: string; readonly written: string }[] {
  return [...command.matchAll(/(?:^|\s)--([a-z][\w-]*)(?:[= ]([^\s-]\S*))?/g)].map(([, flag = '', value = 'true']) => ({
    name: canonical(flag),
    value: value.replace(/^(["'])(.*)\1$/, '$2'),
    written: `--${flag}`,
  }));
}

export interface ComposeService {
  readonly file: string;
  readonly line: number;
  readonly name: string;
  readonly isServer: boolean;
  readonly settings: readonly Setting[];
  /** Some of its environment comes from a file or from elsewhere. */
  readonly isOpen: boolean;
  readonly variables: readonly { readonly name: string; readonly value: string; readonly line: number }[];
}

/** The services of a compose file, with what their environments set. */
export function readCompose({ path, text }: Source, tree: YamlTree): ComposeService[] {
  const services = entriesOf(tree.root, tree).find(({ key }) => key === 'services');
  return entriesOf(services?.value, tree).map(({ key: name, line, value }) => {
    const fields = entriesOf(value, tree);
    const field = (key: string): Node | null => fields.find((each) => each.key === key)?.value ?? null;
    const image = scalarOf(field('image'), text, tree)?.value ?? '';
    const command = scalarOf(field('command'), text, tree)?.value ?? itemsOf(field('command')).join(' ');
    const isServer = /anycable-go/.test(image) || startsServer(command);
    const variables = variablesOf(field('environment'), text, tree);
    const side = isServer ? ('server' as const) : ('rails' as const);
    const flags = isServer ? flagsIn(command).map((flag) => ({ ...flag, line })) : [];
    const settings = variables.flatMap(({ name: written, value: given, line: at }) => {
      const setting = fromVariable(written);
      return setting === undefined ? [] : [{ name: setting, value: fallbackOf(given), written, line: at }];
    });
    return {
      file: path,
      line,
      name,
      isServer,
      variables,
      isOpen: fields.some(
        ({ key }) => ['env_file', 'extends', '<<', 'build'].includes(key) && !(key === 'build' && isServer),
      ),
      settings: [...settings, ...flags].map((each) => ({ ...each, file: path, side, section: name })),
    };
  });
}

function variablesOf(environment: Node | null, text: string, tree: YamlTree) {
  const entries = entriesOf(environment, tree).map(({ key: name, line, value }) => ({
    name,
    line,
    value: scalarOf(value, text, tree)?.value ?? '',
  }));
  const items = itemsOf(environment).flatMap((item) => {
    const [name = '', ...value] = (scalarOf(item, text, tree)?.value ?? '').split('=');
    return name === '' ? [] : [{ name, value: value.join('='), line: tree.lineAt(item.range?.[0] ?? 0) }];
  });
  return [...entries, ...items];
}

/** `${NAME:-fallback}` comes to its fallback; one without cannot be told. */
function fallbackOf(value: string): string | undefined {
  const filled = value.replace(/\$\{\w+:?-([^}]*)\}/g, '$1');
  return /\$\{?\w/.test(filled) ? undefined : filled;
}
