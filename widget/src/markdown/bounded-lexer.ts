/**
 * marked's lexer with an end to its patience. A few of its rules look at the whole rest of a text again for every
 * delimiter, so that a text of some kilobytes, which a model can be talked into, would stand the page still. What is
 * absurd is therefore shown as its source, or cut into several blocks. All limits are counts, never times: the same
 * text looks the same on every machine, streamed or whole.
 */
import { Lexer, Tokenizer } from 'marked';
import type { Links, Token, Tokens, TokensList } from 'marked';

/** Lists and quotes inside each other; what is deeper is shown as its source. */
const MAX_NESTING = 16;

/** A longer list, quote or table goes on as a new one, so that what is drawn anew with every word stays small. */
const MAX_CONTAINER_LINES = 500;
const MAX_CONTAINER_CHARACTERS = 64 * 1024;

/** Rows that name fewer cells than the header are filled up: one character may stand for so many cells. */
const MAX_CELLS_PER_CHARACTER = 4;

/** An underline makes a heading of at most so many lines; without an end, each line would look through all others. */
const MAX_HEADING_LINES = 16;

/** How often a paragraph's characters may be looked at, each on average: honest text needs fewer than 20. */
const MAX_LOOKS_PER_CHARACTER = 64;

/** What marked does with words before it reads them: it masks links, code and escapes, once for each nesting. */
const LOOKS_TO_MASK = 6;
/** An escaped bracket may be within a label, which is looked for from every bracket on. */
const MAX_LABEL_REACH = 2_000;

/** A bare address that is longer is not linked. Servers and browsers refuse it as well. */
const MAX_BARE_ADDRESS = 2_048;
const BARE_ADDRESS_START = /^(?:https?:\/\/|ftp:\/\/|www\.|mailto:|xmpp:|[\w.+-]{1,64}@)/i;
const LONG_BARE_ADDRESS = new RegExp(`^[^\\s<]{${MAX_BARE_ADDRESS + 1}}`);

/** The rule for plain text, which looks for a mail address from every character on: before an `@` stand at most 64. */
const TEXT_RULE = new RegExp(Lexer.rules.inline.gfm.text.source.replaceAll('~-]+@)', '~-]{1,64}@)'));

/** The source of what went over a limit, and how it got there. */
export class MarkdownLimitError extends Error {
  override readonly name = 'MarkdownLimitError';
}

/**
 * Blocks and their words. A paragraph that fails is shown as its source, the others as they should be.
 * @param links definitions known from before; those in `source` are added to it.
 * @param onError told about what is shown as its source.
 */
export function lexMarkdown(source: string, links: Links, onError: (error: unknown) => void): Token[] {
  const lexer = new BoundedLexer(source, links);
  try {
    lexer.blockTokens(source, lexer.tokens);
  } catch (error) {
    onError(error);
    return [sourceToken(source)];
  }
  for (const { src, tokens } of lexer.inlineQueue) {
    // A task's checkbox is here before its words.
    const before = tokens.length;
    try {
      lexer.lexWords(src, tokens);
    } catch (error) {
      onError(error);
      tokens.splice(before, Infinity, sourceToken(src));
    }
  }
  return lexer.tokens;
}

function sourceToken(source: string): Tokens.HTML {
  return { type: 'html', block: true, pre: false, raw: source, text: source };
}

class BoundedLexer extends Lexer {
  #nesting = 0;
  #looksLeft = 0;

  constructor(source: string, links: Links) {
    const tokenizer = new BoundedTokenizer(source);
    super({ gfm: true, tokenizer });
    this.tokens.links = links;
    tokenizer.rules = { ...tokenizer.rules, inline: { ...tokenizer.rules.inline, text: TEXT_RULE } };
  }

  override blockTokens(source: string, tokens?: Token[], lastParagraphClipped?: boolean): Token[];
  override blockTokens(source: string, tokens?: TokensList, lastParagraphClipped?: boolean): TokensList;
  override blockTokens(source: string, tokens: Token[] = [], lastParagraphClipped?: boolean): Token[] {
    if (this.#nesting > MAX_NESTING) {
      tokens.push(sourceToken(source));
      // As the real one leaves it.
      this.state.top = true;
      return tokens;
    }
    this.#nesting++;
    try {
      return super.blockTokens(source, tokens, lastParagraphClipped);
    } finally {
      this.#nesting--;
    }
  }

  /** @throws MarkdownLimitError if `source` is one that takes marked absurdly long. */
  lexWords(source: string, tokens: Token[]): void {
    this.#looksLeft = MAX_LOOKS_PER_CHARACTER * source.length;
    Object.assign(this.state, { inLink: false, inRawBlock: false, linkEmitted: false });
    this.inlineTokens(source, tokens);
  }

  override inlineTokens(source: string, tokens: Token[] = []): Token[] {
    const reach = Math.min(source.length, MAX_LABEL_REACH);
    const unclosed = Math.min(count(source, ']('), unclosedParentheses(source));
    this.look((LOOKS_TO_MASK + unclosed) * source.length + reach * count(source, '\\['));
    return super.inlineTokens(source, tokens);
  }

  /** Counts that so many characters are looked at. */
  look(characters: number): void {
    this.#looksLeft -= characters;
    if (this.#looksLeft < 0) throw new MarkdownLimitError('Markdown too tangled to be read; shown as its source');
  }
}

class BoundedTokenizer extends Tokenizer {
  declare lexer: BoundedLexer;
  readonly #source: string;
  /** Where each line of the source begins. */
  readonly #lines: readonly number[];
  #inContainer = false;

  constructor(source: string) {
    super();
    this.#source = source;
    this.#lines = lineStarts(source);
  }

  override list(src: string): Tokens.List | undefined {
    return this.#container(src, (text) => super.list(text));
  }

  override blockquote(src: string): Tokens.Blockquote | undefined {
    return this.#container(src, (text) => super.blockquote(text));
  }

  override table(src: string): Tokens.Table | undefined {
    return this.#container(src, (text) => {
      const match = this.rules.block.table.exec(text);
      if (!match) return undefined;
      const columns = count(match[2] ?? '', '|') + 1;
      const cells = columns * (count(match[3] ?? '', '\n') + 2);
      if (cells > MAX_CELLS_PER_CHARACTER * match[0].length) return undefined;
      return super.table(text);
    });
  }

  override lheading(src: string): Tokens.Heading | undefined {
    return super.lheading(firstLines(src, MAX_HEADING_LINES + 1));
  }

  /**
   * Raw HTML is text here, so an `<a>` or `<pre>` in it must not change how the words around it are read, as it does
   * where it is HTML. See https://github.com/markedjs/marked/blob/master/src/Tokenizer.ts (`tag`).
   */
  override tag(src: string): Tokens.Tag | undefined {
    const { inLink, inRawBlock } = this.lexer.state;
    const token = super.tag(src);
    // These look for their end through all the rest.
    if (!token && /^<[!?]/.test(src)) this.lexer.look(src.length);
    Object.assign(this.lexer.state, { inLink, inRawBlock });
    return token;
  }

  override link(src: string): Tokens.Link | Tokens.Image | undefined {
    // An address may be anything up to white space, and is gone through for its closing parenthesis.
    const [address = ''] = /^!?\[[^[\]]*\]\(\S*/.exec(src) ?? [];
    this.lexer.look(address.length);
    return super.link(src);
  }

  override emStrong(src: string, maskedSrc: string, prevChar?: string): Tokens.Em | Tokens.Strong | undefined {
    if (!/^[*_]/.test(src)) return undefined;
    const token = super.emStrong(src, maskedSrc, prevChar);
    this.lexer.look(token ? token.raw.length : costOfFailure(src, prevChar));
    return token;
  }

  override del(src: string, maskedSrc: string, prevChar?: string): Tokens.Del | undefined {
    if (!src.startsWith('~')) return undefined;
    const token = super.del(src, maskedSrc, prevChar);
    this.lexer.look(token ? token.raw.length : costOfFailure(src, prevChar));
    return token;
  }

  override url(src: string): Tokens.Link | undefined {
    if (!BARE_ADDRESS_START.test(src) || LONG_BARE_ADDRESS.test(src)) return undefined;
    const token = super.url(src);
    if (token) this.lexer.look(token.raw.length);
    return token;
  }

  /** The outermost list, quote or table of a place ends at the limit; what follows is lexed as if it began there. */
  #container<T>(src: string, read: (text: string) => T): T {
    if (this.#inContainer) return read(src);
    this.#inContainer = true;
    try {
      return read(src.slice(0, this.#reach(src)));
    } finally {
      this.#inContainer = false;
    }
  }

  /** @param src the source's rest. @returns how much of it one container may take: whole lines, if there is an end. */
  #reach(src: string): number {
    const start = this.#source.length - src.length;
    const next = indexAfter(this.#lines, start);
    let end = this.#lines[next + MAX_CONTAINER_LINES - 1] ?? this.#source.length;
    if (end - start > MAX_CONTAINER_CHARACTERS) {
      const last = indexAfter(this.#lines, start + MAX_CONTAINER_CHARACTERS) - 1;
      end = this.#lines[Math.max(last, next)] ?? this.#source.length;
    }
    return end - start;
  }
}

/** An opener before white space, or a `_` within a word, is seen at once not to be one. */
function costOfFailure(src: string, prevChar = ''): number {
  const [run = ''] = /^(?:\*+|_+|~+)/.exec(src) ?? [];
  const isOpener = /^\S/.test(src.slice(run.length, run.length + 1));
  const inWord = src.startsWith('_') && /^[\p{L}\p{N}]/u.test(prevChar);
  return isOpener && !inWord ? src.length : run.length;
}

function count(text: string, part: string): number {
  let found = 0;
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + 1)) found++;
  return found;
}

/** From each of them on, marked looks for the end of a link. */
function unclosedParentheses(text: string): number {
  let open = 0;
  for (const [match] of text.matchAll(/\\[^]|[()]/g)) {
    if (match === '(') open++;
    else if (match === ')' && open > 0) open--;
  }
  return open;
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** The index of the first number greater than `value`, of numbers in order. */
function indexAfter(numbers: readonly number[], value: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? Infinity) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

function firstLines(text: string, lines: number): string {
  let end = 0;
  for (let line = 0; line < lines; line++) {
    const at = text.indexOf('\n', end);
    if (at === -1) return text;
    end = at + 1;
  }
  return text.slice(0, end);
}
