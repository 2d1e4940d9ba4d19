/** The texts that are streamed: made from a seed, every one full of markers, by which it is seen whether a text is on the page. */
import { randomFrom } from '../../support/seed.js';

export type Shape = 'mixed' | 'fence' | 'list' | 'table' | 'paragraph' | 'quote';

export interface DocumentName {
  readonly shape: Shape;
  /** Of 1,000 characters, all ASCII. */
  readonly kilobytes: number;
}

export interface BenchDocument extends DocumentName {
  /** Such as `mixed-20`. */
  readonly name: string;
  readonly text: string;
  /** Where each chunk ends. */
  readonly cuts: readonly number[];
  /** Characters a chunk, at least and at most. Growth is only told between documents that were cut alike. */
  readonly chunk: readonly [least: number, most: number];
}

/** As a model's small deltas arrive together; and larger, so that half a megabyte is through within a minute a run. */
const FINE = [8, 40] as const;
const COARSE = [32, 160] as const;

export const SHAPES: readonly Shape[] = ['mixed', 'fence', 'list', 'table', 'paragraph', 'quote'];

const WORDS =
  'the a of and to in that is for with as on by an answer stream page server client token block line frame cable every word arrives whole order'.split(
    ' ',
  );

/** Words, every fourth a marker: `q`, a number that counts through the document, `x`. Markers are never in links' texts or addresses. */
class Writer {
  text = '';
  readonly #random: () => number;
  #markers = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  upTo(least: number, most: number): number {
    return least + Math.floor(this.#random() * (most - least + 1));
  }

  plain(): string {
    return WORDS[Math.floor(this.#random() * WORDS.length)] ?? 'word';
  }

  words(count: number): string {
    const word = (index: number): string => (index % 4 === 0 ? `q${this.#markers++}x` : this.plain());
    return Array.from({ length: count }, (_, index) => word(index)).join(' ');
  }

  /** A sentence as models write it, with something inline now and then. */
  sentence(): string {
    const words = () => this.words(this.upTo(4, 9));
    const inline = [
      () => `**${words()}**`,
      () => `*${words()}*`,
      () => `\`${words()}\``,
      () => `[${this.plain()} ${this.plain()}](https://example.com/${this.plain()})`,
      () => words(),
      () => words(),
    ][this.upTo(0, 5)];
    return `${words()} ${inline?.() ?? ''} ${words()}.`;
  }

  codeLine(): string {
    return `  const ${this.plain()}_${this.upTo(1, 999)} = call("${this.words(this.upTo(2, 6))}");`;
  }

  item(): string {
    return `- ${this.sentence()}`;
  }

  row(): string {
    return `| ${this.words(2)} | ${this.words(this.upTo(2, 5))} | \`${this.words(1)}\` |`;
  }
}

const tableHead = '| name | what it is | code |\n| --- | :--- | ---: |\n';

/** Adds the next piece of the shape. */
const PIECES: Readonly<Record<Shape, (writer: Writer, isFirst: boolean) => string>> = {
  fence: (writer, isFirst) => `${isFirst ? '```js\n' : ''}${writer.codeLine()}\n`,
  list: (writer) => `${writer.item()}\n`,
  table: (writer, isFirst) => `${isFirst ? tableHead : ''}${writer.row()}\n`,
  paragraph: (writer) => `${writer.sentence()}\n`,
  quote: (writer) => `${writer.upTo(0, 5) === 0 ? '> >\n' : ''}> > ${writer.sentence()}\n`,
  mixed(writer) {
    const lines = (count: number, line: () => string) => `${Array.from({ length: count }, line).join('\n')}\n\n`;
    const kinds = [
      () => `${'#'.repeat(writer.upTo(1, 4))} ${writer.words(4)}\n\n`,
      () => lines(writer.upTo(1, 4), () => writer.sentence()),
      () => lines(writer.upTo(1, 4), () => writer.sentence()),
      () => lines(writer.upTo(1, 4), () => writer.sentence()),
      () => lines(writer.upTo(3, 8), () => writer.item()),
      () => lines(writer.upTo(3, 6), () => `1. ${writer.sentence()}\n   - ${writer.sentence()}`),
      () => `\`\`\`ts\n${lines(writer.upTo(4, 20), () => writer.codeLine()).trimEnd()}\n\`\`\`\n\n`,
      () => tableHead + lines(writer.upTo(3, 8), () => writer.row()),
      () => lines(writer.upTo(1, 3), () => `> ${writer.sentence()}`),
    ];
    return kinds[writer.upTo(0, kinds.length - 1)]?.() ?? '';
  },
};

export function nameOf({ shape, kilobytes }: DocumentName): string {
  return `${shape}-${kilobytes}`;
}

/** At least as long as named, and at most one piece longer. The same seed gives the same document. */
export function writeDocument(document: DocumentName, seed: number): BenchDocument {
  const writer = new Writer(randomFrom(seed ^ (SHAPES.indexOf(document.shape) + 1)));
  const pieces: string[] = [];
  for (let length = 0; length < document.kilobytes * 1000; length += pieces.at(-1)?.length ?? 0) {
    pieces.push(PIECES[document.shape](writer, pieces.length === 0));
  }
  if (document.shape === 'fence') pieces.push('```\n');
  const text = pieces.join('');
  const [least, most] = document.shape === 'mixed' && document.kilobytes <= 50 ? FINE : COARSE;
  const cuts: number[] = [];
  while ((cuts.at(-1) ?? 0) < text.length)
    cuts.push(Math.min(text.length, (cuts.at(-1) ?? 0) + writer.upTo(least, most)));
  return { ...document, name: nameOf(document), text, cuts, chunk: [least, most] };
}
