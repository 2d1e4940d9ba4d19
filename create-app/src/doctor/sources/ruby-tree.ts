/** A piece of Ruby, as ruby-script.ts brings it. Fields that a kind does not have are absent. */
export interface RubyNode {
  readonly kind: string;
  readonly line: number;
  /** Of a class (with its modules, if written so), a method, a call, a constant, a variable, or a rescued error. */
  readonly name?: string;
  /** Of a string or symbol without interpolation, or a number. */
  readonly value?: string;
  /** What a call is made on; the superclass of a class. */
  readonly receiver?: RubyNode;
  readonly args?: readonly RubyNode[];
  readonly params?: readonly string[];
  readonly block?: { readonly params: readonly string[]; readonly body: readonly RubyNode[] };
  /** What is assigned, or stands behind a key. */
  readonly value_node?: RubyNode;
  readonly target?: RubyNode;
  readonly operator?: string;
  /** A condition. */
  readonly test?: RubyNode;
  readonly tried?: readonly RubyNode[];
  readonly classes?: readonly string[];
  readonly children?: readonly RubyNode[];
}

export interface RubyFile {
  readonly path: string;
  readonly tree: readonly RubyNode[];
}

/** What a node holds, in the order of the source as far as it matters. */
export function childrenOf(node: RubyNode): readonly RubyNode[] {
  const { receiver, target, args = [], value_node, test, tried = [], children = [], block } = node;
  const one = [receiver, target, value_node, test].filter((each) => each !== undefined);
  return [...one, ...args, ...tried, ...children, ...(block?.body ?? [])];
}

/** The nodes and everything below them. */
export function* walk(nodes: readonly RubyNode[]): Generator<RubyNode> {
  for (const node of nodes) {
    yield node;
    yield* walk(childrenOf(node));
  }
}

export const isCall = (node: RubyNode, ...names: readonly string[]): boolean =>
  node.kind === 'call' && names.includes(node.name ?? '');

export function callsIn(nodes: readonly RubyNode[], ...names: readonly string[]): RubyNode[] {
  return [...walk(nodes)].filter((node) => isCall(node, ...names));
}

/** A method of the caller's own, called without arguments, or a variable of that name. */
export const isWord = (node: RubyNode | undefined, name: string): boolean =>
  node !== undefined &&
  node.name === name &&
  node.receiver === undefined &&
  (node.kind === 'local' || (node.kind === 'call' && (node.args ?? []).length === 0));

/** The keyword arguments of a call. */
export function keywordsOf(call: RubyNode): ReadonlyMap<string, RubyNode> {
  const pairs = (call.args ?? []).filter(({ kind }) => kind === 'hash').flatMap(({ children = [] }) => children);
  return new Map(
    pairs.flatMap(({ name, value_node }) => (name !== undefined && value_node ? [[name, value_node] as const] : [])),
  );
}

/** `a.b.c` in words; whatever else a chain begins with is left out. */
export function chainOf(node: RubyNode | undefined): readonly string[] {
  if (node === undefined) return [];
  return [...chainOf(node.receiver), ...(node.name === undefined ? [] : [node.name])];
}

/** What a piece of Ruby comes to where the environment is empty: literals, and the fallbacks of ENV. */
export function literalOf(node: RubyNode | undefined): string | undefined {
  if (node === undefined) return undefined;
  switch (node.kind) {
    case 'string': {
      if (node.value !== undefined) return node.value;
      const parts = (node.children ?? []).map(literalOf);
      return parts.every((part) => part !== undefined) ? parts.join('') : undefined;
    }
    case 'symbol':
    case 'number':
      return node.value;
    case 'keyword':
      return node.name === 'true' || node.name === 'false' ? node.name : undefined;
    case 'other':
      if (node.name !== 'string_embexpr') return undefined;
      return literalOf(node.children?.[0]);
    case 'seq':
      return node.children?.length === 1 ? literalOf(node.children[0]) : undefined;
    case 'call':
      return isCall(node, 'fetch') && node.receiver?.name === 'ENV'
        ? literalOf(node.args?.[1] ?? node.block?.body[0])
        : undefined;
    case 'logic':
      return node.name === '||' ? literalOf(node.children?.[1]) : undefined;
    default:
      return undefined;
  }
}
