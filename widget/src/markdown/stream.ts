/** Markdown as it arrives → the children of one element. */
import type { Token } from 'marked';
import { BlockLexer } from './blocks.js';
import { enableCodeCopy } from './code-copy.js';
import type { CodeCopyLabels } from './code-copy.js';
import { patchNode } from './patch.js';
import { Referrers } from './referrers.js';
import type { Referrer } from './referrers.js';
import { renderBlock } from './render.js';
import type { RenderLabels, RenderOptions } from './render.js';

export type MarkdownLabels = RenderLabels & CodeCopyLabels;

export interface MarkdownStreamOptions {
  /** Words for buttons and assistive technology; English unless given. */
  readonly labels?: Partial<MarkdownLabels>;
  /** Added to every heading's level: 2 turns `#` into an `h3`. 0 unless given. */
  readonly headingOffset?: number;
  /** What relative links are resolved against: the document's base unless given. */
  readonly base?: string;
  /** Told when a block could not be parsed; it is shown as its source then. Logged to the console unless given. */
  readonly onError?: (error: unknown) => void;
}

const LABELS: MarkdownLabels = {
  copyCode: 'Copy code',
  copied: 'Copied',
  copyFailed: 'Copying is not allowed here',
  code: 'Code',
  table: 'Table',
  done: 'Done',
  notDone: 'Not done',
  image: 'Image',
};

/**
 * `write` text as it comes, `flush` to draw it (once a frame is enough), `end` when it is whole. After `end` the
 * container's content equals one full pass of marked over the whole text, but for what is never let in: raw HTML, which
 * is text, images, which are links, and links to forbidden places, which are words.
 *
 * The container's children belong to the stream. A finished block's nodes are not touched again, but by a link
 * definition that comes after it.
 */
export class MarkdownStream {
  readonly #container: Element;
  readonly #options: RenderOptions;
  readonly #lexer: BlockLexer;
  readonly #disposal = new AbortController();
  readonly #referrers = new Referrers();
  /** The nodes of the open rest, at the container's end. */
  #open: ChildNode[] = [];
  #dirty = false;
  #ended = false;

  constructor(container: Element, options: MarkdownStreamOptions = {}) {
    const labels = { ...LABELS, ...options.labels };
    const report = options.onError ?? ((error) => console.error('cable-chat: markdown shown as text', error));
    this.#container = container;
    this.#options = { labels, headingOffset: options.headingOffset ?? 0, base: options.base ?? document.baseURI };
    this.#lexer = new BlockLexer(report);
    container.replaceChildren();
    enableCodeCopy(container, labels, this.#disposal.signal);
  }

  /** Takes text; nothing is drawn before `flush` or `end`. */
  write(chunk: string): void {
    if (this.#ended) throw new TypeError('MarkdownStream: write() after end()');
    if (chunk === '') return;
    this.#lexer.append(chunk);
    this.#dirty = true;
  }

  /** Draws everything written so far. */
  flush(): void {
    if (!this.#dirty) return;
    this.#dirty = false;
    this.#draw(false);
  }

  /** Draws everything; the text is whole. Idempotent. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#dirty = false;
    this.#draw(true);
  }

  /** Stops listening to the copy buttons. What is drawn stays. Idempotent. */
  dispose(): void {
    this.#disposal.abort();
  }

  #draw(ended: boolean): void {
    const { frozen, open, defined } = this.#lexer.lex(ended);
    const stale = this.#open;
    const settle = (token: Token): ChildNode | undefined => {
      const next = renderBlock(token, this.#options);
      if (next === undefined) return undefined;
      const live = stale.shift();
      if (live !== undefined) return patchNode(live, next);
      this.#container.append(next);
      return next;
    };
    // Before the new blocks join them: those were read with these definitions.
    const concerned = this.#referrers.to(defined);
    for (const token of frozen) {
      const node = settle(token);
      if (node !== undefined) this.#referrers.add(token, node);
    }
    this.#open = open.map(settle).filter((node) => node !== undefined);
    for (const surplus of stale) surplus.remove();
    if (concerned.length > 0) this.#resolve(concerned);
  }

  /** Definitions that came late: draw again what may refer to them. */
  #resolve(referrers: readonly Referrer[]): void {
    const tokens = this.#lexer.relex(referrers.map(({ raw }) => raw));
    referrers.forEach((referrer, index) => {
      const token = tokens[index];
      const next = token && renderBlock(token, this.#options);
      if (next && !next.isEqualNode(referrer.node)) referrer.node = patchNode(referrer.node, next);
    });
  }
}
