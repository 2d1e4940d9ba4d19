/** Drawn blocks → text: markdown that is drawn as the same again, or the words as a field for plain text shows them. */

const BLOCKS = 'p, h1, h2, h3, h4, h5, h6, ul, ol, blockquote, pre, table, hr';

const MARKS: Readonly<Record<string, string>> = { strong: '**', em: '*', del: '~~' };

/** What would be read as markup where it stands; a `_` within a word would not. */
const SPECIAL = /[\\`*[\]~]|\b_|_\b|<(?=[a-z/!?])|&(?=#?\w+;)/gi;

/** Before a line that would be read as the beginning of a block. */
const BLOCK_START = /^(?:(\d+)(?=[.)])|(?=[-+=>#]))/gm;

/** As text in whatever reads it: a bare address would take a `\\` along, and not what comes after it. */
function escaped(words: string): string {
  return words.replace(SPECIAL, (mark) => (mark === '<' ? '&lt;' : mark === '&' ? '&amp;' : `\\${mark}`));
}

export function written(root: Node, headingOffset: number, isMarkdown: boolean): string {
  const blocks = (parent: Node, between = '\n\n'): string => {
    const parts: string[] = [];
    let words = '';
    const endWords = (): void => {
      words = words.trim();
      if (words !== '') parts.push(isMarkdown ? words.replace(BLOCK_START, '$1\\') : words);
      words = '';
    };
    for (const node of parent.childNodes) {
      if (node instanceof Element && node.matches(BLOCKS)) {
        endWords();
        parts.push(block(node));
      } else words += inline(node);
    }
    endWords();
    return parts.join(between);
  };

  const block = (element: Element): string => {
    const { localName, textContent: text } = element;
    switch (localName) {
      case 'hr':
        // `- ---` would be no item.
        return '***';
      case 'pre': {
        const code = text.replace(/\n$/, '');
        if (!isMarkdown) return code;
        const language = element.firstElementChild?.className.slice('language-'.length) ?? '';
        const fence = fenceFor(code, language.includes('`') ? '~~~' : '```');
        return `${fence}${language}\n${code && `${code}\n`}${fence}`;
      }
      case 'blockquote':
        return blocks(element).replace(/^|\n/g, '$&> ');
      case 'ul':
      case 'ol':
        return list(element);
      case 'table':
        return table(element);
      case 'p':
        // What is shown as text stays text, also where HTML would be let in.
        if (element.className !== 'raw') return blocks(element);
        return isMarkdown ? escaped(text.trim().replace(/\s*\n\s*/g, '\n')).replace(BLOCK_START, '$1\\') : text;
      default: {
        const level = Math.max(1, Number(localName[1]) - headingOffset);
        return (isMarkdown ? '#'.repeat(level) + ' ' : '') + blocks(element);
      }
    }
  };

  const list = (element: Element): string => {
    // Else it would go on with the list before it.
    const isSecond = element.previousElementSibling?.localName === element.localName;
    const between = element.querySelector(':scope > li > p') ? '\n\n' : '\n';
    let number = element instanceof HTMLOListElement ? element.start : undefined;
    const items = Array.from(element.children, (item) => {
      const marker = number === undefined ? (isSecond ? '* ' : '- ') : `${number++}${isSecond ? ')' : '.'} `;
      return marker + blocks(item, between).replace(/\n(?=[^\n])/g, '\n' + ' '.repeat(marker.length));
    });
    return items.join(between);
  };

  const table = (element: Element): string => {
    const rows = Array.from(element.querySelectorAll('tr'), ({ children }) =>
      Array.from(children, (cell) => (isMarkdown ? blocks(cell).replaceAll('|', '\\|') : blocks(cell))),
    );
    if (!isMarkdown) return rows.map((cells) => cells.join('\t')).join('\n');
    const first = element.querySelector('tr')?.children ?? [];
    const aligned = Array.from(first, (cell) => ALIGNED[cell.getAttribute('align') ?? ''] ?? '---');
    rows.splice(1, 0, aligned);
    return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  };

  const inline = (node: Node): string => {
    if (node instanceof Text) {
      const words = node.data.replace(/[ \t\n]+/g, ' ');
      if (!isMarkdown) return words;
      // `!` before a link would make an image of it.
      return node.nextSibling?.nodeName === 'A' ? escaped(words).replace(/!$/, '\\!') : escaped(words);
    }
    if (!(node instanceof Element)) return '';
    const { localName, textContent: text } = node;
    const attribute = (name: string): string => node.getAttribute(name) ?? '';
    if (localName === 'br') return isMarkdown ? '\\\n' : '\n';
    if (localName === 'input') return node.hasAttribute('checked') ? '[x]' : '[ ]';
    const words =
      localName === 'img' ? inline(new Text(attribute('alt'))) : Array.from(node.childNodes, inline).join('');
    if (localName === 'code') return isMarkdown ? codeSpan(text) : text;
    if (!isMarkdown) return words;
    const mark = MARKS[localName];
    // A mark with a space within is none.
    if (mark) return words.replace(/^(\s*)([^]*?)(\s*)$/, `$1${mark}$2${mark}$3`);
    const url = attribute('href') || attribute('src');
    // What the link leads to is said by itself.
    if (url === '') return attribute('class') === 'destination' ? '' : words;
    const title = escaped(attribute('title').replace(/\s+/g, ' ')).replaceAll('"', '\\"');
    // An image that is shown as a link stays one: elsewhere it would be fetched.
    return `${localName === 'img' ? '!' : ''}[${words}](<${url}>${title && ` "${title}"`})`;
  };

  return blocks(root);
}

const ALIGNED: Readonly<Record<string, string>> = { left: ':--', center: ':-:', right: '--:' };

function codeSpan(text: string): string {
  const fence = fenceFor(text, '`');
  const space = /^[ `]|[ `]$/.test(text) ? ' ' : '';
  return fence + space + text + space + fence;
}

/** Longer than any in the code. */
function fenceFor(code: string, least: string): string {
  let fence = least;
  while (code.includes(fence)) fence += least[0];
  return fence;
}
