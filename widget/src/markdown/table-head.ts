/** Words whose last line will most probably be the head of a table: it is drawn as one already. */
import type { Tokens } from 'marked';
import { still } from './drawing.js';
import type { Drawn, Place, Surroundings } from './drawing.js';
import { drawWords } from './leaves.js';
import type { OpenBlock } from './open.js';
import { drawTable } from './table.js';

/** A line that begins with `|` and says something. */
const HEAD = /(?:^|\n) {0,3}(\|(?=.*[^|: \t-]).*)$/;

export function drawParagraph(
  token: Tokens.Paragraph | Tokens.Text,
  source: string,
  open: OpenBlock | undefined,
  place: Place,
  around: Surroundings,
): Drawn {
  const { text, tokens } = token;
  // marked may leave the line's end before them to nobody.
  const written = source.replace(/^\n/, '');
  const isOpen = place.isLast && /^[ \t]*\n?$/.test(written.slice(text.length)) && tokens?.[0]?.type !== 'checkbox';
  const [, head] = (isOpen && HEAD.exec(text)) || [];
  const table = head === undefined ? undefined : tableOf(head, around);
  if (head === undefined || !table) return drawWords(token, source, open, place, around);
  const start = text.length - head.length;
  const { nodes } = drawTable(table, written.slice(start), undefined, { ...place, canCut: false }, around);
  const raw = text.slice(0, start).trimEnd();
  if (raw === '') return still(nodes);
  const before = { ...token, raw, text: raw, tokens: [...around.lexWords(raw)] };
  const words = drawWords(before, text.slice(0, start), open, place, around);
  return { ...words, nodes: [...words.nodes, ...nodes] };
}

function tableOf(head: string, { lexBlocks }: Surroundings): Tokens.Table | undefined {
  const columns =
    head
      .trimEnd()
      .replace(/\|$/, '')
      .split(/(?<!\\)\|/).length - 1;
  const [table] = lexBlocks(`${head}\n${'|-'.repeat(columns)}|`);
  return table?.type === 'table' ? (table as Tokens.Table) : undefined;
}
