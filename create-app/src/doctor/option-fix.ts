import type { Fix } from './finding.js';
import type { ScriptFile, ScriptNode } from './sources/script.js';

/**
 * Gives a call the option `protocol`: in place of the one that it has, in the object that it has, or in one of its own.
 * @returns undefined where that cannot be told from the call alone
 */
export function insertOption(
  file: ScriptFile,
  call: ScriptNode,
  args: readonly ScriptNode[],
  present: ScriptNode | undefined,
  value: string,
): Fix | undefined {
  const at = (start: number, end: number, replacement: string): Fix => ({ file: file.path, start, end, replacement });
  if (present !== undefined) return at(present.start, present.end, value);
  const option = `protocol: ${value}`;
  const object = args.find(({ type }) => type === 'ObjectExpression');
  if (object !== undefined) {
    const isEmpty = (object['properties'] as unknown[]).length === 0;
    const after = object.start + 1;
    return isEmpty ? at(object.start, object.end, `{ ${option} }`) : at(after, after, ` ${option},`);
  }
  if (args.length > 1) return undefined;
  const [url] = args;
  if (url !== undefined) return at(url.end, url.end, `, { ${option} }`);
  // Between its parentheses, which hold nothing.
  const inside = file.text.lastIndexOf('(', call.end);
  return inside < call.start ? undefined : at(inside + 1, call.end - 1, `{ ${option} }`);
}
