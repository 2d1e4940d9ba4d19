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

/** A node that moves loses what is selected in it. @returns what selects it again. */
export function keepSelection(node: Node): () => void {
  const range = selectedRange(node);
  if (!range || !(node.contains(range.startContainer) || node.contains(range.endContainer))) return () => undefined;
  const { startContainer, startOffset, endContainer, endOffset } = range;
  const selection = document.getSelection();
  const isBackward = selection?.direction === 'backward';
  return () => {
    if (isBackward) selection?.setBaseAndExtent(endContainer, endOffset, startContainer, startOffset);
    else selection?.setBaseAndExtent(startContainer, startOffset, endContainer, endOffset);
  };
}
