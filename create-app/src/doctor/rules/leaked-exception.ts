import { isBroadcast } from '../answers.js';
import type { Rule } from '../rule.js';
import { isCall, isWord, walk, type RubyNode } from '../sources/ruby-tree.js';

export const leakedException: Rule = {
  name: 'leaked-exception',
  why: "An exception's message is written for its developer: it names hosts, tables, keys and prompts, and here it goes to every page that listens.",
  mend: 'Report it (Rails.error.report(e)), and send a sentence of your own with a code',
  find({ ruby }) {
    return ruby.flatMap(({ path: file, tree }) =>
      [...walk(tree)]
        .filter(({ kind, name }) => kind === 'rescue' && name !== undefined)
        .flatMap(({ name = '', children = [] }) => leaksOf(name, children))
        .map(({ line }) => ({ file, line, what: "An exception's own words are sent to the page." })),
    );
  },
};

/** The broadcasts that carry words of the error, by itself or in a variable. */
function leaksOf(error: string, body: readonly RubyNode[]): RubyNode[] {
  const nodes = [...walk(body)];
  const carriers = nodes
    .filter(({ kind, target, value_node }) => kind === 'assign' && target?.kind === 'local' && value_node !== undefined)
    .filter(({ value_node }) => value_node && isSpoken(error, [value_node]))
    .map(({ target }) => target?.name ?? '');
  return nodes
    .filter(isBroadcast)
    .filter(({ args = [] }) => isSpoken(error, args) || carriers.some((name) => mentions(name, args)));
}

/** `e.message` and its like, or `#{e}`. */
function isSpoken(error: string, nodes: readonly RubyNode[]): boolean {
  return [...walk(nodes)].some((node) => {
    if (node.name === 'string_embexpr') return (node.children ?? []).some((child) => isItself(error, child));
    return (
      isCall(node, 'message', 'full_message', 'detailed_message', 'inspect', 'to_s', 'backtrace') &&
      isWord(node.receiver, error)
    );
  });
}

const isItself = (error: string, node: RubyNode): boolean =>
  isWord(node, error) || (node.kind === 'seq' && (node.children ?? []).some((child) => isItself(error, child)));

const mentions = (name: string, nodes: readonly RubyNode[]): boolean =>
  [...walk(nodes)].some((node) => isWord(node, name));
