/** Code in colours, by what the page brings: nothing of it is in this leaf, and nothing of it is trusted. */
import { create } from './allowed.js';
import type { ElementNode, VirtualNode } from './nodes.js';
import { isRun } from './nodes.js';
import type { SelectionKeeper } from './selection.js';

/** @returns the code in spans with classes, or nothing where it knows no such language. May load what it needs. */
export type Highlight = (code: string, language: string) => Promise<Node | undefined>;

/** Every code block in what is finished. */
export function* codeBlocksIn(nodes: readonly VirtualNode[]): Generator<Element> {
  for (const node of nodes) {
    if (typeof node === 'string' || isRun(node)) continue;
    const code = node.tag === 'figure' ? (node as ElementNode).node?.querySelector('pre > code') : undefined;
    if (code) yield code;
    else yield* codeBlocksIn(node.children);
  }
}

/**
 * Puts the colours in once they are there, if the words are the same: what is shown is what was written.
 * @throws TypeError where they are not, and what the highlighter throws
 */
export async function highlightCode(
  code: Element,
  highlight: Highlight,
  signal: AbortSignal,
  selection: SelectionKeeper,
): Promise<void> {
  const { textContent: text, className } = code;
  const coloured = await highlight(text, className.replace(/^language-/, ''));
  if (!coloured || signal.aborted || code.textContent !== text) return;
  // Not by `instanceof`: it may come from another document.
  if (typeof coloured.nodeType !== 'number') throw new TypeError(`it gave a ${typeof coloured}, not a Node`);
  const nodes = copied(coloured);
  if (nodes.map(({ textContent: said }) => said).join('') !== text) {
    throw new TypeError('what it gave says something else than the code, whose last line has an end');
  }
  const restore = selection.keep();
  code.replaceChildren(...nodes);
  restore();
}

/** Spans with their classes, and text; of anything else its text. */
function copied(node: Node): Node[] {
  if (node.nodeType === Node.TEXT_NODE) return [document.createTextNode(node.nodeValue ?? '')];
  const children = [...node.childNodes].flatMap((child) => copied(child));
  if (node.nodeName.toLowerCase() !== 'span') return children;
  const classes = (node as Element).getAttribute('class');
  const span = create('span', classes ? { class: classes } : {});
  span.append(...children);
  return [span];
}
