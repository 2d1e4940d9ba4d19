/** marked's tables → what the page should hold, and which of their rows are settled. */
import type { Tokens } from 'marked';
import { withoutOpenAddress } from './completion.js';
import { firstLines, NO_CUT, startOfLastLine } from './cut.js';
import type { Drawn, Place, Surroundings } from './drawing.js';
import { inlines } from './inline.js';
import type { ElementNode } from './nodes.js';
import { element, run } from './nodes.js';
import type { OpenBlock } from './open.js';

/** Cells that a row does not have are filled up, but not without end: so many for each of the table's characters. */
const MAX_FILLED_PER_CHARACTER = 4;

/** So many cells that nobody wrote are always filled up. */
const MAX_FILLED = 1_000;

export function drawTable(
  token: Tokens.Table,
  source: string,
  open: OpenBlock | undefined,
  place: Place,
  around: Surroundings,
): Drawn {
  const known = open?.type === 'table' ? open : undefined;
  const { options } = around;
  const isOpen = place.canCut && source.startsWith(token.raw) && source.length - token.raw.length <= 1;
  const lines = source.split('\n').length;
  // The last line, which is not whole, is a row if it says anything.
  const whole = lines - 3;
  const isReadable = token.rows.length === whole || token.rows.length === whole + 1;
  const lineStart = startOfLastLine(source);
  const isFollowed = source.indexOf('\n', lineStart) === -1;
  const settledRows = isOpen && isReadable ? Math.max(0, isFollowed ? whole : whole - 1) : 0;
  let filled = known?.filled ?? 0;
  let settledFilled = filled;
  const rows = token.rows.map((cells, index) => {
    const isLastRow = place.isLast && index === token.rows.length - 1 && index >= settledRows;
    let said = cells.length;
    while (said > 0 && cells[said - 1]?.text === '') said--;
    // What is filled up may be filled up by what the row's own characters pay for, and some more.
    filled +=
      cells.length - said - MAX_FILLED_PER_CHARACTER * (cells.reduce((sum, { text }) => sum + text.length, 0) + 1);
    if (filled < 0) filled = 0;
    if (index < settledRows) settledFilled = filled;
    const shown = filled > MAX_FILLED ? cells.slice(0, Math.max(1, said)) : cells;
    return element(
      'tr',
      {},
      shown.map((cell, column) => tableCell(cell, isLastRow && column === said - 1, around)),
    );
  });
  const isOpenHead = place.isLast && !/\n|\|$/.test(source);
  const head = element('thead', {}, [
    element(
      'tr',
      {},
      token.header.map((cell, column) => tableCell(cell, isOpenHead && column === token.header.length - 1, around)),
    ),
  ]);
  const isBodied = rows.length > 0 || known !== undefined;
  const body = isBodied ? [element('tbody', {}, rows, known?.after)] : [];
  const frame = element(
    'div',
    {
      class: 'table',
      role: 'group',
      'aria-label': options.labels.table,
      tabindex: '0',
      ...(place.isTop ? { dir: 'auto' } : {}),
    },
    [element('table', {}, [head, ...body])],
  );
  return {
    nodes: [frame],
    cut: settledRows > 0 ? { head: firstLines(source, 2), offset: lineStart } : NO_CUT,
    commit: () => {
      const settled = rows.slice(0, settledRows);
      around.settled([], settled);
      return { type: 'table', after: settled[settledRows - 1]?.node ?? known?.after, filled: settledFilled };
    },
  };
}

function tableCell(
  cell: Tokens.TableCell,
  isLast: boolean,
  { options, completed, lexWords }: Surroundings,
): ElementNode {
  const align: Record<string, string> = cell.align === null ? {} : { align: cell.align };
  const text = isLast ? completed(cell.text) : cell.text;
  const tokens = text === cell.text ? cell.tokens : lexWords(text);
  const words = run(cell.text, inlines(isLast ? withoutOpenAddress(tokens) : tokens, options));
  return cell.header ? element('th', { scope: 'col', ...align }, [words]) : element('td', align, [words]);
}
