/** Blocks so long that their words, lines and items are settled before they are over, within each other, in pieces of every size. */
import { expect } from '@open-wc/testing';
import { canonical } from '../support/canonical.js';
import { fullPass } from '../support/completions.js';
import { randomFrom } from '../support/random.js';
import { inPieces, lineByLine, streamed } from '../support/streamed.js';

const LONG = 'word '.repeat(60);

const CASES: Readonly<Record<string, string>> = {
  'a hard break by spaces': `${LONG}end  \nnext ${LONG}\nfin\n`,
  'a hard break by a backslash': `${LONG}end\\\nnext\n`,
  'nothing but hard breaks': 'one  \ntwo\\\n'.repeat(60),
  'two hard breaks in a row': `${LONG}\\\n\\\nnext \\\n  \\\n${LONG}\n`,
  'hard breaks in a quote': `> ${LONG}end  \n> next\\\n> ${LONG}\n`,
  'hard breaks in an item': `- ${LONG}end\\\n  next  \n  ${LONG}\n  fin\n`,
  'a line in a quote in an item': `- > a\n  > ${'word 😀 '.repeat(200)}\n  > ${'a *b* '.repeat(300)}\n  > fin\n`,
  'a line in a quote after the words of an item': `- a\n\n  > ${'word '.repeat(600)}\n`,
  'indented code that looks like a quoted task': '    a\n    b\n    > [ ] t\n    c\n\n- a\n\n      b\n      > [x] c\n',
  'a quote that goes on at less than its item': '   - a\n     - b\n    > note\n\n',
  'an item at less than the item that it is in': '  1. a\n     - b\n    - c\n\n',
  'an underline for an item that is empty': '-\n  -\n=\n',
  'an underline for the words of an item': `- ${LONG}end\n  b\n  ---\n- c\n  ${LONG}*end*\n  ===\n`,
  'an underline for words after others': `- a\n  ${LONG}\n  ===\n  d\n`,
  'an underline after a line that refuses it': `|\n${LONG}end\n===`,
  'an underline after a number in a quote': `> a\n> 2. ${LONG}${LONG}end\n> ${LONG}x\n> ===`,
  'a heading that a separator makes none': `# ${LONG}\u2028${LONG}\n`,
  'code after words after a list in an item': '- a\n  - b\n\n  c\n      d\n\n      e\n',
  'code after words after a long item in an item': `- a\n  - ${LONG}\n    ${LONG}\n\n  c\n      d\n\n      e\n`,
  'an item and a tag in tabs': `>*\tr\n> \t+\t a\n>   </b> ${LONG}end\n  z`,
  'a link whose words have a bracket in code': `${LONG}[a \`]\` b\n${LONG}c](https://e.example) x\n`,
  'a link whose title has a parenthesis': `${LONG}[a](https://e.example "b) c\n${LONG} d") x\n`,
  'words after an empty item in an item': `- a\n  - b\n  -\n  c ${LONG}\n  d ${LONG}\n  e\n`,
  'words after a quote with a list in an item': `1. > - a ${LONG}\n   b ${LONG}\n   c ${LONG}\n   d\n`,
  'lazy words after code in an item in an item': `2. -    a\nb ${LONG}\nc ${LONG}\nd\n`,
  'a table of one column below the words of an item': `- ${LONG}\n  a | b\n  |---|\n${'  | c | d |\n'.repeat(30)}`,
  'a table below words in an item': `- ${LONG}end\n  head\n  -|\n`,
  'a table of too few columns, and an underline': `| a | b |\n|---|---|---|\n${'| c d e | f g h |\n'.repeat(20)}---\ni\n`,
  'a table of one column below half a line': `${LONG}a | b **c\n|--|\n\td** ${LONG}e\n`,
  'numbers below words, and an underline': `a\n2. ${LONG}\n${LONG}\n---\n`,
  'an underline after other blocks in an item': `1. a\n   \`\`\`\n   b\n   \`\`\`\n   ${LONG}\n   ${LONG}\n   ---\nc\n`,
  'an underline after a quote in an item': `- > a\n  >\n  ${LONG}\n  b ${LONG}\n  ---\nc\n`,
  'an underline for a task': `- [ ] a ${LONG}\n  b ${LONG}\n  -\n`,
  'an underline that is none': `- a ${LONG}\n=\n--\n`,
  'a break before white space': `a\\\n  __b,\\_ ~~${LONG}c\\\n${LONG}d`,
  'a break before other white space': `> ${LONG}end  \n> \v a`,
  'an item with a wide marker, and a lazy line': `0. 21. ${LONG}\n${LONG}\n    > a`,
  'a long first line after a wide marker, and a lazy line': `-    ${'word '.repeat(239)}\nend `,
  'lazy lines of items within each other': `- a\n  - b\n    - ${LONG}\n      ${LONG}\n   c ${LONG}\nd\n`,
  'a lazy line after code in an item': '- ```\n  a\n      b\nc\n  ```\n',
  'a lazy line after a comment in code in an item': '1. a\n   ```py\n   # b\nc\n   ```\n',
  'a blank line in code in an item': '- ```\n  a\n\n  b\nc\n  ```\n',
  'code in an item that is indented by tabs': '   2.\n      ```\n      a\n  \tb\n      c\n\t\td\n      ```\n',
  'a long line of code': `\`\`\`js\n${'code '.repeat(300)}\na\n${'code '.repeat(300)}\n\n\nb\n`,
  'a lazy line after raw HTML in an item': '- <details>\n  <summary>a</summary>\n  b\nc\nd\n',
  'an item in a tab': '  1. a\n     - b\n\t1. c\n\n',
  'raw HTML that ends with a comment': 'a\n\n<!--\nb\n-->\n\n# c\n\nd **e**\n\n- f\n',
  'raw HTML that ends with its tag': '<pre><code>a\nb</code></pre>\nc **d**\n\n- e\n',
  'raw HTML in a quote that ends with its tag': '> <style>\n> a\n> </style>\n>\n> # b\n>\n> c **d**\n',
  'raw HTML in a quote that ends with a comment': '> - <!--\n>   a\n>   -->\n>\n>   b\n>\n> ---\n>\n> c\n',
  'a table in a quote whose rows go on lazily': '>a\nb\n| c | d |\n|-|-|\n| e |\n| f |\n',
  'raw HTML whose tag goes on over lines': '<pre\n  class="a">\nb\nc\n</pre>\nd\n',
  'emphasis in parentheses after a label': `${LONG}\nThe array arr[i](the \`i\`-th, which is *not* null,\nand **never** empty).\n${LONG}\n`,
  'parentheses after a label that never close': `${LONG}[a](your *full* name\nas in **passport** x\n${LONG}\n`,
  'parentheses after a label in a long line': `${LONG}${LONG.repeat(4)}[a](your *b* c **d** e) ${LONG} *f* g`,
  'code spans, and labels with half of one': `**a ${LONG}\`b\` [c \`d e] \`f *g* i] ${LONG}c**\nh\` end\n`,
  'a late definition for the last words': `${LONG}end\n${LONG} [a]\nx\n\n[a]: /u`,
  'a late definition for words in the middle': `- ${LONG}end\n  see [a] ${LONG}\n  next word\n\n[a]: /u`,
  'a late definition for a long line': `${LONG.repeat(5)} [a] ${LONG}${LONG}[b ${LONG}\n\n[a]: /u`,
  'a label over two lines': `${LONG} [d\ne] x\n\n[d e]: /u`,
  'a label and its words over two lines': `${LONG} [t\nt][a b] x [a b][\na b] and more\n\n[a b]: /u`,
};

const WORDS = ['word', 'words', '😀', 'é', '*a*', '**b c**', '`d`', '[e](https://e.example)', '~~f~~', '&amp;', '\\*'];

function pick<T>(random: () => number, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)] as T;
}

/** A few blocks of every kind, some of them long, some within each other. */
function longDocument(random: () => number): string {
  const upTo = (most: number) => 1 + Math.floor(random() * most);
  const times = (count: number, make: () => string) => Array.from({ length: count }, make);
  const line = () => times(upTo(pick(random, [4, 60, 400])), () => pick(random, WORDS)).join(' ');
  const words = () => times(upTo(5), line).join(pick(random, ['\n', '\n', '  \n', '\\\n', ' \n']));
  const code = () => times(upTo(pick(random, [5, 40])), () => pick(random, ['', 'a', '# b', '    c', '<d>', line()]));
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const within = (text: string, first: string, others: string) =>
    text.replace(/^/, first).replace(/\n/g, `\n${others}`);
  const item = (depth: number, marker: string) => within(blocks(depth - 1, 2), marker, ' '.repeat(marker.length));
  const KINDS: ((depth: number) => string)[] = [
    words,
    words,
    () => `${'#'.repeat(upTo(6))} ${line()}`,
    () => `${words()}\n${pick(random, ['===', '---'])}`,
    () => ['```js', ...code(), '```'].join('\n'),
    () => ['<div>', ...code().filter((text) => text !== ''), '</div>'].join('\n'),
    () => ['<!--', ...code(), '-->'].join('\n'),
    () => [row(['a', 'b']), row(['-', '-']), ...times(upTo(40), () => row([pick(random, WORDS), 'c']))].join('\n'),
    () => '---',
    (depth) => within(blocks(depth - 1, 3), '> ', '> '),
    (depth) => times(upTo(6), () => item(depth, '- ')).join(pick(random, ['\n', '\n\n'])),
    (depth) => times(upTo(6), () => item(depth, '10. ')).join(pick(random, ['\n', '\n\n'])),
    () => times(upTo(6), () => within(words(), '- [ ] ', '  ')).join('\n'),
  ];
  const blocks = (depth: number, most: number): string =>
    times(upTo(most), () => (depth > 0 ? pick(random, KINDS)(depth) : words())).join(
      pick(random, ['\n\n', '\n\n', '\n']),
    );
  return blocks(3, 4) + pick(random, ['', '\n', ' \n']);
}

describe('What is settled before its block is over', () => {
  for (const [name, markdown] of Object.entries(CASES)) {
    it(`is what one full pass makes of it: ${name}`, () => {
      const expected = canonical(fullPass(markdown));
      for (const size of [1, 3, 7, 13, 40, Infinity]) {
        expect(canonical(streamed(inPieces(markdown, () => size))), `in pieces of ${size}`).to.equal(expected);
      }
      expect(canonical(streamed(lineByLine(markdown))), 'line by line').to.equal(expected);
    });
  }

  it('is what one full pass makes of it: random documents', () => {
    const random = randomFrom();
    for (let run = 0; run < 40; run++) {
      const markdown = longDocument(random);
      // Each piece is a reading: those of a long text are longer.
      const most = Math.ceil(markdown.length / 200) * pick(random, [1, 3, 10, 100]);
      const text = canonical(streamed(inPieces(markdown, () => 1 + Math.floor(random() * most))));
      expect(text, `in pieces of up to ${most}: ${JSON.stringify(markdown)}`).to.equal(canonical(fullPass(markdown)));
    }
  });
});
