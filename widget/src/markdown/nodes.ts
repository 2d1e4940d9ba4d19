/**
 * What the page should hold, before it holds it: light descriptions that `patch` compares with the live nodes, so that
 * text that only grew costs one `appendData` and no element.
 */
import type { AllowedTag } from './allowed.js';

export type Attributes = Readonly<Record<string, string>>;

export interface ElementNode {
  readonly tag: AllowedTag;
  readonly attributes: Attributes;
  readonly children: readonly VirtualNode[];
  /** The last child that is settled: what comes before it, and itself, is not looked at. */
  readonly after: ChildNode | undefined;
  /** Set once it is drawn. */
  node?: Element;
}

export type InlineNode = string | ElementNode;

/** The words of one block, or a part of them: what a late definition draws again. */
export interface RunNode {
  /** The markdown that `settled` and `children` come from. */
  readonly source: string;
  /** The last node of these words that settled earlier. */
  readonly after: ChildNode | undefined;
  /** How many characters of the text node after that one settled earlier. */
  readonly text: number;
  /** What settles now: cannot change any more, but for a definition. */
  readonly settled: readonly InlineNode[];
  readonly settledSource: string;
  readonly children: readonly InlineNode[];
  /** Set by `patch`: where the next part begins, once `settled` is settled. */
  next?: { readonly after: ChildNode | undefined; readonly text: number };
  /** Set by `patch`: the nodes of `settled`, and of `children`. */
  nodes?: readonly ChildNode[];
  openNodes?: readonly ChildNode[];
  /** Set by `patch`: what they end with, which may have settled earlier. */
  last?: ChildNode | undefined;
}

export type VirtualNode = InlineNode | RunNode;

export function element(
  tag: AllowedTag,
  attributes: Attributes,
  children: readonly VirtualNode[],
  after?: ChildNode,
): ElementNode {
  return { tag, attributes, children, after };
}

export function run(source: string, children: readonly InlineNode[]): RunNode {
  return { source, after: undefined, text: 0, settled: [], settledSource: '', children };
}

export function isRun(node: VirtualNode): node is RunNode {
  return typeof node !== 'string' && 'settled' in node;
}

/** Texts beside each other are one text. */
export function joined(nodes: readonly InlineNode[]): InlineNode[] {
  const result: InlineNode[] = [];
  for (const node of nodes) {
    const last = result[result.length - 1];
    if (typeof node === 'string' && typeof last === 'string') result[result.length - 1] = last + node;
    else if (node !== '') result.push(node);
  }
  return result;
}

export function textOf(nodes: readonly VirtualNode[]): string {
  return nodes
    .map((node) => {
      if (typeof node === 'string') return node;
      return isRun(node) ? textOf(node.settled) + textOf(node.children) : textOf(node.children);
    })
    .join('');
}
