/**
 * Every element and attribute that a model's answer can bring into the page. There is no other way in: `create` makes
 * what is listed here, and nothing in this leaf parses HTML.
 */
export const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  a: ['href', 'title', 'rel', 'target', 'referrerpolicy', 'class'],
  blockquote: ['dir'],
  br: [],
  button: ['type', 'class', 'aria-label', 'data-state'],
  code: ['class'],
  del: [],
  div: ['class', 'role', 'aria-label', 'tabindex', 'dir'],
  em: [],
  figcaption: [],
  figure: ['class', 'dir'],
  h1: ['dir'],
  h2: ['dir'],
  h3: ['dir'],
  h4: ['dir'],
  h5: ['dir'],
  h6: ['dir'],
  hr: [],
  /** Only from the origins that the page lists. */
  img: ['src', 'alt', 'title', 'loading', 'referrerpolicy'],
  input: ['type', 'checked', 'disabled', 'aria-label'],
  li: ['class', 'dir'],
  ol: ['start', 'dir'],
  p: ['class', 'dir'],
  pre: ['tabindex', 'role', 'aria-label'],
  span: ['class'],
  strong: [],
  table: [],
  tbody: [],
  td: ['align'],
  th: ['align', 'scope'],
  thead: [],
  tr: [],
  ul: ['dir'],
};

export type AllowedTag = keyof HTMLElementTagNameMap;

/** Makes an element off the table above, with attributes off its row; anything else is a mistake of ours. */
export function create<Tag extends AllowedTag>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  children: readonly (Node | string)[] = [],
): HTMLElementTagNameMap[Tag] {
  const allowed = ALLOWED[tag];
  if (allowed === undefined) throw new TypeError(`<${tag}> is not an element that an answer may hold`);
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (!allowed.includes(name)) throw new TypeError(`<${tag} ${name}> is not an attribute that an answer may set`);
    element.setAttribute(name, value);
  }
  if (children.length > 0) element.append(...children);
  return element;
}
