/**
 * What is known of blocks that are still being written and are settled in part: where in the page the next part goes.
 * Their settled source is gone; the lexer reads the rest behind a stand-in for it.
 */

/** Blocks with which nothing that comes after them has to do. */
export interface StandIn {
  readonly source: string;
  /** So many blocks it is. */
  readonly count: number;
}

/** Blocks after each other: the document, a quote's, a list item's. */
export interface OpenSequence {
  /** The last node that is settled. */
  after: ChildNode | undefined;
  /** What stands in for the blocks of a list item that are gone. */
  standIn: StandIn | undefined;
  /** What is known of the first block that is not settled as a whole. */
  block: OpenBlock | undefined;
}

export interface OpenList {
  readonly type: 'list';
  readonly start: string;
  loose: boolean;
  readonly element: Element | undefined;
  after: ChildNode | undefined;
  /** The item that goes on, if its beginning is gone. */
  item: OpenSequence | undefined;
  task: boolean;
}

export interface OpenQuote {
  readonly type: 'quote';
  readonly content: OpenSequence;
}

export interface OpenTable {
  readonly type: 'table';
  after: ChildNode | undefined;
  readonly filled: number;
}

/** Code, raw HTML, a paragraph. */
export interface OpenText {
  readonly type: 'text';
  /** How many characters of the token's text stand in for what is gone. */
  readonly skip: number;
  after: ChildNode | undefined;
  readonly text: number;
  /** Of code: a whole line of it stands in for those that are gone. */
  readonly hasLine?: boolean;
  /** What marked called it. */
  readonly kind: string;
}

export type OpenBlock = OpenList | OpenQuote | OpenTable | OpenText;

const WORDS = ['paragraph', 'text', 'heading', 'table'];

/** Whether what marked reads now may be the block that is settled in part. */
export function goesOnAs(block: OpenBlock, type: string | undefined): boolean {
  if (type === undefined) return false;
  if (block.type === 'quote') return type === 'blockquote';
  if (block.type !== 'text') return type === block.type;
  return WORDS.includes(block.kind) ? WORDS.includes(type) : type === block.kind;
}

export function openSequence(after?: ChildNode): OpenSequence {
  return { after, standIn: undefined, block: undefined };
}

/** Nodes were drawn anew: what pointed to one of them points to the last of those in their place. */
export function repoint(open: OpenSequence, from: readonly ChildNode[], to: ChildNode | undefined): void {
  const { block } = open;
  if (open.after && from.includes(open.after)) open.after = to;
  if (block?.type === 'quote') repoint(block.content, from, to);
  else if (block?.type === 'list') {
    if (block.item) repoint(block.item, from, to);
  } else if (block?.type === 'text' && block.after && from.includes(block.after)) block.after = to;
}
