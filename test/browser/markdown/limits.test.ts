import { expect } from '@open-wc/testing';
import { Lexer, marked } from 'marked';
import { MarkdownStream } from '../../../widget/src/markdown.js';
import { canonical } from '../support/canonical.js';
import { lineByLine, streamed } from '../support/streamed.js';
import { MarkdownLimitError } from '../../../widget/src/markdown/bounded-lexer.js';
import { MarkdownLexer } from '../../../widget/src/markdown/lexer.js';

interface Drawn {
  readonly container: HTMLElement;
  readonly reported: readonly unknown[];
}

function draw(markdown: string, step = markdown.length): Drawn {
  const container = document.createElement('div');
  const reported: unknown[] = [];
  const stream = new MarkdownStream(container, { onError: (error) => reported.push(error) });
  for (let at = 0; at < markdown.length; at += step) {
    stream.write(markdown.slice(at, at + step));
    stream.flush();
  }
  stream.end();
  return { container, reported };
}

const numbered = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('');

/** Each of these took marked seconds, minutes or for ever. What hangs here is killed by the runner. */
const HOSTILE: Readonly<Record<string, string>> = {
  'emphasis within emphasis': '**a *b '.repeat(6_000) + 'c* d**'.repeat(6_000),
  'emphasis, all opened first': '*a '.repeat(16_000) + 'b* '.repeat(16_000),
  'emphasis of both kinds': '*a_ '.repeat(12_500) + 'b* _c'.repeat(10_000),
  'strong emphasis that never ends': '***a'.repeat(25_000),
  'struck words within struck words': '~a ~~b '.repeat(7_000) + 'c~ d~~'.repeat(7_000),
  underscores: 'a_'.repeat(30_000),
  'a long word, and an @': 'a'.repeat(100_000) + '@',
  'exclamation marks': '!'.repeat(100_000),
  'an address of dots': 'www.' + 'a.'.repeat(20_000),
  'an address of exclamation marks': 'www.a.b/' + '!'.repeat(90_000),
  'an address of references': 'www.a.b/' + '&a;'.repeat(33_000),
  'links whose parenthesis is escaped': '[a](b\\)'.repeat(14_000),
  'links with too many parentheses': '[a](((b)'.repeat(12_000),
  'a link whose parentheses stay open': '[a](' + '(bbbb'.repeat(18_000) + ' c',
  'definitions whose lines are white space': `[a]:${' '.repeat(8_000)}\n b\n`.repeat(10) + 'a',
  'tables that are none': '|a\n|b|c\n'.repeat(10_000),
  'markers without end': '- > '.repeat(20_000) + '['.repeat(10_000) + ' a',
  'escaped brackets': '\\['.repeat(50_000) + '*a*',
  'declarations without an end': 'x <?'.repeat(25_000),
  'a list item of many lines': '- a\n' + '  b\n'.repeat(24_000),
  'a list item of many lazy lines': '- '.repeat(300) + 'a\n' + 'b\n'.repeat(40_000),
  'a list within a list, and so on': '- '.repeat(50_000) + 'a',
  'lists within quotes, and so on': '> - '.repeat(25_000) + 'a',
  'a staircase of lists': numbered(310, (index) => ' '.repeat(index * 2) + '- a\n'),
  'quotes that go on lazily': '> a\nb\n'.repeat(16_000),
  'a table of cells that are not there': `${'|a'.repeat(5_000)}|\n${'|-'.repeat(5_000)}|\n${'|b\n'.repeat(20_000)}`,
  'a link of one long word': `[${'a'.repeat(100_000)}](/b)`,
  'a link of many short words': `[${'a.'.repeat(50_000)}](/b)`,
  'definitions of what was said before': numbered(4_000, (index) => `[x${index}] b\n\n[x${index}]: /u\n\n`),
};

describe('markdown made to freeze the page', () => {
  for (const [name, markdown] of Object.entries(HOSTILE)) {
    it(`is drawn, whole and in pieces: ${name}`, () => {
      const whole = draw(markdown);
      expect(whole.container.textContent).to.match(/[abx!]/);
      const pieces = draw(markdown, 4_096);
      expect(pieces.container.isEqualNode(whole.container), 'the same in pieces').to.equal(true);
      // Told once, however often the open text is read anew.
      expect(pieces.reported.length).to.be.at.most(1);
    });
  }

  it('spoils only the paragraph that it stands in', () => {
    const { container, reported } = draw(`*before*\n\n${HOSTILE['emphasis within emphasis']}\n\n- [ ] *after*\n`);
    const { firstElementChild: first, lastElementChild: last } = container;
    expect(first?.innerHTML).to.equal('<em>before</em>');
    expect(first?.nextElementSibling?.textContent).to.match(/^\*\*a \*b/);
    expect(last?.querySelector('em')?.textContent).to.equal('after');
    expect(reported.length).to.be.at.most(1);
    expect(reported.every((error) => error instanceof MarkdownLimitError)).to.equal(true);
  });

  it('parts no character, no word and no reference where a line of over 16,384 characters goes on as a new block', () => {
    for (const word of ['😀', 'a😀 ', '&amp; ', '&lt;b&gt;', 'word ']) {
      for (const start of ['| ', '# ', '<div> ', '- [ ] ', '1. [a']) {
        // References are none in raw HTML.
        if (start === '<div> ' && word.startsWith('&')) continue;
        const markdown = start + word.repeat(22_000 / word.length);
        const expected = word.replace('&amp;', '&').replace('&lt;', '<').replace('&gt;', '>').trim();
        for (const step of [97, 1_000, 2_047, markdown.length]) {
          const text = draw(markdown, step).container.textContent ?? '';
          expect(text.split(expected).length - 1, `${start}${word} by ${step}`).to.equal(
            Math.floor(22_000 / word.length),
          );
        }
      }
    }
  });

  it('goes on in the same list, table, paragraph, quote and fence however long they are', () => {
    const shapes: readonly (readonly [tag: string, markdown: string])[] = [
      ['OL', numbered(3_000, (index) => `${index + 1}. item *${index}*\n`)],
      ['DIV', `| a | b |\n|---|---|\n${numbered(3_000, (index) => `| ${index} | **b** |\n`)}`],
      ['P', numbered(3_000, (index) => `word *${index}* and [a link](https://a.example/${index}), `)],
      ['BLOCKQUOTE', numbered(3_000, (index) => `> line \`${index}\`\n${index % 7 === 0 ? '>\n' : ''}`)],
      ['BLOCKQUOTE', numbered(1_000, (index) => `> - item ${index}\n>   goes on\n>   1. and another\n`)],
      ['BLOCKQUOTE', `> | a |\n> |---|\n${numbered(2_000, (index) => `> | ${index} |\n`)}`],
      ['FIGURE', `\`\`\`\n${numbered(3_000, (index) => `line ${index}\n`)}`],
    ];
    for (const [tag, markdown] of shapes) {
      const { container, reported } = draw(markdown, 97);
      expect([...container.children].map((child) => child.tagName)).to.deep.equal([tag]);
      expect(reported).to.deep.equal([]);
      const expected = new DOMParser().parseFromString(marked.parse(markdown, { async: false }), 'text/html').body;
      expect(canonical(container), tag).to.equal(canonical(expected));
      expect(canonical(streamed(lineByLine(markdown))), `${tag}, line by line`).to.equal(canonical(expected));
    }
  });

  it('does not change how long honest text is read', () => {
    const paragraph =
      'Some **bold and *nested* words**, `code`, [a *link*](https://a.example/b_(c)) and a_snake_case_name; see ' +
      'https://b.example/c_d?e=f*g, write to me@c.example, pay 5*3 dollars ~~or not~~ [1][2]. ';
    const source = `${paragraph.repeat(40)}\n\n- ${paragraph.repeat(10)}\n\n> ${paragraph.repeat(20)}\n`;
    const reported: unknown[] = [];
    const ours = new MarkdownLexer((error) => reported.push(error)).lexBlocks(source);
    expect(reported).to.deep.equal([]);
    expect(JSON.stringify(ours)).to.equal(JSON.stringify([...new Lexer({ gfm: true }).lex(source)]));
  });
});
