/**
 * Two DOMs of the same markdown → the same string. What our markup adds (frames around code and tables, labels,
 * directions, a link's real host) is taken off; what it changes on purpose (images are links) is changed in the other too.
 */
const BLOCKS = new Set(
  'UL OL LI TABLE THEAD TBODY TR TH TD BLOCKQUOTE BODY DIV P PRE H1 H2 H3 H4 H5 H6 HR FIGURE'.split(' '),
);
const KEPT_ATTRIBUTES = ['start', 'align', 'checked', 'type', 'title'];

export function canonical(root: Element): string {
  return [...root.childNodes].map((node) => serialise(node)).join('');
}

function serialise(node: Node): string {
  if (node instanceof Text) return textOf(node);
  if (!(node instanceof Element)) return '';
  if (node.matches('.destination, figcaption')) return '';
  if (node.matches('figure.code, div.table')) return canonical(node);
  // Within a link there are no others.
  if (node.matches('a img')) return textOf(new Text(node.getAttribute('alt') || 'Image'));
  if (node.matches('img'))
    return `<a href=${hrefOf(node, 'src')}${titleOf(node)}>${node.getAttribute('alt') || 'Image'}</a>`;
  const attributes = KEPT_ATTRIBUTES.filter((name) => node.hasAttribute(name)).map(
    (name) => ` ${name}=${node.getAttribute(name) ?? ''}`,
  );
  const language = [...node.classList].find((name) => name.startsWith('language-')) ?? '';
  const href = node.matches('a') ? ` href=${hrefOf(node, 'href')}` : '';
  const tag = node.tagName.toLowerCase();
  return `<${tag}${href}${attributes.join('')}${language && ` ${language}`}>${canonical(node)}</${tag}>`;
}

function titleOf(node: Element): string {
  return node.hasAttribute('title') ? ` title=${node.getAttribute('title') ?? ''}` : '';
}

function hrefOf(node: Element, name: string): string {
  return new URL(node.getAttribute(name) ?? '', document.baseURI).href;
}

/** White space between blocks means nothing. */
function textOf(node: Text): string {
  if (node.parentElement?.closest('pre')) return node.data;
  const afterBlock = isBlock(node.previousSibling) || node.previousSibling === null;
  const beforeBlock = isBlock(node.nextSibling) || node.nextSibling === null;
  let { data } = node;
  if (node.parentElement && BLOCKS.has(node.parentElement.tagName)) {
    if (afterBlock) data = data.trimStart();
    if (beforeBlock) data = data.trimEnd();
  }
  return data;
}

function isBlock(node: Node | null): boolean {
  return node instanceof Element && BLOCKS.has(node.tagName);
}
