/** What reads the open part of a text: marked's lexer within bounds, and what it remembers of the settled part. */
import type { Token, Tokens } from 'marked';
import { BoundedLexer, sourceToken } from './bounded-lexer.js';
import { countFinal, definitionsIn, mayDefine } from './final.js';

/** Reads what is open, over and over: definitions are kept from one reading to the next. */
export class MarkdownLexer {
  readonly #lexer = new BoundedLexer();
  readonly #onError: (error: unknown) => void;
  /** Labels whose definition is settled; what else a reading finds is forgotten after it. */
  readonly #settled = new Set<string>();

  /** @param onError told, once, that some text could not be read (absurd nesting) and is shown as it is. */
  constructor(onError: (error: unknown) => void) {
    let told = false;
    this.#onError = (error) => {
      // What is open is read anew with every word.
      if (!told) onError(error);
      told = true;
    };
  }

  /**
   * Blocks and their words. A paragraph that fails is shown as its source, the others as they should be.
   * @param isWhole otherwise a definition that may go on says nothing of any words.
   */
  lexBlocks(source: string, isWhole = true): readonly Token[] {
    const lexer = this.#lexer;
    const tokens: Token[] = [];
    try {
      lexer.blockTokens(source, tokens);
    } catch (error) {
      this.#onError(error);
      lexer.inlineQueue = [];
      return [sourceToken(source)];
    }
    if (!isWhole && mayDefine(source)) this.#forgetOpen(tokens, source);
    const queue = lexer.inlineQueue;
    lexer.inlineQueue = [];
    for (const { src, tokens: words } of queue) this.#lexInto(src, words);
    return tokens;
  }

  lexWords(source: string): readonly Token[] {
    const tokens: Token[] = [];
    this.#lexInto(source, tokens);
    return tokens;
  }

  /** @returns the labels that are new. CommonMark: the first definition of a label wins. */
  settle(definitions: Iterable<Tokens.Def>): string[] {
    const { links } = this.#lexer.tokens;
    const defined: string[] = [];
    for (const { tag, href, title } of definitions) {
      if (this.#settled.has(tag)) continue;
      this.#settled.add(tag);
      links[tag] = { href, title };
      defined.push(tag);
    }
    return defined;
  }

  /** A definition that may go on is none yet. */
  #forgetOpen(tokens: readonly Token[], source: string): void {
    if (definitionsIn(tokens).next().done) return;
    const final = countFinal(tokens, source);
    const known = new Set(Array.from(definitionsIn(tokens.slice(0, final)), ({ tag }) => tag));
    for (const { tag } of definitionsIn(tokens.slice(final))) {
      if (!this.#settled.has(tag) && !known.has(tag)) delete this.#lexer.tokens.links[tag];
    }
  }

  #lexInto(source: string, tokens: Token[]): void {
    // A task's checkbox is here before its words.
    const before = tokens.length;
    try {
      this.#lexer.lexWords(source, tokens);
    } catch (error) {
      this.#onError(error);
      tokens.splice(before, Infinity, sourceToken(source));
    }
  }
}
