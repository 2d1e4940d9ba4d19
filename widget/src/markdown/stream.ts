/** Markdown as it arrives → the children of one element. */
import type { Token } from 'marked';
import { isSource } from './bounded-lexer.js';
import { enableCodeCopy } from './code-copy.js';
import { completed } from './completion.js';
import { drawSequence } from './draw.js';
import { definitionsIn, mayDefine } from './final.js';
import { codeBlocksIn, highlightCode } from './highlight.js';
import type { Highlight } from './highlight.js';
import { inlines } from './inline.js';
import { MarkdownLexer } from './lexer.js';
import type { VirtualNode } from './nodes.js';
import { isRun } from './nodes.js';
import { openSequence, repoint } from './open.js';
import { readOptions, refuse } from './options.js';
import type { CheckedOptions, MarkdownStreamOptions } from './options.js';
import { patchChildren } from './patch.js';
import { redraw } from './redraw.js';
import type { Referrer } from './referrers.js';
import { Referrers } from './referrers.js';
import { SelectionKeeper } from './selection.js';
import { enableSelectionCopy } from './selection-copy.js';
import { extended } from './tail.js';
import type { Tail } from './tail.js';
import { warmUp } from './warm-up.js';
import { withoutOpenMarkers } from './withheld.js';

/** So many characters are read at once. */
const SLICE = 2_048;

/** What cannot be settled within so many characters is settled as it stands: it is hostile. */
const MAX_SOURCE = 16_384;

/** So many late definitions change words at once; then a sixteenth of all so far: a thousand cost few times one. */
const MAX_LATE = 16;

export interface MarkdownStreamStats {
  /** Words drawn again because a definition of a link came after them. */
  readonly redefined: number;
  /** List items that got paragraphs because their list turned out to be loose. */
  readonly loosened: number;
}

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
  readonly #options: CheckedOptions;
  readonly #lexer: MarkdownLexer;
  readonly #highlight: Highlight | undefined;
  readonly #report: (error: unknown) => void;
  readonly #disposal = new AbortController();
  readonly #selection: SelectionKeeper;
  readonly #referrers = new Referrers();
  /** Words that late definitions concern which are not drawn yet. */
  readonly #late = new Set<Referrer>();
  readonly #document = openSequence();
  readonly #stats = { redefined: 0, loosened: 0 };
  /** What is written and not read yet. */
  #unread: string[] = [];
  /** A `\r` at the end of what has been read: whether a `\n` follows is not known yet. */
  #pendingReturn = false;
  /** What is not settled, behind what stands in for the rest. */
  #source = '';
  /** So many characters of it are in the page. */
  #shown = 0;
  /** What the source ends with, if only that changes while its line goes on. */
  #tail: Tail | undefined;
  #dirty = false;
  #highlighterFailed = false;
  #isLeaving = false;
  #ended = false;

  constructor(container: Element, options: MarkdownStreamOptions = {}) {
    if (!(container instanceof Element)) refuse(`the container must be an element, not ${String(container)}`);
    if (typeof options !== 'object' || options === null)
      refuse(`the options must be an object, not ${String(options)}`);
    const report = options.onError ?? ((error) => console.error('cable-chat: markdown', error));
    this.#container = container;
    this.#selection = new SelectionKeeper(container);
    this.#options = readOptions(options);
    this.#highlight = options.highlight;
    this.#report = report;
    this.#lexer = new MarkdownLexer(report);
    container.replaceChildren();
    enableCodeCopy(container, this.#options.labels, this.#disposal.signal);
    enableSelectionCopy(container, this.#options.headingOffset, this.#disposal.signal);
    warmUpMarkdown();
  }

  /** How often finished words were drawn again, and why. */
  get stats(): MarkdownStreamStats {
    return { ...this.#stats };
  }

  /** Takes text; nothing is drawn before `flush`, `step` or `end`. */
  write(chunk: string): void {
    if (this.#ended) throw new TypeError('MarkdownStream: write() after end()');
    if (typeof chunk !== 'string') refuse('write() takes text; bytes become text by a TextDecoderStream');
    if (chunk === '') return;
    this.#unread.push(chunk);
    this.#dirty = true;
  }

  /** Draws everything written so far. */
  flush(): void {
    while (this.step());
  }

  /**
   * Draws some of what is written: about a millisecond's work, so that a long text can be drawn without standing the
   * page still. @returns whether there is more.
   */
  step(): boolean {
    if (!this.#dirty) return false;
    const before = this.#source.length;
    this.#dirty = this.#read();
    const restore = this.#selection.keep();
    this.#tail &&= extended(this.#tail, this.#source.slice(before));
    if (this.#source.length > MAX_SOURCE) this.#draw(false);
    else if (this.#tail) this.#shown = this.#source.length;
    if (!this.#tail) this.#draw(false);
    restore();
    return this.#dirty;
  }

  /** Draws everything; the text is whole. Idempotent. */
  end(): void {
    if (this.#ended) return;
    this.flush();
    this.#ended = true;
    if (this.#pendingReturn) this.#source += '\n';
    const restore = this.#selection.keep();
    this.#draw(true);
    restore();
  }

  /** Stops listening to copies and the copy buttons. What is drawn stays. Idempotent. */
  dispose(): void {
    this.#disposal.abort();
  }

  /** Adds the next slice to the source. @returns whether there is more. */
  #read(): boolean {
    let slice = '';
    while (slice.length < SLICE) {
      const next = this.#unread.shift();
      if (next === undefined) break;
      slice += next;
    }
    if (slice.length > SLICE) {
      this.#unread.unshift(slice.slice(SLICE));
      slice = slice.slice(0, SLICE);
    }
    if (this.#pendingReturn) slice = '\r' + slice;
    this.#pendingReturn = slice.endsWith('\r');
    if (this.#pendingReturn) slice = slice.slice(0, -1);
    this.#source += slice.includes('\r') ? slice.replace(/\r\n?/g, '\n') : slice;
    return this.#unread.length > 0;
  }

  #draw(whole: boolean): void {
    const isTooLong = this.#source.length > MAX_SOURCE;
    const ended = whole || isTooLong;
    const lexer = this.#lexer;
    const source = whole ? this.#source : isTooLong ? upToWord(this.#source) : this.#readable();
    const isWithheld = source.length < this.#source.length;
    const tokens = lexer.lexBlocks(source, ended);
    if (this.#document.block && tokens.some((token) => isSource(token) && token.raw === source)) {
      this.#leave();
      return this.#isLeaving ? undefined : this.#draw(whole);
    }
    const settledTokens: Token[] = [];
    const settledNodes: VirtualNode[] = [];
    const place = { isTop: true, isLoose: false, isTight: false, isLast: !ended, canCut: true };
    let isMisread = false;
    const { cut, nodes, commit } = drawSequence(tokens, source, this.#document, place, {
      options: this.#options,
      ended,
      lexBlocks: (text) => lexer.lexBlocks(text),
      lexWords: (text) => lexer.lexWords(text),
      completed,
      misread: () => (isMisread = true),
      settled: (some, drawn) => {
        settledTokens.push(...some);
        settledNodes.push(...drawn);
      },
      ends: (tail) => (this.#tail = tail),
      touched: (count) => (this.#stats.loosened += count),
    });
    if (isMisread) {
      this.#leave();
      return this.#isLeaving ? undefined : this.#draw(whole);
    }
    patchChildren(this.#container, this.#document.after, nodes);
    commit();
    this.#source = ended ? this.#source.slice(source.length) : cut.head + this.#source.slice(cut.offset);
    this.#shown = ended ? 0 : cut.head.length + source.length - cut.offset;
    // The new words join them first: what is not settled yet defines nothing for them.
    if (source.includes(']')) for (const run of runsIn(settledNodes)) this.#referrers.add(run.source, run.nodes);
    const isDefining = mayDefine(source);
    const concerned = isDefining ? this.#referrers.to(lexer.settle(definitionsIn(settledTokens))) : [];
    for (const referrer of concerned) {
      referrer.concerned++;
      referrer.waiting++;
      this.#late.add(referrer);
    }
    for (const referrer of whole ? this.#late : concerned) {
      if (!whole && referrer.waiting * MAX_LATE < referrer.concerned) continue;
      referrer.waiting = 0;
      this.#late.delete(referrer);
      const made = redraw(referrer.nodes, inlines(lexer.lexWords(referrer.source), this.#options));
      repoint(this.#document, referrer.nodes, made[made.length - 1]);
      referrer.nodes = made;
      this.#stats.redefined++;
    }
    // Words are read with what the text defines after them as well.
    const isDefined = isDefining && !definitionsIn(tokens).next().done;
    const isTail = !isWithheld && !isDefined && this.#source.endsWith(this.#tail?.source ?? '');
    if (!isTail) this.#tail = undefined;
    this.#colour(settledNodes);
  }

  /** Of a block that is settled in part nothing is held back that is shown: were nothing left of it, it would be gone. */
  #readable(): string {
    const source = withoutOpenMarkers(this.#source);
    const isLess = this.#document.block !== undefined && source.length < this.#shown;
    return isLess ? this.#source.slice(0, this.#shown) : source;
  }

  /** A block that is settled in part cannot be read any more: it stays as it was, and what comes is a new one. */
  #leave(): void {
    const rest = this.#source.slice(this.#shown);
    this.#source = this.#source.slice(0, this.#shown);
    if (!this.#isLeaving) {
      this.#isLeaving = true;
      this.#draw(true);
      this.#isLeaving = false;
    }
    this.#document.after = this.#container.lastChild ?? undefined;
    this.#document.block = undefined;
    this.#source = rest;
    this.#shown = 0;
  }

  #colour(nodes: readonly VirtualNode[]): void {
    if (!this.#highlight) return;
    for (const code of codeBlocksIn(nodes)) {
      // Code without colours is code.
      highlightCode(code, this.#highlight, this.#disposal.signal, this.#selection).catch((error: unknown) => {
        if (!this.#highlighterFailed) {
          const why = error instanceof Error ? error.message : String(error);
          this.#report(new Error(`the highlighter failed: ${why}`, { cause: error }));
        }
        this.#highlighterFailed = true;
      });
    }
  }
}

/** Before the first answer comes: see warm-up.ts. Idempotent. */
export function warmUpMarkdown(): void {
  warmUp((container) => new MarkdownStream(container));
}

/** A text without the word at its end, which may go on; at least no character of it is cut in two. */
function upToWord(text: string): string {
  const end = text.slice(-256);
  const space = /\s(?=\S*$)/.exec(end);
  const half = /(?:[\uD800-\uDBFF]|&#?\w{0,31}|\\)$/.exec(end);
  return text.slice(0, text.length - end.length + (space ? space.index + 1 : (half?.index ?? end.length)));
}

/** Words that may name a link, and where they stand. */
function* runsIn(nodes: readonly VirtualNode[]): Generator<{ source: string; nodes: readonly ChildNode[] }> {
  for (const node of nodes) {
    if (typeof node === 'string') continue;
    if (!isRun(node)) yield* runsIn(node.children);
    else if (node.source.includes(']') && node.openNodes) yield { source: node.source, nodes: node.openNodes };
  }
}
