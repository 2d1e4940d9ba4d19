/** What the visitor has selected, also inside a shadow root, which the document's own selection does not name. */

/** @returns the ends of what is selected, in the order of the document, as far as `node`'s shadow root shows them. */
export function selectedRange(node: Node): AbstractRange | undefined {
  const selection = document.getSelection();
  if (!selection?.rangeCount) return undefined;
  const root = node.getRootNode();
  const shadowRoots = root instanceof ShadowRoot ? [root] : [];
  // Browsers that lack this name the nodes inside anyway.
  return selection.getComposedRanges?.({ shadowRoots })[0] ?? selection.getRangeAt(0);
}

/** Asking for the selection makes the browser lay out the page; it is asked again only after one of these. */
let changes = 0;
let isListening = false;

function listen(): void {
  if (isListening) return;
  isListening = true;
  document.addEventListener('selectionchange', () => changes++);
}

/** So many characters of what is selected tell where it begins and ends. */
const CONTEXT = 32;

type End = readonly [node: Node, offset: number];

/** An end by its words: so many characters after the beginning of a child of the container. */
interface Place {
  readonly child: number;
  readonly characters: number;
}

/** Brings back what was selected and what had the focus in a container whose nodes are exchanged for others. */
export class SelectionKeeper {
  readonly #container: Element;
  #seen = -1;
  #isSelected = false;

  constructor(container: Element) {
    listen();
    this.#container = container;
  }

  /** @returns what is to be called once the nodes are exchanged. */
  keep(): () => void {
    const refocus = this.#focus();
    const reselect = this.#select();
    return () => {
      reselect?.();
      refocus?.();
    };
  }

  #focus(): (() => void) | undefined {
    const root = this.#container.getRootNode() as Document | ShadowRoot;
    const active = root.activeElement;
    if (!active || !this.#container.contains(active) || active === this.#container) return undefined;
    const { localName } = active;
    const href = active.getAttribute('href');
    const alike = () =>
      [...this.#container.querySelectorAll<HTMLElement>(localName)].filter((one) => one.getAttribute('href') === href);
    const index = alike().indexOf(active as HTMLElement);
    return () => {
      if (root.activeElement !== active) alike()[index]?.focus({ preventScroll: true });
    };
  }

  #select(): (() => void) | undefined {
    if (this.#seen === changes && !this.#isSelected) return undefined;
    this.#seen = changes;
    const container = this.#container;
    const range = selectedRange(container);
    const ends: readonly End[] = range
      ? [
          [range.startContainer, range.startOffset],
          [range.endContainer, range.endOffset],
        ]
      : [];
    const places = ends.map((end, index) => this.#place(end, index === 0));
    this.#isSelected = range?.collapsed === false && places.some((place) => place !== undefined);
    if (!range || !this.#isSelected) return undefined;
    const words = textBetween(ends[0] as End, ends[1] as End);
    const isBackward = document.getSelection()?.direction === 'backward';
    return () => {
      const now = selectedRange(container);
      const [from, to] = ends as readonly [End, End];
      const isSame = now?.startContainer === from[0] && now.endContainer === to[0];
      if (isSame && now.startOffset === from[1] && now.endOffset === to[1] && textBetween(from, to) === words) return;
      const start = places[0] ? this.#end(places[0], words.slice(0, CONTEXT), true) : from;
      const end = places[1] ? this.#end(places[1], words.slice(-CONTEXT), false) : to;
      if (!start || !end) return;
      const [base, extent] = isBackward ? [end, start] : [start, end];
      document.getSelection()?.setBaseAndExtent(...base, ...extent);
    };
  }

  /** @param isStart its words come after it, not before it */
  #place([node, offset]: End, isStart: boolean): Place | undefined {
    const container = this.#container;
    if (node === container || !container.contains(node)) return undefined;
    let child: Node = node;
    while (child.parentNode !== container) child = child.parentNode as Node;
    const children = [...container.childNodes];
    const lengths = (index: number): number => children[index]?.textContent?.length ?? 0;
    let characters = textBetween([child, 0], [node, offset]).length;
    let index = children.indexOf(child as ChildNode);
    // A click that selects a paragraph ends before the next one.
    if (isStart) for (; characters >= lengths(index) && index < children.length - 1; characters = 0) index++;
    else for (; characters === 0 && index > 0; characters = lengths(index)) index--;
    return { child: index, characters };
  }

  /**
   * Where the words are that are nearest to where they were: markers may have come or gone before them.
   * @param isStart their beginning, not their end
   */
  #end(place: Place, words: string, isStart: boolean): End | undefined {
    const { child, characters } = place;
    const top = this.#container.childNodes[child];
    if (!top) return undefined;
    const found = nearest(top.textContent ?? '', words, isStart ? characters : characters - words.length);
    if (found === undefined) return words.length > 1 ? this.#end(place, halfOf(words, isStart), isStart) : undefined;
    const walker = document.createTreeWalker(top, NodeFilter.SHOW_TEXT);
    let left = isStart ? found : found + words.length;
    for (let text = top instanceof Text ? top : walker.nextNode(); text; text = walker.nextNode()) {
      const { length } = text as Text;
      if (isStart ? left < length : left <= length) return [text, left];
      left -= length;
    }
    return undefined;
  }
}

function nearest(said: string, words: string, wanted: number): number | undefined {
  const before = said.lastIndexOf(words, wanted);
  const after = said.indexOf(words, wanted);
  if (after === -1) return before === -1 ? undefined : before;
  return before !== -1 && wanted - before < after - wanted ? before : after;
}

/** Of the words, those that are next to the end in question. */
function halfOf(words: string, isStart: boolean): string {
  const half = words.length >> 1;
  return isStart ? words.slice(0, half) : words.slice(-half);
}

function textBetween(start: End, end: End): string {
  const range = document.createRange();
  range.setStart(...start);
  range.setEnd(...end);
  return range.toString();
}
