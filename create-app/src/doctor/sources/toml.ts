import { parseTOML, type AST } from 'toml-eslint-parser';
import type { Parsed, Source } from './source.js';

export interface TomlEntry {
  /** The table's name and the key, joined by a dot. */
  readonly key: string;
  readonly line: number;
  /** Of an array, its items joined by commas. */
  readonly value: string;
  readonly range: readonly [start: number, end: number];
}

export function parseToml({ path, text }: Source): Parsed<readonly TomlEntry[]> {
  try {
    const [{ body }] = parseTOML(text).body;
    return { path, tree: body.flatMap((node) => entriesOf(node, [])) };
  } catch (error) {
    return { path, error: error instanceof Error ? error.message : String(error) };
  }
}

function entriesOf(node: AST.TOMLTable | AST.TOMLKeyValue, prefix: readonly string[]): TomlEntry[] {
  if (node.type === 'TOMLTable') {
    const table = node.resolvedKey.map(String);
    return node.body.flatMap((each) => entriesOf(each, [...prefix, ...table]));
  }
  const key = [...prefix, ...node.key.keys.map((each) => (each.type === 'TOMLBare' ? each.name : each.value))];
  if (node.value.type === 'TOMLInlineTable') return node.value.body.flatMap((each) => entriesOf(each, key));
  return [{ key: key.join('.'), line: node.loc.start.line, value: wordsOf(node.value), range: node.value.range }];
}

function wordsOf(value: AST.TOMLContentNode): string {
  switch (value.type) {
    case 'TOMLArray':
      return value.elements.map(wordsOf).join(',');
    case 'TOMLInlineTable':
      return '';
    case 'TOMLValue':
      return String(value.value instanceof Date ? value.value.toISOString() : value.value);
  }
}
