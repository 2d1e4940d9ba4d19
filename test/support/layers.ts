/**
 * The direction of imports, as data, and a checker for it. It reads a map of files, so that a test can show what it
 * would say about files that do not exist.
 */
import { transformSync } from 'esbuild';
import { posix } from 'node:path';
import { parseAst } from 'rollup/parseAst';

/** File contents by path, relative to the repository. */
export type FileMap = ReadonlyMap<string, string>;

export interface Layer {
  readonly name: string;
  /** Which files are of it; the first layer that matches has the file. */
  readonly files: RegExp;
  /** The layers of the same tree whose files it may import, besides its own. */
  readonly imports: readonly string[];
  /** The packages that it may import. */
  readonly packages: readonly RegExp[];
  /** A function of its arguments: no clock, no chance, no DOM, no network, no storage. */
  readonly pure?: true;
  /** Loading it changes the world, such as by registering an element. */
  readonly sideEffects?: true;
}

export interface Violation {
  readonly file: string;
  readonly what: string;
}

/** What makes a function depend on more than its arguments. */
const impureGlobals = new Set([
  ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'requestAnimationFrame', 'requestIdleCallback'],
  ...['window', 'document', 'navigator', 'location', 'self', 'globalThis', 'process', 'customElements'],
  ...['localStorage', 'sessionStorage', 'indexedDB', 'BroadcastChannel', 'fetch', 'WebSocket', 'XMLHttpRequest'],
  ...['crypto', 'performance', 'console', 'HTMLElement', 'Element', 'EventTarget'],
]);
/** Of these only some members are. */
const impureMembers = new Set(['Date.now', 'Math.random']);

export function checkLayers(files: FileMap, tree: string, layers: readonly Layer[]): Violation[] {
  const layerOf = (path: string) => layers.find((layer) => layer.files.test(path.slice(tree.length)));
  return [...files]
    .filter(([file]) => file.startsWith(tree))
    .flatMap(([file, source]) => {
      const layer = layerOf(file);
      if (layer === undefined) return [{ file, what: 'belongs to no layer: give it one in the table of this test' }];
      return [
        ...importsOf(source).flatMap((target) => checkImport(file, target, layer, files, tree, layerOf)),
        ...findEffects(source, layer),
      ].map((what) => ({ file, what }));
    });
}

function checkImport(
  file: string,
  target: string,
  layer: Layer,
  files: FileMap,
  tree: string,
  layerOf: (path: string) => Layer | undefined,
): string[] {
  if (!target.startsWith('.')) {
    const allowed = layer.packages.some((pattern) => pattern.test(target));
    return allowed ? [] : [`${layer.name} must not import the package ${target}`];
  }
  const path = posix.join(posix.dirname(file), target).replace(/\.js$/, '.ts');
  if (!path.startsWith(tree)) return [`imports ${target}, which is outside ${tree}`];
  if (!target.endsWith('.js')) return [`imports ${target} without the extension .js`];
  if (!files.has(path)) return [`imports ${target}, which is not there`];
  const other = layerOf(path);
  if (other === undefined || other === layer || layer.imports.includes(other.name)) return [];
  return [`${layer.name} must not import ${other.name} (${target})`];
}

/** What a source imports, types included. */
export function importsOf(source: string): string[] {
  // What is for types only leaves no trace after the transformation, unless it looks like a value.
  const asValues = source.replace(/^import type (?=[\w{*])/gm, 'import ').replace(/^export type (?=[{*])/gm, 'export ');
  const imports: string[] = [];
  walk(parse(asValues), (node) => {
    const isImport = /^(Import|ExportNamed|ExportAll)(Declaration|Expression)$/.test(node.type);
    if (isImport && isNode(node['source'])) imports.push(String(node['source']['value']));
  });
  return imports;
}

interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** Parses what is left of a source once its types and comments are gone: what runs. */
function parse(source: string): Node {
  const { code } = transformSync(source, {
    loader: 'ts',
    target: 'es2022',
    tsconfigRaw: {
      compilerOptions: { experimentalDecorators: true, useDefineForClassFields: false, verbatimModuleSyntax: true },
    },
  });
  const program: unknown = parseAst(code);
  if (!isNode(program)) throw new TypeError('parseAst returned no node');
  return program;
}

function walk(node: Node, visit: (node: Node) => void): void {
  visit(node);
  for (const child of Object.values(node).flat()) if (isNode(child)) walk(child, visit);
}

function findEffects(source: string, layer: Layer): string[] {
  const program = parse(source);
  const body = Array.isArray(program['body']) ? program['body'].filter(isNode) : [];
  const own = declaredNames(body);
  const impure = layer.pure ? [...new Set(impurities(program))] : [];
  return [
    ...(layer.sideEffects ? [] : body.flatMap((statement) => sideEffect(statement, own))),
    ...impure.map((name) => `${layer.name} is pure and must not use ${name}`),
  ];
}

/**
 * A statement that changes something outside the module while it loads. Declarations may call what makes a value
 * (`css`, `new Map`), and what the module declared itself it may fill.
 */
function sideEffect(statement: Node, own: ReadonlySet<string>): string[] {
  if (statement.type !== 'ExpressionStatement') return [];
  const name = rootName(statement['expression']);
  // `__decorateClass` is what esbuild makes of decorators.
  if (name !== undefined && (own.has(name) || name.startsWith('__'))) return [];
  return ['does something while it is loaded; only index.ts may'];
}

/** `a` of `a.b(c).d = e`. */
function rootName(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === 'Identifier') return String(node['name']);
  return rootName(node['callee'] ?? node['object'] ?? node['left'] ?? node['expression']);
}

/** What the module declares at its top; imports are somebody else's. */
function declaredNames(body: readonly Node[]): Set<string> {
  return new Set(
    body
      .map((statement) => (isNode(statement['declaration']) ? statement['declaration'] : statement))
      .flatMap((statement) => (Array.isArray(statement['declarations']) ? statement['declarations'] : [statement]))
      .flatMap((declaration) => (isNode(declaration) && isNode(declaration['id']) ? [declaration['id']['name']] : []))
      .map(String),
  );
}

/** The impure globals that are read anywhere below. A property of that name (`view.document`) is none. */
function impurities(node: Node): string[] {
  if (node.type === 'Identifier') return impureGlobals.has(String(node['name'])) ? [String(node['name'])] : [];
  const found: string[] = [];
  if (node.type === 'MemberExpression' && isNode(node['object']) && isNode(node['property'])) {
    const name = `${String(node['object']['name'])}.${String(node['property']['name'])}`;
    if (impureMembers.has(name)) found.push(name);
  }
  if (node.type === 'NewExpression' && isNode(node['callee']) && node['callee']['name'] === 'Date') {
    if (Array.isArray(node['arguments']) && node['arguments'].length === 0) found.push('new Date()');
  }
  for (const [key, child] of Object.entries(node)) {
    const isName = (key === 'property' || key === 'key') && node['computed'] !== true;
    // A shorthand property is its own key and value; the value is visited.
    if (isName) continue;
    for (const one of Array.isArray(child) ? child : [child]) if (isNode(one)) found.push(...impurities(one));
  }
  return found;
}
