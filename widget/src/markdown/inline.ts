/** marked's tokens within a block → what the page should hold. Raw HTML becomes text. */
import type { MarkedToken, Token, Tokens } from 'marked';
import { decodeEntities } from './entities.js';
import type { InlineNode } from './nodes.js';
import { destination, withNeighbours } from './neighbours.js';
import { element, joined, textOf } from './nodes.js';
import { allowedUrl, placeOf, unstatedDestination } from './url-policy.js';

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
  /** What may be linked. */
  readonly linkProtocols: readonly string[];
  /** Where images may be fetched from. */
  readonly imageOrigins: readonly string[];
  /** Within a link there are no others: an image is its words then. */
  readonly isInLink?: boolean;
}

/** Deeper nesting is shown as its source: no honest answer has it, and the page is walked recursively. */
const MAX_DEPTH = 64;

export function inlines(tokens: readonly Token[], options: RenderOptions, depth = 0): InlineNode[] {
  const nodes = joined(tokens.flatMap((token) => inline(token as MarkedToken, options, depth)));
  return depth === 0 ? withNeighbours(nodes) : nodes;
}

export function checkbox(token: Tokens.Checkbox, { labels }: RenderOptions): InlineNode[] {
  const label = token.checked ? labels.done : labels.notDone;
  const state: Record<string, string> = token.checked ? { checked: '' } : {};
  return [element('input', { type: 'checkbox', disabled: '', ...state, 'aria-label': label }, []), ' '];
}

function inline(token: MarkedToken, options: RenderOptions, depth: number): InlineNode[] {
  if (depth > MAX_DEPTH) return [token.raw];
  switch (token.type) {
    case 'strong':
    case 'em':
    case 'del':
      return [element(token.type, {}, inlines(token.tokens, options, depth + 1))];
    case 'codespan':
      return [element('code', {}, [token.text])];
    case 'br':
      return [element('br', {}, [])];
    case 'link':
      return link(token, options, depth);
    case 'image':
      return image(token, options);
    case 'checkbox':
      return checkbox(token, options);
    case 'html':
      return [token.text];
    case 'text':
      return token.tokens ? inlines(token.tokens, options, depth + 1) : [decodeEntities(token.text)];
    case 'escape':
      return [token.text];
    default:
      return [token.raw];
  }
}

function link(token: Tokens.Link, options: RenderOptions, depth: number): InlineNode[] {
  // References are not resolved in `<https://…?a&amp;b>`.
  const words = token.autolink ? [token.text] : inlines(token.tokens, { ...options, isInLink: true }, depth + 1);
  if (options.isInLink) return words;
  const url = linkedUrl(token.autolink ? token.href : decodeEntities(token.href), options);
  if (url === undefined) return words;
  const title = token.title ? decodeEntities(token.title) : '';
  const said = textOf(words);
  return [anchor(url, words, title), ...destination(unstatedDestination(url, `${said} ${title}`))];
}

/**
 * An image is a link: fetching it would tell its server whatever the model was talked into writing into the address
 * (EchoLeak, CVE-2025-32711), without a click. Only where the page trusts that server is it an image.
 */
function image(token: Tokens.Image, options: RenderOptions): InlineNode[] {
  const words = token.tokens.length === 0 ? token.text : plainText(token.tokens);
  const label = decodeEntities(words) || options.labels.image;
  const url = linkedUrl(decodeEntities(token.href), options);
  if (url === undefined) return [label];
  const title = token.title ? decodeEntities(token.title) : '';
  if (/^https?:$/.test(url.protocol) && options.imageOrigins.includes(url.origin)) {
    const attributes = { src: url.href, alt: label, ...(title === '' ? {} : { title }) };
    return [element('img', { ...attributes, loading: 'lazy', referrerpolicy: 'no-referrer' }, [])];
  }
  if (options.isInLink) return [label];
  return [anchor(url, [label], title, 'image'), ...destination(placeOf(url))];
}

/** What marked writes into `href`, if the browser would take what the model wrote for a place to go as well. */
function linkedUrl(href: string, { base, linkProtocols }: RenderOptions): URL | undefined {
  const url = allowedUrl(href, base, linkProtocols);
  if (url === undefined) return undefined;
  try {
    const written = encodeURI(href).replace(/%25/g, '%');
    return written === href ? url : allowedUrl(written, base, linkProtocols);
  } catch {
    // Half a surrogate pair.
    return undefined;
  }
}

function anchor(url: URL, words: readonly InlineNode[], title: string, kind = ''): InlineNode {
  const attributes = {
    href: url.href,
    ...(kind === '' ? {} : { class: kind }),
    ...(title === '' ? {} : { title }),
    rel: 'noopener noreferrer nofollow ugc',
    referrerpolicy: 'no-referrer',
    target: '_blank',
  };
  return element('a', attributes, words);
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
