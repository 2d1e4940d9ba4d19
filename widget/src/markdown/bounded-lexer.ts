/**
 * marked's lexer with an end to its patience. A few of its rules look at the whole rest of a text again for every
 * delimiter, so that a text of some kilobytes, which a model can be talked into, would stand the page still. What is
 * absurd is therefore shown as its source, or cut into several blocks. All limits are counts, never times: the same
 * text looks the same on every machine, streamed or whole.
 */
import { Lexer, Tokenizer } from 'marked';
import type { Token, Tokens, TokensList } from 'marked';
import { withLineRules } from './line-rules.js';

/** Lists and quotes inside each other; what is deeper is shown as its source. */
const MAX_NESTING = 16;

/** A table of more columns is none: a row of one character stands for as many cells. */
const MAX_COLUMNS = 128;

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

const ADDRESS = /@|:\/\/|www\.|mailto:|xmpp:/i;

/** Words in which nothing can be anything else. What is not among them is read by marked. */
const SPECIAL = /[\\<[`*_~@]| {2}\n|:\/\/|www\.|mailto:|xmpp:/i;

/** The source of what went over a limit, and how it got there. */
export class MarkdownLimitError extends Error {
  override readonly name = 'MarkdownLimitError';
}

/** Shown as it is written. What comes after it may make it readable again: none of it is settled before. */
export interface SourceToken extends Tokens.HTML {
  readonly isSource: true;
}

export function sourceToken(source: string): SourceToken {
  return { type: 'html', block: true, pre: false, raw: source, text: source, isSource: true };
}

export function isSource(token: Token): boolean {
  return 'isSource' in token;
}

/** Quotes in a list's item after which words are paragraphs, as they are after a list. */
const beforeParagraphs = new WeakSet<Token>();

/** Whether marked reads the words of an item after this as paragraphs, not line by line. */
export function isBeforeParagraphs(token: Token): boolean {
  return token.type === 'list' || beforeParagraphs.has(token);
}

export class BoundedLexer extends Lexer {
  /** The words that are being read may hold a bare address, which is looked for from every token on. */
  mayHoldAddress = false;
  #nesting = 0;
  #looksLeft = 0;

  constructor() {
    const tokenizer = new BoundedTokenizer();
    super({ gfm: true, tokenizer });
    const { block, inline, other } = tokenizer.rules;
    tokenizer.rules = { other, block: withLineRules(block), inline: { ...inline, text: TEXT_RULE } };
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
    // Also after a reading that failed in the middle.
    if (this.#nesting === 0) Object.assign(this.state, { top: true, lastToken: undefined });
    this.#nesting++;
    try {
      return super.blockTokens(source, tokens, lastParagraphClipped);
    } finally {
      this.#nesting--;
    }
  }

  /** Cells that a row does not have need no reading. */
  override inline(source: string, tokens: Token[] = []): Token[] {
    return source === '' ? tokens : super.inline(source, tokens);
  }

  /** @throws MarkdownLimitError if `source` is one that takes marked absurdly long. */
  lexWords(source: string, tokens: Token[]): void {
    if (source === '') return;
    this.#looksLeft = MAX_LOOKS_PER_CHARACTER * source.length;
    Object.assign(this.state, { inLink: false, inRawBlock: false, linkEmitted: false });
    this.inlineTokens(source, tokens);
  }

  override inlineTokens(source: string, tokens: Token[] = []): Token[] {
    if (!SPECIAL.test(source)) {
      if (source !== '') tokens.push({ type: 'text', raw: source, text: source, escaped: false });
      return tokens;
    }
    const reach = Math.min(source.length, MAX_LABEL_REACH);
    const links = count(source, '](');
    const unclosed = links === 0 ? 0 : Math.min(links, unclosedParentheses(source));
    this.look((LOOKS_TO_MASK + unclosed) * source.length + reach * count(source, '\\['));
    const before = this.mayHoldAddress;
    this.mayHoldAddress = ADDRESS.test(source);
    try {
      return super.inlineTokens(source, tokens);
    } finally {
      this.mayHoldAddress = before;
    }
  }

  /** Counts that so many characters are looked at. */
  look(characters: number): void {
    this.#looksLeft -= characters;
    if (this.#looksLeft < 0) throw new MarkdownLimitError('Markdown too tangled to be read; shown as its source');
  }
}

class BoundedTokenizer extends Tokenizer {
  declare lexer: BoundedLexer;

  // marked's own rules for these are large: they take milliseconds to compile, and are tried at every block.

  override html(src: string): Tokens.HTML | undefined {
    return /^ {0,3}</.test(src) ? super.html(src) : undefined;
  }

  override def(src: string): Tokens.Def | undefined {
    return /^ {0,3}\[/.test(src) ? super.def(src) : undefined;
  }

  override table(src: string): Tokens.Table | undefined {
    const [delimiters = ''] = src.slice(src.indexOf('\n') + 1).split('\n', 1);
    const isTable = /^ {0,3}[- ]*[:|]/.test(delimiters) && count(delimiters, '|') <= MAX_COLUMNS;
    return isTable ? super.table(src) : undefined;
  }

  /**
   * A quote in a list item that ends with a list's empty item: marked asks whether that interrupts the words before the
   * quote, says no, and throws.
   */
  override blockquote(src: string): Tokens.Blockquote | undefined {
    const { state } = this.lexer;
    const { lastToken } = state;
    Object.assign(state, { lastToken: undefined });
    const token = super.blockquote(src);
    Object.assign(state, { lastToken });
    if (token && state.top) beforeParagraphs.add(token);
    return token;
  }

  /**
   * Raw HTML is text here, so an `<a>` or `<pre>` in it must not change how the words around it are read, as it does
   * where it is HTML. See https://github.com/markedjs/marked/blob/master/src/Tokenizer.ts (`tag`).
   */
  override tag(src: string): Tokens.Tag | undefined {
    if (!src.startsWith('<')) return undefined;
    const { inLink, inRawBlock } = this.lexer.state;
    const token = super.tag(src);
    // These look for their end through all the rest.
    if (!token && /^<[!?]/.test(src)) this.lexer.look(src.length);
    Object.assign(this.lexer.state, { inLink, inRawBlock });
    return token;
  }

  override link(src: string): Tokens.Link | Tokens.Image | undefined {
    if (!/^!?\[/.test(src)) return undefined;
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
    if (!this.lexer.mayHoldAddress || !BARE_ADDRESS_START.test(src) || LONG_BARE_ADDRESS.test(src)) return undefined;
    const token = super.url(src);
    if (token) this.lexer.look(token.raw.length);
    return token;
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
