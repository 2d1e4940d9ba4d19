/** A list that turns out to be loose when some of it is drawn: its words get paragraphs. */
import { create } from './allowed.js';
import type { OpenList } from './open.js';

const BLOCKS = new Set(['P', 'UL', 'OL', 'BLOCKQUOTE', 'FIGURE', 'DIV', 'HR', 'H1', 'H2', 'H3', 'H4', 'H5', 'H6']);

/** @returns how many drawn items it touched. */
export function loosen(list: OpenList): number {
  const { element, item: open } = list;
  if (!element) return 0;
  let touched = 0;
  let isSettled = list.after !== undefined;
  for (const item of element.children) {
    if (isSettled) {
      touched++;
      wrapWords(item);
      isSettled = item !== list.after;
      continue;
    }
    // The one that goes on; what is not settled is drawn again in any case.
    if (!open) break;
    const { block } = open;
    const words = block?.type === 'text' ? block : undefined;
    const first = open.after ? open.after.nextSibling : item.firstChild;
    const before = open.after;
    wrapWords(item);
    const paragraph = words && first?.parentElement !== item ? first?.parentElement : undefined;
    if (words && paragraph) {
      // A task's box is in the paragraph now, before the words.
      if (before?.parentElement === paragraph) words.after ??= before;
      if (words.after?.parentElement !== paragraph) words.after = undefined;
      open.after = paragraph.previousSibling ?? undefined;
    } else if (before && before.parentElement !== item) open.after = before.parentElement ?? undefined;
    break;
  }
  list.loose = true;
  return touched;
}

function wrapWords(item: Element): void {
  let paragraph: Element | undefined;
  for (const node of [...item.childNodes]) {
    if (node instanceof Element && BLOCKS.has(node.tagName)) {
      paragraph = undefined;
      continue;
    }
    if (!paragraph) {
      paragraph = create('p');
      node.before(paragraph);
    }
    paragraph.append(node);
  }
}
