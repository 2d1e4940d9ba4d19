import { channelsOf, identitiesOf, reachedFrom, type Channel, type Method } from '../channels.js';
import type { Remark } from '../finding.js';
import type { Rule } from '../rule.js';
import { childrenOf, isCall, literalOf, walk, type RubyNode } from '../sources/ruby-tree.js';

export const missingOwnershipCheck: Rule = {
  name: 'missing-ownership-check',
  why: 'What a page sends is chosen by whoever sits before it. A stream or a record that is found by that alone is open to every visitor, to read or to write.',
  mend: "Look it up through the visitor (current_user.conversations.find(params[:id])), or `reject` what is not the visitor's",
  find(app) {
    const isIdentity = identitiesOf(app);
    return channelsOf(app).flatMap((channel) =>
      channel.methods
        .filter(({ isPublic }) => isPublic)
        .filter((method) => !isChecked(method, channel, isIdentity))
        .flatMap((method) => openedBy(method, channel, isIdentity)),
    );
  },
};

type IsIdentity = (name: string) => boolean;

const refusals = /^(reject|authorize|authorized|allowed_to|allow|permit|policy|verify|ensure|require)\w*[!?]?$|^can\?$/;

/** Somebody is turned away, or a condition asks who it is. */
function isChecked(method: Method, { methods }: Channel, isIdentity: IsIdentity): boolean {
  return reachedFrom(method, methods)
    .flatMap(({ body }) => [...walk(body)])
    .some(
      (node) =>
        (node.kind === 'call' && refusals.test(node.name ?? '') && node.receiver === undefined) ||
        (node.test !== undefined && mentions([node.test], isIdentity)),
    );
}

/** Not a name at the end of a broadcast, but anywhere in how something is found. */
function mentions(nodes: readonly RubyNode[], isIdentity: IsIdentity): boolean {
  return [...walk(nodes)].some(({ kind, name = '' }) => (kind === 'call' || kind === 'local') && isIdentity(name));
}

function openedBy(method: Method, { file }: Channel, isIdentity: IsIdentity): Remark[] {
  const fromPage = tainted(method);
  const remarks: Remark[] = [];
  for (const node of walk(method.body)) {
    const args = node.args ?? [];
    if (!args.some((arg) => fromPage(arg)) || mentions([node], isIdentity)) continue;
    if (isCall(node, 'stream_from', 'stream_for') && node.receiver === undefined) {
      remarks.push({
        file,
        line: node.line,
        what: 'The page chooses this stream, and nobody asks whether it may hear it.',
      });
    } else if (isRecord(node) && !remarks.some(({ line }) => line === node.line)) {
      const what = `${node.receiver?.name}.${node.name} takes what the page sends, and nobody asks whose it is.`;
      remarks.push({ file, line: node.line, what });
    }
  }
  return remarks;
}

const lookups =
  /^(find|find_by!?|find_or_\w+!?|where|create!?|new|update!?|upsert|insert|destroy|delete|take|exists\?)$/;
/** `Message.create!`: on the model itself, not through somebody's association. */
const isRecord = ({ kind, name = '', receiver }: RubyNode): boolean =>
  kind === 'call' && lookups.test(name) && receiver?.kind === 'const';

/** Whether a piece of Ruby holds an id that came from the page, by itself or in a variable. */
function tainted({ body, params: [data] }: Method): (node: RubyNode) => boolean {
  const isSource = (node: RubyNode): boolean => {
    if (!isCall(node, '[]', 'fetch', 'dig', 'require') || node.receiver === undefined) return false;
    const of = node.receiver.name;
    if (of !== 'params' && of !== data) return false;
    // Words are no claim to anything; what is looked up by is.
    return of === 'params' || /(^|_)(id|uuid|key|slug|token)s?$/.test(literalOf(node.args?.[0]) ?? '');
  };
  const holders = new Set<string>();
  const holds = (node: RubyNode): boolean =>
    isSource(node) ||
    (node.kind === 'local' && holders.has(node.name ?? '')) ||
    childrenOf(node).some((child) => holds(child));
  for (const node of walk(body)) {
    if (node.kind === 'assign' && node.target?.kind === 'local' && node.value_node && holds(node.value_node)) {
      holders.add(node.target.name ?? '');
    }
  }
  return holds;
}
