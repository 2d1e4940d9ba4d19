/** What is selected, through shadow roots that the document's own selection does not look into. */
export function selectedText(root: Node): string {
  const inside = root.getRootNode();
  const [range] =
    getSelection()?.getComposedRanges({ shadowRoots: inside instanceof ShadowRoot ? [inside] : [] }) ?? [];
  if (!range) return '';
  const live = document.createRange();
  live.setStart(range.startContainer, range.startOffset);
  live.setEnd(range.endContainer, range.endOffset);
  return live.toString();
}

/** The text node under `root` that holds these words, and where in it they begin. */
export function wordsIn(root: Node, words: string): [Text, number] {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode as Text;
    const at = text.data.indexOf(words);
    if (at !== -1) return [text, at];
  }
  throw new Error(`no words: ${words}`);
}

/** Selects, and waits until the page has been told. */
export async function selectBetween(base: readonly [Node, number], extent: readonly [Node, number]): Promise<void> {
  const told = new Promise((resolve) => document.addEventListener('selectionchange', resolve, { once: true }));
  getSelection()?.setBaseAndExtent(...base, ...extent);
  await told;
}

export async function select(root: Node, words: string): Promise<void> {
  const [text, at] = wordsIn(root, words);
  await selectBetween([text, at], [text, at + words.length]);
}
