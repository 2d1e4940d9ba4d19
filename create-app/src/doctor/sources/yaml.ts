import {
  LineCounter,
  isMap,
  isPair,
  isScalar,
  isSeq,
  parseDocument,
  type Node,
  type Pair,
  type ParsedNode,
} from 'yaml';
import type { Parsed, Source } from './source.js';

export interface YamlTree {
  readonly root: ParsedNode | null;
  readonly lineAt: (offset: number) => number;
  /** The ERB tags, by where they begin. */
  readonly tags: readonly ErbTag[];
}

export interface ErbTag {
  readonly start: number;
  readonly end: number;
  /** Its Ruby, where it prints something. */
  readonly ruby: string | undefined;
}

/** Parses YAML that may hold ERB: a tag that prints stands for a word of its length, any other for blanks. */
export function parseYaml({ path, text }: Source): Parsed<YamlTree> {
  const tags: ErbTag[] = [];
  const plain = text.replace(/<%(=?)([\s\S]*?)-?%>/g, (tag, prints: string, ruby: string, start: number) => {
    tags.push({ start, end: start + tag.length, ruby: prints === '' ? undefined : ruby.trim() });
    return tag.replaceAll(/[^\r\n]/g, prints === '' ? ' ' : 'e');
  });
  const lines = new LineCounter();
  const parsed = parseDocument(plain, { lineCounter: lines, merge: true, uniqueKeys: false });
  const [error] = parsed.errors;
  if (error !== undefined) return { path, error: error.message.split('\n')[0] ?? error.message };
  return { path, tree: { root: parsed.contents, lineAt: (offset) => lines.linePos(offset).line, tags } };
}

/** A pair of a map, in words. */
export interface Entry {
  readonly key: string;
  readonly line: number;
  readonly value: Node | null;
  /** From the key to the value's end. */
  readonly range: readonly [start: number, end: number];
}

/** The pairs of a map as they are written there: what an alias or a merge brings is where it is written. */
export function entriesOf(node: unknown, tree: YamlTree): Entry[] {
  if (!isMap(node)) return [];
  return node.items.flatMap((pair) => entryOf(pair as Pair<Node, Node | null>, tree) ?? []);
}

function entryOf({ key, value }: Pair<Node, Node | null>, tree: YamlTree): Entry | undefined {
  const start = key.range?.[0];
  if (!isScalar(key) || start === undefined) return undefined;
  const end = value?.range?.[1] ?? key.range?.[1] ?? start;
  return { key: String(key.value), line: tree.lineAt(start), value: isPair(value) ? null : value, range: [start, end] };
}

/** A scalar's text as it was written, with its ERB; undefined for what is no scalar. */
export function scalarOf(
  node: Node | null,
  text: string,
  tree: YamlTree,
): { readonly value: string; readonly range: readonly [number, number]; readonly tags: readonly ErbTag[] } | undefined {
  if (!isScalar(node) || !node.range) return undefined;
  const [start, end] = node.range;
  const tags = tree.tags.filter((tag) => tag.start >= start && tag.end <= end);
  return { value: tags.length > 0 ? text.slice(start, end) : String(node.value), range: [start, end], tags };
}

export function itemsOf(node: unknown): Node[] {
  return isSeq(node) ? (node.items as Node[]) : [];
}
