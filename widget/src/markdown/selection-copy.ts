/**
 * Copying a part of what is drawn, as what it says: words for a plain field, markup without our frames and buttons, and
 * markdown. What reaches beyond the container is copied by the browser.
 */
import { create } from './allowed.js';
import { selectedRange } from './selection.js';
import { written } from './written.js';

const KEPT = /^(?:href|title|src|alt|align|start|dir|type|checked|disabled)$/;

/** A selection within one of these is some words, and not a block. */
const HOLDS_WORDS = 'p, h1, h2, h3, h4, h5, h6, li, td, th, blockquote, figure';

/** Listens until `signal` is aborted. */
export function enableSelectionCopy(container: Element, headingOffset: number, signal: AbortSignal): void {
  container.addEventListener(
    'copy',
    (event) => {
      const data = (event as ClipboardEvent).clipboardData;
      const range = rangeWithin(container);
      if (!data || !range || event.defaultPrevented) return;
      const part = copyOf(range, container);
      data.setData('text/plain', written(part, headingOffset, false));
      data.setData('text/html', part.innerHTML);
      data.setData('text/markdown', written(part, headingOffset, true));
      event.preventDefault();
    },
    { signal },
  );
}

/** What is selected, if it is all in the container; where it ends before the first words after it, it is. */
function rangeWithin(container: Element): Range | undefined {
  const selected = selectedRange(container);
  if (!selected || selected.collapsed) return undefined;
  const range = document.createRange();
  range.setStart(selected.startContainer, selected.startOffset);
  range.setEnd(selected.endContainer, selected.endOffset);
  if (!container.contains(range.startContainer)) return undefined;
  if (!container.contains(range.endContainer)) {
    const rest = range.cloneRange();
    rest.setStartAfter(container);
    if (rest.toString().trim() !== '') return undefined;
    range.setEnd(container, container.childNodes.length);
  }
  shrink(range, container);
  return range.toString().trim() === '' ? undefined : range;
}

/** What is only touched, as the block after one that is clicked three times, is not selected. */
function shrink(range: Range, container: Element): void {
  const walker = document.createTreeWalker(container);
  const says = (node: Node): boolean =>
    !node.firstChild && node.textContent?.trim() !== '' && !node.parentElement?.closest('figcaption');
  const { startContainer: start, startOffset } = range;
  if (start instanceof Text && start.data.slice(startOffset).trim() === '') {
    walker.currentNode = start;
    let next = walker.nextNode();
    while (next && !says(next)) next = walker.nextNode();
    if (next) range.setStart(next, 0);
  }
  if (range.endOffset === 0) {
    walker.currentNode = range.endContainer;
    let last = walker.previousNode();
    while (last && !says(last)) last = walker.previousNode();
    if (last) range.setEnd(last, last instanceof Text ? last.length : 0);
  }
}

function copyOf(range: Range, container: Element): Element {
  const box = create('div');
  box.append(range.cloneContents());
  let at: Node | null = range.commonAncestorContainer;
  for (; at instanceof Node && at !== container; at = at.parentNode) {
    if (!(at instanceof Element)) continue;
    // Some words of a line of code are no block of code.
    if (at.matches(HOLDS_WORDS) || (at.localName === 'pre' && !box.textContent.includes('\n'))) break;
    const shell = at.cloneNode() as Element;
    shell.append(...box.childNodes);
    box.append(shell);
  }
  renumber(box, range, at);
  for (const element of box.querySelectorAll('*')) {
    if (element.localName === 'figcaption') element.remove();
    else if (element.matches('figure, div')) element.replaceWith(...element.childNodes);
    else {
      for (const { name } of [...element.attributes]) {
        if (!KEPT.test(name) && !(name === 'class' && element.matches('code, a, span, p')))
          element.removeAttribute(name);
      }
    }
  }
  return box;
}

/** Numbered lists whose first items are left out go on counting. */
function renumber(box: Element, range: Range, top: Node | null): void {
  const lists: [HTMLOListElement, number][] = [];
  let child: Node | undefined = range.startContainer.childNodes[range.startOffset];
  for (let at: Node | null = range.startContainer; at && at !== top; at = at.parentNode) {
    if (at instanceof HTMLOListElement) lists.push([at, [...at.childNodes].indexOf(child as ChildNode)]);
    child = at;
  }
  for (let at: Node | null = box; at; at = at.firstChild) {
    if (!(at instanceof HTMLOListElement)) continue;
    const [live, index] = lists.pop() ?? [at, 0];
    if (index > 0) at.start = live.start + index;
  }
}
