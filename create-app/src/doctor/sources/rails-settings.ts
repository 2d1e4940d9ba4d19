import { chainOf, literalOf, walk, type RubyFile } from './ruby-tree.js';
import { canonical, fromVariable, type Setting } from './setting.js';

/** What Ruby sets itself: `AnyCable.config.x = …`, in a block of `AnyCable.configure`, and `ENV["ANYCABLE_X"] ||= …`. */
export function readRails({ path, tree }: RubyFile): Setting[] {
  const found: Setting[] = [];
  const blocks = [...walk(tree)].filter(
    ({ kind, name, receiver }) => kind === 'call' && name === 'configure' && receiver?.name === 'AnyCable',
  );
  const scopes = blocks.flatMap(({ block }) => (block ? [block] : []));
  const add = (line: number, name: string, value: string | undefined, written: string, side: Setting['side']): void =>
    void found.push({ file: path, line, name, value, written, side });
  for (const { params, body } of scopes) {
    for (const node of walk(body)) {
      if (node.kind === 'assign' && node.name && node.receiver?.name === params[0]) {
        add(node.line, canonical(node.name), literalOf(node.value_node), `config.${node.name}`, 'rails');
      }
    }
  }
  for (const node of walk(tree)) {
    if (node.kind !== 'assign' || node.name === undefined) continue;
    const chain = chainOf(node.receiver);
    if (chain.join('.') === 'AnyCable.config') {
      add(node.line, canonical(node.name), literalOf(node.value_node), `AnyCable.config.${node.name}`, 'rails');
    }
    const variable = node.name === '[]' && chain[0] === 'ENV' ? literalOf(node.args?.[0]) : undefined;
    const name = variable === undefined ? undefined : fromVariable(variable);
    // A script in bin hands it on to what it starts.
    if (variable && name)
      add(node.line, name, literalOf(node.value_node), variable, path.startsWith('bin/') ? 'both' : 'rails');
  }
  return found;
}
