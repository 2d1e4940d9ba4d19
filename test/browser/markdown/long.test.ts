/** Blocks so long that their words, lines and items are settled before they are over, within each other, in pieces of every size. */
import { expect } from '@open-wc/testing';
import { canonical } from '../support/canonical.js';
import { fullPass } from '../support/completions.js';
import { randomFrom } from '../support/random.js';
import { inPieces, streamed } from '../support/streamed.js';

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
  'a late definition for the last words': `${LONG}end\n${LONG} [a]\nx\n\n[a]: /u`,
  'a late definition for words in the middle': `- ${LONG}end\n  see [a] ${LONG}\n  next word\n\n[a]: /u`,
  'a late definition for a long line': `${LONG.repeat(5)} [a] ${LONG}${LONG}[b ${LONG}\n\n[a]: /u`,
  'a label over two lines': `${LONG} [d\ne] x\n\n[d e]: /u`,
  'a label and its words over two lines': `${LONG} [t\nt][a b] x [a b][\na b] and more\n\n[a b]: /u`,
};

/** What stands before the first line of a block, and before the others. */
const PREFIXES = [
  ['', ''],
  ['> ', '> '],
  ['- ', '  '],
  ['1. ', '   '],
  ['- > ', '  > '],
  ['> - ', '>   '],
  ['> > ', '> > '],
  ['- - ', '    '],
  ['- [ ] ', '  '],
] as const;

const WORDS = ['word', 'words', '😀', 'é', '*a*', '**b c**', '`d`', '[e](https://e.example)', '~~f~~', '&amp;', '\\*'];

function pick<T>(random: () => number, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)] as T;
}

/** A few blocks, each of some long lines. */
function longDocument(random: () => number): string {
  const line = () =>
    Array.from({ length: 1 + Math.floor(random() * pick(random, [4, 60, 400])) }, () => pick(random, WORDS));
  const block = () => {
    const [first, others] = pick(random, PREFIXES);
    const lines = Array.from({ length: 1 + Math.floor(random() * 5) }, () => line().join(' '));
    return lines
      .join(pick(random, ['\n', '  \n', '\\\n', ' \n']))
      .replace(/^/, first)
      .replace(/\n/g, `\n${others}`);
  };
  return Array.from({ length: 1 + Math.floor(random() * 3) }, block).join('\n\n') + pick(random, ['', '\n', ' \n']);
}

describe('What is settled before its block is over', () => {
  for (const [name, markdown] of Object.entries(CASES)) {
    it(`is what one full pass makes of it: ${name}`, () => {
      const expected = canonical(fullPass(markdown));
      for (const size of [1, 3, 7, 13, 40, Infinity]) {
        expect(canonical(streamed(inPieces(markdown, () => size))), `in pieces of ${size}`).to.equal(expected);
      }
    });
  }

  it('is what one full pass makes of it: random documents', () => {
    const random = randomFrom();
    for (let run = 0; run < 60; run++) {
      const markdown = longDocument(random);
      const most = pick(random, [3, 30, 300, 3_000]);
      const text = canonical(streamed(inPieces(markdown, () => 1 + Math.floor(random() * most))));
      expect(text, `in pieces of up to ${most}: ${JSON.stringify(markdown)}`).to.equal(canonical(fullPass(markdown)));
    }
  });
});
