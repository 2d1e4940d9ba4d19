/** What the drawing of blocks has in common: what it makes, where, and whom it tells. */
import type { Token } from 'marked';
import { NO_CUT } from './cut.js';
import type { Cut } from './cut.js';
import type { RenderOptions } from './inline.js';
import type { VirtualNode } from './nodes.js';
import type { OpenBlock } from './open.js';
import type { Tail } from './tail.js';

/** A part of the page, not drawn yet. */
export interface Drawn {
  readonly nodes: readonly VirtualNode[];
  /** What is settled of its source. */
  readonly cut: Cut;
  /** To be called once it is drawn, if the source is cut: remembers where the rest goes. */
  readonly commit: () => OpenBlock | undefined;
}

/** Where a block stands. */
export interface Place {
  readonly isTop: boolean;
  /** In an item of a loose list: its words are paragraphs. */
  readonly isLoose: boolean;
  /** In an item of a tight list: its words stand by themselves. */
  readonly isTight: boolean;
  /** What is written next goes on here. */
  readonly isLast: boolean;
  /** What is settled of it may be cut out of the source. */
  readonly canCut: boolean;
}

/** What the drawing needs to know, and whom it tells. */
export interface Surroundings {
  readonly options: RenderOptions;
  /** The text is whole: everything is settled. */
  readonly ended: boolean;
  /** Reads blocks by themselves. */
  readonly lexBlocks: (source: string) => readonly Token[];
  /** Reads words by themselves. */
  readonly lexWords: (source: string) => readonly Token[];
  /** Words that are not whole yet, as they should look until they are. */
  readonly completed: (source: string) => string;
  /** What is settled in part is not what it was any more. */
  readonly misread: () => void;
  readonly settled: (tokens: readonly Token[], nodes: readonly VirtualNode[]) => void;
  /** The words that the text ends with. */
  readonly ends: (tail: Tail) => void;
  /** So many settled nodes had to be touched again. */
  readonly touched: (count: number) => void;
}

/** What is not settled before something comes after it. */
export function still(nodes: readonly VirtualNode[]): Drawn {
  return { nodes, cut: NO_CUT, commit: () => undefined };
}

/**
 * What has letters has a direction: the browser would look for it again with everything that comes.
 * @param live what is drawn of the block
 */
export function directionOf(live: Element | null | undefined): string {
  const known = live?.getAttribute('dir');
  if (!live || known !== 'auto') return known ?? 'auto';
  if (!/\p{L}/u.test(live.firstChild?.textContent ?? '')) return 'auto';
  try {
    return live.matches(':dir(rtl)') ? 'rtl' : 'ltr';
  } catch {
    // Browsers that do not know `:dir` look.
    return 'auto';
  }
}
