/**
 * Markdown that is still being written → blocks that can no longer change, and the open rest.
 * marked is the parser, over the open rest only; nothing here knows the DOM.
 */
import type { Links, Token, Tokens } from 'marked';
import { lexMarkdown } from './bounded-lexer.js';

export interface LexedBlocks {
  /** Blocks that became final with this call, in order. Each is handed out once. */
  readonly frozen: readonly Token[];
  /** What the text after them looks like so far. Handed out anew with every call. */
  readonly open: readonly Token[];
  /** The labels of link definitions that became final: blocks frozen earlier may refer to them. */
  readonly defined: readonly string[];
}

export class BlockLexer {
  #open = '';
  /** A `\r` at the end of what has come: whether a `\n` follows is not known yet. */
  #pendingReturn = false;
  readonly #links: Links = Object.create(null) as Links;
  readonly #onError: (error: unknown) => void;

  /** @param onError told, once, that some text could not be read (absurd nesting) and is shown as it is. */
  constructor(onError: (error: unknown) => void) {
    let told = false;
    this.#onError = (error) => {
      // What is open is read anew with every word.
      if (!told) onError(error);
      told = true;
    };
  }

  append(text: string): void {
    if (text === '') return;
    let source = this.#pendingReturn ? '\r' + text : text;
    this.#pendingReturn = source.endsWith('\r');
    if (this.#pendingReturn) source = source.slice(0, -1);
    this.#open += source.replace(/\r\n?/g, '\n');
  }

  /** @param ended nothing more will come: every block is final. */
  lex(ended: boolean): LexedBlocks {
    if (ended && this.#pendingReturn) {
      this.#pendingReturn = false;
      this.#open += '\n';
    }
    const tokens = lexMarkdown(this.#open, this.#knownLinks(), this.#onError);
    const count = ended ? tokens.length : countFinal(tokens, this.#open);
    const frozen = tokens.slice(0, count);
    this.#open = ended ? '' : this.#open.slice(rawOf(frozen).length);
    return { frozen, open: tokens.slice(count), defined: this.#define(frozen) };
  }

  /** Frozen blocks' sources again, under the definitions known by now: the first token of each. */
  relex(sources: readonly string[]): readonly (Token | undefined)[] {
    // One copy for all: what they define is known already.
    const links = this.#knownLinks();
    return sources.map((raw) => lexMarkdown(raw, links, this.#onError)[0]);
  }

  /** A copy: what the open rest defines may still change. */
  #knownLinks(): Links {
    return Object.assign(Object.create(null) as Links, this.#links);
  }

  #define(tokens: readonly Token[]): string[] {
    const defined: string[] = [];
    for (const { tag, href, title } of definitionsIn(tokens)) {
      // CommonMark: the first definition of a label wins.
      if (this.#links[tag]) continue;
      this.#links[tag] = { href, title };
      defined.push(tag);
    }
    return defined;
  }
}

/**
 * A block is final when a block after it holds a complete line: until then the last line may still turn out to be a
 * continuation, an underline or a table's delimiter.
 */
function countFinal(tokens: readonly Token[], source: string): number {
  let last = tokens.length - 1;
  while (last >= 0 && tokens[last]?.type === 'space') last--;
  const token = tokens[last];
  if (token === undefined) return 0;
  const before = rawOf(tokens.slice(0, last));
  // marked rewrites `raw` in a few odd cases; then the place to cut is unknown, and the blocks stay open.
  if (!source.startsWith(before)) return 0;
  // Not the token's own `raw`, to which marked may add a line's end that has not come.
  const rest = source.slice(before.length);
  if (!isSettled(token, rest, tokens[last - 1])) return 0;
  // `[a]: /b` and then `"…`: a title may go on over several lines, and would belong to the definition.
  const mayBeTitle = token.type === 'paragraph' && tokens[last - 1]?.type === 'def' && /^\s*["'(]/.test(rest);
  return mayBeTitle ? last - 1 : last;
}

/** @param rest the source from where `token`, the last one, begins. */
function isSettled(token: Token, rest: string, previous: Token | undefined): boolean {
  // An underlined heading is one only while its underline is: `a`, `---` and then ` b` are a paragraph.
  if (token.type === 'heading' && !rest.startsWith('#')) return rest.slice(rest.trimEnd().length).includes('\n');
  // Likewise a table while its second line, the delimiter row, is one; and what follows a paragraph without a blank line
  // may, in marked, be taken back into it by the line after.
  const linesNeeded = token.type === 'table' || previous?.type === 'paragraph' ? 2 : 1;
  return hasLines(rest, linesNeeded);
}

function hasLines(text: string, count: number): boolean {
  let at = -1;
  for (let found = 0; found < count; found++) {
    at = text.indexOf('\n', at + 1);
    if (at === -1) return false;
  }
  return true;
}

function rawOf(tokens: readonly Token[]): string {
  return tokens.map((token) => token.raw).join('');
}

function* definitionsIn(tokens: readonly Token[]): Generator<Tokens.Def> {
  for (const token of tokens) {
    if (token.type === 'def') yield token as Tokens.Def;
    else if (token.type === 'list') for (const item of (token as Tokens.List).items) yield* definitionsIn(item.tokens);
    else if (token.type === 'blockquote') yield* definitionsIn((token as Tokens.Blockquote).tokens);
  }
}
