/**
 * Finished words whose links a late definition made → those words anew. Every text that stays is the same node as
 * before, so that a selection in it and the focus on a link beside it outlive the change.
 */
import { create } from './allowed.js';
import type { InlineNode, VirtualNode } from './nodes.js';
import { isRun, textOf } from './nodes.js';
import { patchAttributes } from './patch.js';

/** So many changes to words that are laid out cost the browser their square: they are made out of the page. */
const MANY = 64;

/** Nodes beside each other become `wanted`; @returns what stands in their place. */
export function redraw(nodes: readonly ChildNode[], wanted: readonly InlineNode[]): ChildNode[] {
  const [first] = nodes;
  const parent = first?.parentElement;
  if (!first || !parent) return [];
  const end = nodes[nodes.length - 1]?.nextSibling ?? null;
  const draw = () => new Redrawing(nodes).draw(parent, first.previousSibling, end, wanted);
  if (wanted.length < MANY) return draw();
  const { parentNode, nextSibling } = parent;
  parent.remove();
  const made = draw();
  parentNode?.insertBefore(parent, nextSibling);
  return made;
}

class Redrawing {
  /** What is not drawn again yet, in the order of the page. */
  readonly #texts: Text[];

  constructor(nodes: readonly Node[]) {
    this.#texts = nodes.flatMap((node) => textsIn(node));
  }

  /** What stands between `after` and `end` becomes `wanted`. */
  draw(parent: Element, after: ChildNode | null, end: ChildNode | null, wanted: readonly VirtualNode[]): ChildNode[] {
    const made: ChildNode[] = [];
    // Not kept: a text that moves into a new link may be the next node.
    const next = (): ChildNode | null => (after ? after.nextSibling : parent.firstChild);
    const dropUntil = (node: ChildNode | null): void => {
      for (let passed = next(); passed && passed !== node; passed = next()) passed.remove();
    };
    for (const node of wanted) {
      let drawn: ChildNode;
      if (typeof node === 'string') {
        drawn = this.#claim(node);
        if (drawn.parentNode === parent) dropUntil(drawn);
        else parent.insertBefore(drawn, next());
      } else if (isRun(node)) continue;
      else {
        let live = next();
        while (live !== end && live instanceof Text) live = live.nextSibling;
        if (
          live !== end &&
          live instanceof Element &&
          live.localName === node.tag &&
          live.textContent === textOf([node])
        ) {
          dropUntil(live);
          patchAttributes(live, node.attributes);
          drawn = live;
        } else drawn = parent.insertBefore(create(node.tag, node.attributes), next());
        this.draw(drawn as Element, null, null, node.children);
      }
      made.push((after = drawn));
    }
    dropUntil(end);
    return made;
  }

  /** The next text that says this, parted from what is around it; one of its own if none does. */
  #claim(data: string): Text {
    const index = this.#texts.findIndex((text) => text.data.includes(data));
    const text = this.#texts[index];
    if (!text) return document.createTextNode(data);
    // What comes before is gone. Ranges follow the words that stay, and those that are split off.
    text.deleteData(0, text.data.indexOf(data));
    const rest = text.length > data.length ? [text.splitText(data.length)] : [];
    this.#texts.splice(0, index + 1, ...rest);
    return text;
  }
}

function textsIn(node: Node): Text[] {
  return node instanceof Text ? [node] : [...node.childNodes].flatMap((child) => textsIn(child));
}
