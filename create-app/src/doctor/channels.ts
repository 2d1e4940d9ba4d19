/** Channels and their methods, as the rules want them. */
import type { App } from './app.js';
import { isCall, literalOf, walk, type RubyFile, type RubyNode } from './sources/ruby-tree.js';

export interface Method {
  readonly name: string;
  readonly line: number;
  /** A client may call it. */
  readonly isPublic: boolean;
  readonly body: readonly RubyNode[];
  /** What an action is given by the client. */
  readonly params: readonly string[];
}

export interface Channel {
  readonly file: string;
  readonly name: string;
  readonly body: readonly RubyNode[];
  readonly methods: readonly Method[];
}

/** Of the app's channels, and of the modules beside them that they are made of. */
export function channelsOf({ ruby }: App): Channel[] {
  return ruby.flatMap((file) => (/^(.*\/)?test\//.test(file.path) ? [] : channelsIn(file)));
}

function channelsIn({ path, tree }: RubyFile): Channel[] {
  return [...walk(tree)].flatMap((node) => {
    const isChannel = node.kind === 'class' && /Channel(::Base)?$/.test(node.receiver?.name ?? '');
    const isConcern = node.kind === 'module' && /(^|\/)channels\/concerns\//.test(path) && isInnermost(node);
    if (!isChannel && !isConcern) return [];
    return [{ file: path, name: node.name ?? '', body: node.children ?? [], methods: methodsOf(node.children ?? []) }];
  });
}

const isInnermost = ({ children = [] }: RubyNode): boolean =>
  !children.some(({ kind }) => kind === 'module' || kind === 'class');

/** The methods of a class's body. */
export function methodsOf(body: readonly RubyNode[]): Method[] {
  let isPublic = true;
  const methods: Method[] = [];
  const hidden = new Set<string>();
  const add = (node: RubyNode, visible: boolean): void => {
    const { name = '', line, children = [], params = [], receiver } = node;
    if (receiver === undefined) methods.push({ name, line, isPublic: visible, body: children, params });
  };
  for (const node of body) {
    if (node.kind === 'def') add(node, isPublic);
    if (!isCall(node, 'private', 'protected', 'public') || node.receiver !== undefined) continue;
    const args = node.args ?? [];
    if (args.length === 0) isPublic = node.name === 'public';
    for (const arg of args) {
      if (arg.kind === 'def') add(arg, node.name === 'public');
      else if (node.name !== 'public') hidden.add(literalOf(arg) ?? '');
    }
  }
  return methods.map((method) => (hidden.has(method.name) ? { ...method, isPublic: false } : method));
}

const callbacks = new Set(['subscribed', 'unsubscribed', 'initialize']);

/** What clients may call. */
export const actionsOf = ({ methods }: Channel): Method[] =>
  methods.filter(({ name, isPublic }) => isPublic && !callbacks.has(name));

/** The method's body, and those of the methods of its own that it calls, directly or not. */
export function reachedFrom(method: Method, methods: readonly Method[]): Method[] {
  const reached = new Set([method]);
  for (const each of reached) {
    for (const node of walk(each.body)) {
      if (node.receiver !== undefined || node.name === undefined) continue;
      const called = methods.find(({ name }) => name === node.name);
      if (called) reached.add(called);
    }
  }
  return [...reached];
}

/** What a connection is identified by, and what sounds like it. */
export function identitiesOf({ ruby }: App): (name: string) => boolean {
  const known = new Set(
    ruby
      .flatMap(({ tree }) => [...walk(tree)])
      .filter((node) => isCall(node, 'identified_by'))
      .flatMap(({ args = [] }) => args.flatMap((arg) => literalOf(arg) ?? [])),
  );
  return (name) => known.has(name) || /^(current_|signed_in_)\w+$/.test(name) || name === 'visitor';
}
