import { parse, type ParserPlugin } from '@babel/parser';
import type { Parsed, Source } from './source.js';

/** A node of Babel's tree, of which the rules read what they know by its type. */
export interface ScriptNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly loc: { readonly start: { readonly line: number } };
  readonly [key: string]: unknown;
}

export interface ScriptFile {
  readonly path: string;
  readonly text: string;
  readonly tree: ScriptNode;
}

/** JavaScript and TypeScript, with and without JSX. */
export function parseScript({ path, text }: Source): Parsed<ScriptNode> {
  const typed = /\.[cm]?tsx?$/.test(path);
  const plugins: ParserPlugin[] = [
    ...(typed ? (['typescript'] as const) : []),
    ...(/\.[cm]?ts$/.test(path) ? [] : (['jsx'] as const)),
    'decorators',
  ];
  try {
    const tree: unknown = parse(text, {
      sourceType: 'unambiguous',
      allowReturnOutsideFunction: true,
      plugins,
    }).program;
    if (!isScriptNode(tree)) throw new TypeError('the parser returned no node');
    return { path, tree };
  } catch (error) {
    return { path, error: error instanceof Error ? error.message : String(error) };
  }
}

export function isScriptNode(value: unknown): value is ScriptNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'loc' in value && 'start' in value;
}

/** The node and everything below it. */
export function* walkScript(node: ScriptNode): Generator<ScriptNode> {
  yield node;
  for (const [key, value] of Object.entries(node)) {
    if (key === 'loc' || key === 'extra' || key.endsWith('Comments')) continue;
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (isScriptNode(child)) yield* walkScript(child);
    }
  }
}

const nodeAt = (node: ScriptNode, key: string): ScriptNode | undefined => {
  const value = node[key];
  return isScriptNode(value) ? value : undefined;
};

export interface ScriptCall {
  /** `f` of `f()`, and of `a.b.f()`. */
  readonly name: string;
  readonly object: ScriptNode | undefined;
  readonly args: readonly ScriptNode[];
  readonly line: number;
  readonly node: ScriptNode;
}

export function callsOf(file: ScriptFile): ScriptCall[] {
  return [...walkScript(file.tree)].flatMap((node) => {
    if (!/^(Optional)?CallExpression$/.test(node.type)) return [];
    const callee = nodeAt(node, 'callee');
    if (callee === undefined) return [];
    const isMember = callee.type.endsWith('MemberExpression');
    const word = isMember ? nodeAt(callee, 'property') : callee;
    const name = word?.type === 'Identifier' ? String(word['name']) : undefined;
    if (name === undefined) return [];
    const args = (node['arguments'] as unknown[]).filter(isScriptNode);
    return [{ name, object: isMember ? nodeAt(callee, 'object') : undefined, args, line: node.loc.start.line, node }];
  });
}

/** From which package each imported name comes, under the name that it has here. */
export function importsOf(file: ScriptFile): ReadonlyMap<string, { readonly from: string; readonly name: string }> {
  const found = new Map<string, { from: string; name: string }>();
  for (const node of walkScript(file.tree)) {
    if (node.type !== 'ImportDeclaration') continue;
    const from = textOf(nodeAt(node, 'source')) ?? '';
    for (const specifier of (node['specifiers'] as unknown[]).filter(isScriptNode)) {
      const local = nodeAt(specifier, 'local')?.['name'];
      const imported = nodeAt(specifier, 'imported');
      found.set(String(local), { from, name: String(imported?.['name'] ?? imported?.['value'] ?? '*') });
    }
  }
  return found;
}

/** A string literal's text; a template's, where nothing is put into it; whatever TypeScript says of its type. */
export function textOf(node: ScriptNode | undefined): string | undefined {
  if (node !== undefined && /^TS(As|Satisfies|NonNull)Expression$/.test(node.type))
    return textOf(nodeAt(node, 'expression'));
  if (node?.type === 'StringLiteral') return String(node['value']);
  if (node?.type !== 'TemplateLiteral') return undefined;
  const quasis = (node['quasis'] as { value: { cooked: string } }[]).map(({ value }) => value.cooked);
  return quasis.length === 1 ? quasis[0] : undefined;
}

/** The value behind a key of an object literal; `'unknown'` where it may come from elsewhere. */
export function propertyOf(object: ScriptNode, key: string): ScriptNode | 'unknown' | undefined {
  if (object.type !== 'ObjectExpression') return 'unknown';
  let spread = false;
  for (const property of (object['properties'] as unknown[]).filter(isScriptNode)) {
    if (property.type === 'SpreadElement') spread = true;
    const word = nodeAt(property, 'key');
    if ((word?.['name'] ?? word?.['value']) === key) return nodeAt(property, 'value') ?? 'unknown';
  }
  return spread ? 'unknown' : undefined;
}
