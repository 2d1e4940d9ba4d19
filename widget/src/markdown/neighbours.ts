/** Links whose words and the words beside them name a place that neither names alone: `bank.[example](https://a.example)`. */
import type { InlineNode } from './nodes.js';
import { element } from './nodes.js';
import { unstatedDestination } from './url-policy.js';

/** What may be a part of a host's name; scripts that write words without spaces between them are left out. */
const PART = '[\\p{Script=Latin}\\p{Script=Cyrillic}\\p{Script=Greek}\\p{N}.\\u00b7-]{0,64}';
const BEFORE = new RegExp(`${PART}$`, 'u');
const AFTER = new RegExp(`^${PART}`, 'u');

interface LinkInText {
  readonly href: string;
  readonly start: number;
  readonly end: number;
}

/** Where a link leads, for those who read. */
export function destination(place: string | undefined): InlineNode[] {
  return place === undefined || place === '' ? [] : [element('span', { class: 'destination' }, [` (${place})`])];
}

/** The words of one block, with what has to be said of its links. */
export function withNeighbours(nodes: InlineNode[]): InlineNode[] {
  const links = new Map<InlineNode, LinkInText>();
  const text = readInto(links, nodes, 0);
  const places = new Map<InlineNode, string>();
  for (const [node, { href, start, end }] of links) {
    const [before = ''] = BEFORE.exec(text.slice(Math.max(0, start - 64), start)) ?? [];
    const [after = ''] = AFTER.exec(text.slice(end, end + 64)) ?? [];
    const place = before + after && unstatedDestination(new URL(href), before + text.slice(start, end) + after);
    if (place) places.set(node, place);
  }
  return places.size === 0 ? nodes : withPlaces(nodes, places);
}

/** @returns the words; `links` gets those whose place is not said yet. */
function readInto(links: Map<InlineNode, LinkInText>, nodes: readonly InlineNode[], from: number): string {
  let text = '';
  nodes.forEach((node, index) => {
    if (typeof node === 'string') text += node;
    else if (node.tag === 'br') text += '\n';
    else {
      const start = from + text.length;
      text += readInto(links, node.children as readonly InlineNode[], start);
      const { href } = node.attributes;
      if (href !== undefined && !isDestination(nodes[index + 1]))
        links.set(node, { href, start, end: from + text.length });
    }
  });
  return text;
}

function isDestination(node: InlineNode | undefined): boolean {
  return typeof node === 'object' && node.attributes['class'] === 'destination';
}

function withPlaces(nodes: readonly InlineNode[], places: ReadonlyMap<InlineNode, string>): InlineNode[] {
  return nodes.flatMap((node) => {
    if (typeof node === 'string') return [node];
    const children = withPlaces(node.children as readonly InlineNode[], places);
    return [{ ...node, children }, ...destination(places.get(node))];
  });
}
