/** Who is measured. Each has a page of its own: page/contestants/NAME.ts. */
import type { DocumentName } from './documents.js';

export interface ContestantName {
  readonly name: string;
  readonly what: string;
  /** Packages whose versions belong into the report. */
  readonly packages: readonly string[];
  /** Measured on everything; the others on the small mixed documents, for which they are made. */
  readonly isFast: boolean;
}

export const CONTESTANTS: readonly ContestantName[] = [
  { name: 'text', what: 'the floor: the text itself, a block for each of its blocks', packages: [], isFast: true },
  {
    name: 'streaming-markdown',
    what: 'its default renderer; a dialect of its own',
    packages: ['streaming-markdown'],
    isFast: true,
  },
  { name: 'ours', what: 'MarkdownStream: write each chunk, flush once a frame', packages: [], isFast: true },
  { name: 'deep-chat', what: 'stream: true', packages: ['deep-chat'], isFast: false },
  { name: 'deep-chat-partial', what: 'stream: { partialRender: true }', packages: ['deep-chat'], isFast: false },
  {
    name: 'streamdown',
    what: 'React: the text so far as its child, set for each chunk',
    packages: ['streamdown', 'react', 'react-dom'],
    isFast: false,
  },
  {
    name: 'parse-all-chunk',
    what: 'marked.parse, DOMPurify and innerHTML for each chunk',
    packages: ['marked', 'dompurify'],
    isFast: false,
  },
  {
    name: 'parse-all-frame',
    what: 'marked.parse, DOMPurify and innerHTML once a frame',
    packages: ['marked', 'dompurify'],
    isFast: false,
  },
];

/** What the limits are measured in. */
export const FLOOR = 'text';
export const PEER = 'streaming-markdown';
export const OURS = 'ours';

/** Where parsing everything again, or React, would take minutes and say nothing new. */
export function isMeasured({ isFast }: ContestantName, { shape, kilobytes }: DocumentName): boolean {
  return isFast || (shape === 'mixed' && kilobytes <= 50);
}
