/** marked's tokens → DOM nodes, made one by one off the table of what is allowed. Raw HTML becomes text. */
import type { MarkedToken, Token, Tokens } from 'marked';
import { create } from './allowed.js';
import { decodeEntities } from './entities.js';
import { allowedUrl, unstatedDestination } from './url-policy.js';

export interface RenderLabels {
  readonly copyCode: string;
  readonly code: string;
  readonly table: string;
  readonly done: string;
  readonly notDone: string;
  readonly image: string;
}

export interface RenderOptions {
  readonly labels: RenderLabels;
  /** Added to every heading's level (at most 6), so that an answer's `#` fits below the page's own headings. */
  readonly headingOffset: number;
  /** What relative links are resolved against. */
  readonly base: string | undefined;
}

/** Deeper nesting is shown as its source: no honest answer has it, and the DOM is walked recursively. */
const MAX_DEPTH = 64;

/** One top-level block; `undefined` for what shows nothing (blank lines, link definitions). */
export function renderBlock(token: Token, options: RenderOptions): HTMLElement | undefined {
  const element = block(token as MarkedToken, options, 0);
  if (element === undefined) return undefined;
  // Each block reads in the direction of its own first strong character; code reads left to right.
  if (element.tagName === 'FIGURE') element.setAttribute('dir', 'ltr');
  else if (element.tagName !== 'HR') element.setAttribute('dir', 'auto');
  return element;
}

function block(token: MarkedToken, options: RenderOptions, depth: number): HTMLElement | undefined {
  if (depth > MAX_DEPTH) return rawText(token.raw);
  switch (token.type) {
    case 'space':
    case 'def':
      return undefined;
    case 'hr':
      return create('hr');
    case 'heading': {
      const level = Math.min(6, token.depth + options.headingOffset) as 1 | 2 | 3 | 4 | 5 | 6;
      return create(`h${level}`, {}, inlines(token.tokens, options, depth));
    }
    case 'code':
      return codeBlock(token, options);
    case 'table':
      return table(token, options, depth);
    case 'blockquote':
      return create('blockquote', {}, blocks(token.tokens, options, depth));
    case 'list':
      return list(token, options, depth);
    case 'paragraph':
      return create('p', {}, inlines(token.tokens, options, depth));
    case 'html':
      return rawText(token.text);
    case 'text':
      return create('p', {}, inlines(token.tokens ?? [token], options, depth));
    default:
      // An inline token where a block is expected, or an extension's own: never lose its words.
      return rawText(token.raw);
  }
}

function rawText(source: string): HTMLElement {
  return create('p', { class: 'raw' }, [source.replace(/\n+$/, '')]);
}

/** Blocks inside a list item or quote, where a tight item's words stand without a paragraph. */
function blocks(tokens: readonly Token[], options: RenderOptions, depth: number): Node[] {
  return tokens.flatMap((token): Node[] => {
    const known = token as MarkedToken;
    if (known.type === 'text') return inlines(known.tokens ?? [known], options, depth + 1);
    if (known.type === 'checkbox') return checkbox(known, options);
    const element = block(known, options, depth + 1);
    return element === undefined ? [] : [element];
  });
}

function codeBlock(token: Tokens.Code, options: RenderOptions): HTMLElement {
  const language = /^\S+/.exec(decodeEntities(token.lang ?? ''))?.[0] ?? '';
  const text = token.text === '' ? '' : token.text.replace(/\n$/, '') + '\n';
  const code = create('code', language === '' ? {} : { class: `language-${language}` }, [text]);
  const { labels } = options;
  return create('figure', { class: 'code' }, [
    create('figcaption', {}, [
      create('span', { class: 'language' }, [language]),
      create('button', { type: 'button', class: 'copy', 'aria-label': labels.copyCode }),
    ]),
    // Focusable, so that the keyboard can scroll it.
    create('pre', { tabindex: '0', role: 'group', 'aria-label': labels.code }, [code]),
  ]);
}

function table(token: Tokens.Table, options: RenderOptions, depth: number): HTMLElement {
  const row = (cells: readonly Tokens.TableCell[]): HTMLElement =>
    create(
      'tr',
      {},
      cells.map((cell) => tableCell(cell, options, depth)),
    );
  const body = token.rows.length === 0 ? [] : [create('tbody', {}, token.rows.map(row))];
  const element = create('table', {}, [create('thead', {}, [row(token.header)]), ...body]);
  return create('div', { class: 'table', role: 'group', 'aria-label': options.labels.table, tabindex: '0' }, [element]);
}

function tableCell(cell: Tokens.TableCell, options: RenderOptions, depth: number): HTMLElement {
  const align = cell.align === null ? {} : { align: cell.align };
  const content = inlines(cell.tokens, options, depth);
  return cell.header ? create('th', { scope: 'col', ...align }, content) : create('td', align, content);
}

function list(token: Tokens.List, options: RenderOptions, depth: number): HTMLElement {
  const items = token.items.map((item) =>
    create('li', item.task ? { class: 'task' } : {}, blocks(item.tokens, options, depth)),
  );
  if (!token.ordered) return create('ul', {}, items);
  return create('ol', token.start === 1 || token.start === '' ? {} : { start: String(token.start) }, items);
}

function checkbox(token: Tokens.Checkbox, { labels }: RenderOptions): Node[] {
  const label = token.checked ? labels.done : labels.notDone;
  const state: Record<string, string> = token.checked ? { checked: '' } : {};
  return [
    create('input', { type: 'checkbox', disabled: '', ...state, 'aria-label': label }),
    document.createTextNode(' '),
  ];
}

function inlines(tokens: readonly Token[], options: RenderOptions, depth: number): Node[] {
  return tokens.flatMap((token) => inline(token as MarkedToken, options, depth + 1));
}

function inline(token: MarkedToken, options: RenderOptions, depth: number): Node[] {
  if (depth > MAX_DEPTH) return [document.createTextNode(token.raw)];
  switch (token.type) {
    case 'strong':
    case 'em':
    case 'del':
      return [create(token.type, {}, inlines(token.tokens, options, depth))];
    case 'codespan':
      return [create('code', {}, [token.text])];
    case 'br':
      return [create('br')];
    case 'link':
      return link(token, options, depth);
    case 'image':
      return image(token, options);
    case 'checkbox':
      return checkbox(token, options);
    case 'html':
      return [document.createTextNode(token.text)];
    case 'text':
      return token.tokens
        ? inlines(token.tokens, options, depth)
        : [document.createTextNode(decodeEntities(token.text))];
    case 'escape':
      return [document.createTextNode(token.text)];
    default:
      return [document.createTextNode(token.raw)];
  }
}

function link(token: Tokens.Link, options: RenderOptions, depth: number): Node[] {
  // References are not resolved in `<https://…?a&amp;b>`.
  const words = token.autolink ? [document.createTextNode(token.text)] : inlines(token.tokens, options, depth);
  const url = allowedUrl(token.autolink ? token.href : decodeEntities(token.href), options.base);
  if (url === undefined) return words;
  const title = token.title ? decodeEntities(token.title) : '';
  const said = words.map((node) => node.textContent).join('');
  return [anchor(url, words, title), ...destination(unstatedDestination(url, `${said} ${title}`))];
}

/**
 * An image is a link: fetching it would tell its server whatever the model was talked into writing into the address
 * (EchoLeak, CVE-2025-32711), without a click.
 */
function image(token: Tokens.Image, options: RenderOptions): Node[] {
  const words = token.tokens.length === 0 ? token.text : plainText(token.tokens);
  const label = decodeEntities(words) || options.labels.image;
  const url = allowedUrl(decodeEntities(token.href), options.base);
  if (url === undefined) return [document.createTextNode(label)];
  const title = token.title ? decodeEntities(token.title) : '';
  const element = anchor(url, [document.createTextNode(label)], title);
  element.setAttribute('class', 'image');
  return [element, ...destination(url.host)];
}

function anchor(url: URL, words: readonly Node[], title: string): HTMLAnchorElement {
  const attributes = {
    href: url.href,
    ...(title === '' ? {} : { title }),
    rel: 'noopener noreferrer nofollow ugc',
    referrerpolicy: 'no-referrer',
    target: '_blank',
  };
  return create('a', attributes, words);
}

function destination(host: string | undefined): Node[] {
  return host === undefined || host === '' ? [] : [create('span', { class: 'destination' }, [` (${host})`])];
}

function plainText(tokens: readonly Token[]): string {
  return tokens
    .map((token) => {
      const known = token as MarkedToken;
      if ('tokens' in known && known.tokens) return plainText(known.tokens);
      if (known.type === 'br') return ' ';
      return 'text' in known ? known.text : '';
    })
    .join('');
}
