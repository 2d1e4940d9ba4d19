/** Reads what a test wants of a markdown file: its fenced blocks, tables, headings and links. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Fence {
  /** What stands behind the backticks, such as `json frame`. */
  readonly info: string;
  readonly text: string;
  /** Of its first line in the file, counted from 1. */
  readonly line: number;
  /** The heading above it. */
  readonly heading: string;
}

export interface Page {
  readonly name: string;
  readonly text: string;
  readonly fences: readonly Fence[];
  readonly headings: readonly string[];
}

/** `name`: below docs/. */
export function readPage(name: string): Page {
  return parsePage(name, readFileSync(fileURLToPath(new URL(`../../../../docs/${name}`, import.meta.url)), 'utf8'));
}

export function parsePage(name: string, text: string): Page {
  const fences: Fence[] = [];
  const headings: string[] = [];
  let open: { readonly info: string; readonly line: number; readonly lines: string[] } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    if (line.startsWith('```')) {
      if (open === undefined) open = { info: line.slice(3).trim(), line: index + 2, lines: [] };
      else {
        fences.push({ info: open.info, text: open.lines.join('\n'), line: open.line, heading: headings.at(-1) ?? '' });
        open = undefined;
      }
    } else if (open !== undefined) open.lines.push(line);
    else if (/^#+ /.test(line)) headings.push(line.replace(/^#+ /, ''));
  }
  if (open !== undefined) throw new Error(`${name}: the block of line ${open.line} has no end`);
  return { name, text, fences, headings };
}

/** The cells of the first table below a heading, without its head. Throws where there is none. */
export function tableBelow(page: Page, heading: string): string[][] {
  const lines = page.text.split('\n');
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading);
  if (start === -1) throw new Error(`${page.name} has no heading "${heading}"`);
  const first = lines.findIndex((line, index) => index > start && line.startsWith('|'));
  const next = lines.findIndex((line, index) => index > start && /^#+ /.test(line));
  if (first === -1 || (next !== -1 && next < first)) throw new Error(`${page.name} has no table below "${heading}"`);
  const end = lines.findIndex((line, index) => index > first && !line.startsWith('|'));
  return lines.slice(first + 2, end === -1 ? undefined : end).map(cells);
}

/** Code in a cell, without its backticks. */
export function code(cell: string | undefined): string {
  return /^`+ ?(.*?) ?`+$/.exec(cell ?? '')?.[1] ?? '';
}

/** A whole number in a cell, such as `15,000` or `254 × 1,024`. */
export function number(cell: string | undefined): number {
  const factors = (cell ?? '').split('×').map((factor) => factor.replaceAll(',', '').trim());
  return factors.reduce((product, factor) => product * (factor === '' ? Number.NaN : Number(factor)), 1);
}

/** As GitHub makes it of a heading. */
export function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}\s_-]/gu, '')
    .replace(/\s/g, '-');
}

/** The targets of all links, outside of fenced blocks. */
export function links(page: Page): string[] {
  const prose = page.text.replace(/^```.*?^```/gms, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target as string);
}

function cells(line: string): string[] {
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));
}
