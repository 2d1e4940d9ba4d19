/**
 * Makes a drawn block look like a newly rendered one by touching only what differs, so that a selection, a scroll
 * position or the focus inside an open block outlives the next words.
 */
export function patchNode(live: ChildNode, next: ChildNode): ChildNode {
  if (live instanceof Text && next instanceof Text) {
    patchText(live, next.data);
    return live;
  }
  if (live instanceof Element && next instanceof Element && live.tagName === next.tagName) {
    patchAttributes(live, next);
    patchChildren(live, next);
    return live;
  }
  live.replaceWith(next);
  return next;
}

function patchText(live: Text, data: string): void {
  if (live.data === data) return;
  // appendData leaves ranges alone; assigning `data` would collapse a selection into the node's start.
  if (data.startsWith(live.data)) live.appendData(data.slice(live.data.length));
  else live.data = data;
}

function patchAttributes(live: Element, next: Element): void {
  for (const { name } of [...live.attributes]) if (!next.hasAttribute(name)) live.removeAttribute(name);
  for (const { name, value } of next.attributes) {
    if (live.getAttribute(name) !== value) live.setAttribute(name, value);
  }
}

function patchChildren(live: Element, next: Element): void {
  const wanted = [...next.childNodes];
  const present = [...live.childNodes];
  wanted.forEach((node, index) => {
    const old = present[index];
    if (old === undefined) live.append(node);
    else patchNode(old, node);
  });
  for (const surplus of present.slice(wanted.length)) surplus.remove();
}
