import type { App } from '../app.js';
import { channelsOf } from '../channels.js';
import type { Rule } from '../rule.js';
import { isCall, isWord, literalOf, walk } from '../sources/ruby-tree.js';
import { callsOf, isScriptNode, propertyOf, textOf, type ScriptNode } from '../sources/script.js';

export const paramsMismatch: Rule = {
  name: 'params-mismatch',
  why: 'Parameters arrive under the names that the page gives them. Under another name the channel reads nil: every page gets the same stream, or none.',
  mend: 'The same name on both sides: { room_id: … }',
  find(app) {
    const read = readParams(app);
    return app.scripts.flatMap((file) =>
      callsOf(file).flatMap(({ name, args, line }) => {
        const [first, second] = args;
        const isCreate = name === 'create' && first?.type === 'ObjectExpression';
        const channel = isCreate ? propertyOf(first, 'channel') : name === 'subscribeTo' ? first : undefined;
        const given = isCreate ? first : second;
        if (channel === undefined || channel === 'unknown' || given?.type !== 'ObjectExpression') return [];
        const keys = keysOf(given);
        return [...(read.get(textOf(channel) ?? '') ?? [])]
          .filter((param) => keys !== undefined && !keys.has(param) && keys.has(camel(param)))
          .map((param) => ({
            file: file.path,
            line,
            what: `The page sends ${camel(param)}, and ${textOf(channel)} reads ${param}.`,
          }));
      }),
    );
  },
};

/** What each channel reads of its parameters. */
function readParams(app: App): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map(
    channelsOf(app).map(({ name, body }) => [
      name,
      new Set(
        [...walk(body)]
          .filter((node) => isCall(node, '[]', 'fetch', 'dig') && isWord(node.receiver, 'params'))
          .flatMap(({ args = [] }) => literalOf(args[0]) ?? []),
      ),
    ]),
  );
}

const camel = (name: string): string => name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** Undefined where some come from elsewhere. */
function keysOf(object: ScriptNode): ReadonlySet<string> | undefined {
  const properties = (object['properties'] as unknown[]).filter(isScriptNode);
  if (properties.some(({ type }) => type === 'SpreadElement')) return undefined;
  return new Set(
    properties.flatMap((property) => {
      const key = property['key'];
      return isScriptNode(key) ? [String(key['name'] ?? key['value'])] : [];
    }),
  );
}
