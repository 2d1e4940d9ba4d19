/** Whether a text is on the page, by its markers: `q`, a number, `x`. */
const MARKER = /q\d+x/g;

/** The markers of a text, in order. One that may not be complete yet, at the very end, does not count. */
export function markersOf(text: string): readonly string[] {
  return text.match(MARKER) ?? [];
}

/**
 * Whether this is in the last text below a node. Read from the end, so that it costs the same however long the text is:
 * what is measured must not be this.
 */
export function endsWith(root: Node, marker: string): boolean {
  let tail = '';
  for (
    let node: Node | null = lastIn(root);
    node !== null && node !== root && tail.length < 2000;
    node = before(node, root)
  ) {
    if (!(node instanceof Text)) continue;
    // The data of a long node would be copied whole.
    const take = Math.min(node.length, 1000);
    tail = node.substringData(node.length - take, take) + tail;
    if (tail.includes(marker)) return true;
  }
  return false;
}

/** The first marker that is missing or out of place in all that is below a node; undefined where there is none. */
export function firstMissing(root: Node, expected: readonly string[]): string | undefined {
  const shown = markersOf(root.textContent ?? '');
  const wrong = expected.findIndex((marker, index) => shown[index] !== marker);
  if (wrong >= 0) return expected[wrong];
  return shown.length > expected.length ? `${shown[expected.length]} is there once too often` : undefined;
}

function lastIn(node: Node): Node {
  let last = node;
  while (last.lastChild !== null) last = last.lastChild;
  return last;
}

function before(node: Node, root: Node): Node | null {
  if (node === root) return null;
  return node.previousSibling === null ? node.parentNode : lastIn(node.previousSibling);
}
