/**
 * Makes live nodes look like what is described, by touching only what differs, so that a selection, a scroll position
 * or the focus inside an open block outlives the next words. What is settled is stepped over, not compared.
 */
import { create } from './allowed.js';
import type { ElementNode, InlineNode, RunNode, VirtualNode } from './nodes.js';
import { isRun } from './nodes.js';

/** A longer text goes on in a node of its own: adding to a text copies it. */
const MAX_TEXT = 4_096;

/** The children of `parent` that come after `after` become `wanted`. */
export function patchChildren(parent: Element, after: ChildNode | undefined, wanted: readonly VirtualNode[]): void {
  let cursor = new Cursor(parent, after).draw(wanted);
  while (cursor) {
    const next = cursor.nextSibling;
    cursor.remove();
    cursor = next;
  }
}

class Cursor {
  readonly #parent: Element;
  #at: ChildNode | null;

  constructor(parent: Element, after: ChildNode | undefined) {
    this.#parent = parent;
    this.#at = after ? after.nextSibling : parent.firstChild;
  }

  /** @returns what comes after all of them. */
  draw(wanted: readonly VirtualNode[]): ChildNode | null {
    for (const node of wanted) {
      if (typeof node === 'string') this.#text(node, 0);
      else if (isRun(node)) this.#run(node);
      else this.#element(node);
    }
    return this.#at;
  }

  #run(run: RunNode): void {
    const live = this.#at;
    if (live instanceof Element && (run.after ? run.after.parentNode === live : run.text > 0)) {
      // The underline that made a heading of them was none.
      this.#at = live.firstChild;
      live.replaceWith(...live.childNodes);
    }
    // What they came after may have stayed where it was when an underline made a heading of them.
    const before = run.after?.parentNode === this.#parent ? run.after : undefined;
    if (before) this.#at = before.nextSibling;
    let { text } = run;
    let after = before ?? (this.#at ? this.#at.previousSibling : this.#parent.lastChild) ?? undefined;
    // What a late definition may draw again needs nodes of its own.
    if (text > 0 && ((run.settledSource + run.source).includes(']') || text > MAX_TEXT)) {
      after = this.#text('', text);
      text = 0;
    }
    const { settled, children } = run;
    const last = settled[settled.length - 1];
    const [first] = children;
    // The words go on in the same text where they can.
    const goesOn = typeof last === 'string' && !run.settledSource.includes(']');
    const shared = goesOn && typeof first === 'string' ? [last + first] : undefined;
    const wanted = shared ? [...settled.slice(0, -1), ...shared, ...children.slice(1)] : [...settled, ...children];
    const nodes = this.#inlines(wanted, text);
    const count = settled.length;
    run.nodes = nodes.slice(0, count);
    run.openNodes = nodes.slice(count);
    run.last = (this.#at ? this.#at.previousSibling : this.#parent.lastChild) ?? undefined;
    if (count === 0) run.next = { after, text };
    else if (!goesOn) run.next = { after: nodes[count - 1], text: 0 };
    else run.next = { after: nodes[count - 2] ?? after, text: (count === 1 ? text : 0) + last.length };
  }

  /** @param text how much of the first text is settled. */
  #inlines(wanted: readonly InlineNode[], text: number): ChildNode[] {
    const nodes: ChildNode[] = [];
    wanted.forEach((node, index) => {
      const kept = index === 0 ? text : 0;
      if (typeof node === 'string') nodes.push(this.#text(node, kept));
      else {
        if (kept > 0) this.#text('', kept);
        nodes.push(this.#element(node));
      }
    });
    if (wanted.length === 0 && text > 0) this.#text('', text);
    return nodes;
  }

  #text(data: string, kept: number): Text {
    const live = this.#at;
    if (!(live instanceof Text)) {
      const made = document.createTextNode(data);
      this.#parent.insertBefore(made, live);
      return made;
    }
    const old = live.data;
    const grown = kept + data.length - old.length;
    // appendData leaves ranges alone; assigning `data` would collapse a selection into the node's start.
    if (grown >= 0 && data.startsWith(kept === 0 ? old : old.slice(kept))) {
      if (grown > 0) live.appendData(data.slice(data.length - grown));
    } else {
      // An end that was only presumed, as a line's, goes; the words before it stay.
      let same = 0;
      while (same < data.length && old[kept + same] === data[same]) same++;
      live.replaceData(kept + same, old.length, data.slice(same));
    }
    this.#at = live.nextSibling;
    return live;
  }

  /** What is settled of these words stands here by itself. */
  #isHere(node: VirtualNode): boolean {
    if (typeof node === 'string' || !isRun(node)) return false;
    return node.after ? node.after.parentNode === this.#parent : node.text > 0 && this.#at instanceof Text;
  }

  #element(wanted: ElementNode): Element {
    const live = this.#at;
    if (live instanceof Element && live.localName === wanted.tag) {
      wanted.node = live;
      // What a button shows of a click is not ours to undo.
      if (wanted.tag !== 'button') {
        patchAttributes(live, wanted.attributes);
        patchChildren(live, wanted.after, wanted.children);
      }
      this.#at = live.nextSibling;
      return live;
    }
    // Filled before it is in the page, which looks at each change of what it holds.
    let made: Element;
    if (wanted.after || wanted.children.some((node) => isPartlySettled(node))) {
      made = create(wanted.tag, wanted.attributes);
      wanted.node = made;
      // An underline made a heading of a paragraph, or of the words that an item ends with: what is settled moves along.
      if (wanted.children.some((node) => this.#isHere(node))) {
        this.#parent.insertBefore(made, live);
        while (made.nextSibling) made.append(made.nextSibling);
        patchChildren(made, wanted.after, wanted.children);
        this.#at = null;
        return made;
      }
      if (live instanceof Element) made.append(...live.childNodes);
      patchChildren(made, wanted.after, wanted.children);
    } else made = build(wanted);
    if (live instanceof Element) {
      live.replaceWith(made);
      this.#at = made.nextSibling;
    } else this.#parent.insertBefore(made, live);
    return made;
  }
}

/** Makes an element of which nothing is there yet: there is nothing to compare. */
function build(wanted: ElementNode): Element {
  const made = create(wanted.tag, wanted.attributes);
  wanted.node = made;
  for (const node of wanted.children) {
    // What is settled of words at once joins what is not.
    if (typeof node !== 'string' && isRun(node) && node.settled.length > 0) {
      patchChildren(made, made.lastChild ?? undefined, [node]);
    } else if (typeof node !== 'string' && isRun(node)) {
      node.next = { after: made.lastChild ?? undefined, text: 0 };
      node.nodes = [];
      node.openNodes = node.children.map((child) => made.appendChild(buildInline(child)));
      node.last = made.lastChild ?? undefined;
    } else made.append(buildInline(node));
  }
  return made;
}

function buildInline(node: InlineNode): ChildNode {
  return typeof node === 'string' ? document.createTextNode(node) : build(node);
}

function isPartlySettled(node: VirtualNode): boolean {
  return typeof node !== 'string' && isRun(node) && (node.after !== undefined || node.text > 0);
}

export function patchAttributes(live: Element, wanted: Readonly<Record<string, string>>): void {
  let count = 0;
  for (const name in wanted) {
    count++;
    if (live.getAttribute(name) !== wanted[name]) live.setAttribute(name, wanted[name] ?? '');
  }
  if (live.attributes.length === count) return;
  for (const { name } of [...live.attributes]) if (!(name in wanted)) live.removeAttribute(name);
}
