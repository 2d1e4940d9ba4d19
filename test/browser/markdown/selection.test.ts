import { expect } from '@open-wc/testing';
import { MarkdownStream } from '../../../widget/src/markdown.js';
import { canonical } from '../support/canonical.js';
import { randomFrom } from '../support/random.js';
import { select, selectBetween, selectedText, wordsIn } from '../support/selection.js';

/** In a shadow root, as in the chat, or not, as in any page. */
const PLACES = ['page', 'shadow root'] as const;

let host: HTMLElement;
afterEach(() => host.remove());

function place(where: (typeof PLACES)[number]): HTMLElement {
  host = document.createElement('div');
  document.body.append(host);
  const container = document.createElement('div');
  (where === 'page' ? host : host.attachShadow({ mode: 'open' })).append(container);
  return container;
}

function streamed(container: HTMLElement, text: string): MarkdownStream {
  const stream = new MarkdownStream(container, { linkProtocols: ['https:'] });
  stream.write(text);
  stream.flush();
  return stream;
}

function goOn(stream: MarkdownStream, text: string): void {
  for (const character of text) {
    stream.write(character);
    stream.flush();
  }
}

for (const where of PLACES) {
  describe(`A selection (${where}) outlives`, () => {
    it('the words that come after it, in what is finished and in what is open', async () => {
      for (const words of ['finished', 'bold', 'code', 'open', 'cell', 'quoted', 'item']) {
        const container = place(where);
        const text =
          'Some finished words.\n\n- an item\n- **bold** item\n\n> quoted\n\n| a |\n| - |\n| cell |\n\n```\ncode\n```\n\nThe open';
        const stream = streamed(container, text);
        await select(container, words);
        goOn(stream, ' words *go* on.\n\n1. And\n2. more\n');
        expect(selectedText(container)).to.equal(words);
        stream.end();
        expect(selectedText(container)).to.equal(words);
        host.remove();
      }
    });

    it('more words in the same open block', async () => {
      for (const [text, words] of [
        ['Some *open* words', 'words'],
        ['- first\n- second', 'second'],
        ['> quoted', 'quoted'],
        ['| a |\n| - |\n| cell', 'cell'],
        ['```js\nlet a', 'let'],
        ['<p>raw', 'raw'],
      ] as const) {
        const container = place(where);
        const stream = streamed(container, text);
        await select(container, words);
        goOn(stream, ' and **more** of it.\n');
        expect(selectedText(container), text).to.equal(words);
        host.remove();
      }
    });

    it('a definition after it that makes links of the words around it', async () => {
      for (const words of ['Before', 'label', 'between', 'strong', 'After', 'kept']) {
        const container = place(where);
        const text =
          'Before [label] between **strong** and [second label][b], [kept](https://k.example). After\n\nx\n\n';
        const stream = streamed(container, text);
        await select(container, words);
        goOn(stream, '[label]: https://a.example/\n[b]: https://b.example/\n\nEnd\n\n');
        expect(container.querySelectorAll('a').length).to.equal(3);
        expect(selectedText(container), words).to.equal(words);
        host.remove();
      }
    });

    it('a definition, over several nodes and in either direction', async () => {
      for (const isBackward of [false, true]) {
        const container = place(where);
        const stream = streamed(container, 'Before [label] and *after*.\n\nx\n\n');
        const start = wordsIn(container, 'label');
        const [after] = wordsIn(container, 'after');
        await (isBackward ? selectBetween([after, 3], start) : selectBetween(start, [after, 3]));
        goOn(stream, '[label]: https://a.example/ "title"\n\nEnd\n\n');
        expect(selectedText(container)).to.match(/^label.* and aft$/);
        expect(getSelection()?.direction).to.equal(isBackward ? 'backward' : 'forward');
        host.remove();
      }
    });

    it('a click that selects a paragraph, to the beginning of the next one', async () => {
      const container = place(where);
      const stream = streamed(container, 'See [docs] for more.\n\nA second paragraph.\n\nA third');
      await selectBetween(wordsIn(container, 'See'), [container.children[1] as Element, 0]);
      expect(selectedText(container)).to.equal('See [docs] for more.');
      goOn(stream, ' one.\n\n[docs]: https://a.example/\n\nx');
      expect(selectedText(container)).to.equal('See docs for more.');
    });

    it('words from the end of the block before them, when an underline makes a heading of them', async () => {
      const container = place(where);
      const stream = streamed(container, '# install\nRUN npm ci and\nnpm cache');
      const [text] = wordsIn(container, 'install');
      const [words, at] = wordsIn(container, 'cache');
      await selectBetween([text, 7], [words, at + 5]);
      goOn(stream, ' clean --force\n---\nCMD x\n');
      expect(selectedText(container)).to.equal('RUN npm ci and\nnpm cache');
    });

    it('a list that turns out to be loose', async () => {
      const container = place(where);
      const stream = streamed(container, '- one\n- two\n- three\n- fo');
      await select(container, 'two');
      goOn(stream, 'ur\n\n- five\n- six\n');
      expect(container.querySelectorAll('li > p').length).to.be.at.least(4);
      expect(selectedText(container)).to.equal('two');
    });

    // What is open is made of other elements then.
    for (const [before, words, after] of [
      ['- one\n- two\n- three\n\n- f', 'three', 'our'],
      ['1. **Do** First step of it\n\n   ```', 'step', 'sh\n   ls'],
      ['see [docs](https://x.example', 'docs', ') now'],
      ['see [later][l] ', 'later', 'or now\n\n[l]: https://x.example\n\nEnd\n\n'],
      ['Title\n', 'Title', '===\n\nwords'],
      ['A **bold [x](https://x.example) unclosed', 'unclosed', '\n\nwords'],
    ] as const) {
      it(`${JSON.stringify(before)} and then ${JSON.stringify(after)}`, async () => {
        const container = place(where);
        const stream = streamed(container, before);
        await select(container, words);
        goOn(stream, after);
        expect(selectedText(container)).to.equal(words);
        stream.end();
        expect(selectedText(container)).to.equal(words);
      });
    }
  });
}

describe('The focus outlives', () => {
  it('what comes after it: on a link, a copy button and a table', () => {
    for (const selector of ['a', 'button', '.table', 'pre']) {
      const container = place('shadow root');
      const text = 'A [link](https://a.example).\n\n| a |\n| - |\n| b |\n\n```\ncode\n```\n\nThe [open';
      const stream = streamed(container, text);
      const target = container.querySelector<HTMLElement>(selector)!;
      target.focus();
      goOn(stream, ' words] go on.\n\n- And\n\n  more\n');
      expect((container.getRootNode() as ShadowRoot).activeElement, selector).to.equal(target);
      host.remove();
    }
  });

  it('a link in an open paragraph, and the button of an open code block', () => {
    for (const [text, selector] of [
      ['A [link](https://a.example) and', 'a'],
      ['```\ncode', 'button'],
      ['- a\n\n  ```\n  code', 'button'],
    ] as const) {
      const container = place('shadow root');
      const stream = streamed(container, text);
      const target = container.querySelector<HTMLElement>(selector)!;
      target.focus();
      goOn(stream, ' more.\n  Go on\n');
      expect((container.getRootNode() as ShadowRoot).activeElement, text).to.equal(target);
      host.remove();
    }
  });

  it('a definition that makes links of the words around it', () => {
    const container = place('shadow root');
    const stream = streamed(container, 'A [label], a [link](https://l.example) and [more].\n\nx\n\n');
    const link = container.querySelector('a')!;
    link.focus();
    goOn(stream, '[label]: https://a.example/\n\n[more]: https://b.example/\n\nEnd\n\n');
    expect([...container.querySelectorAll('a')].map(({ host: name }) => name)).to.deep.equal([
      'a.example',
      'l.example',
      'b.example',
    ]);
    expect((container.getRootNode() as ShadowRoot).activeElement).to.equal(link);
  });

  it('what makes other elements of it', () => {
    for (const [before, after] of [
      ['- see [x](https://x.example) now\n\n- f', 'our'],
      ['1. [x](https://x.example) a\n\n   p', 'q'],
      ['A [x](https://x.example) title\n', '===\n'],
    ] as const) {
      const container = place('page');
      const stream = streamed(container, before);
      container.querySelector('a')?.focus();
      goOn(stream, after);
      expect(document.activeElement?.getAttribute('href'), before).to.equal('https://x.example/');
      host.remove();
    }
  });
});

it('A wide code block and a wide table stay where they are scrolled to', () => {
  const container = place('page');
  // Not by their own attributes, which are the stream's.
  const style = document.createElement('style');
  style.textContent = '.table, pre { overflow: auto; inline-size: 200px }';
  host.append(style);
  const wide = 'wide '.repeat(100);
  const stream = streamed(container, `| ${wide.replaceAll(' ', '\u00a0')} |\n| - |\n| a |\n\n~~~\n${wide}\n`);
  const [table, pre] = [container.querySelector('.table')!, container.querySelector('pre')!];
  for (const scroller of [table, pre]) {
    scroller.scrollLeft = 150;
    expect(scroller.scrollLeft).to.equal(150);
  }
  goOn(stream, `more\n${wide}\n~~~\n\nAnd so *on*.\n\n- a\n`);
  stream.end();
  expect(table.scrollLeft).to.equal(150);
  expect(pre.scrollLeft).to.equal(150);
});

it('Words with definitions after them are what they are with definitions before them', () => {
  const random = randomFrom();
  const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? '';
  const pieces = [
    '[a]',
    '[b]',
    '[c][a]',
    '*[a]*',
    '*x [b*]',
    '**',
    '*',
    '`[a]`',
    'word',
    ' ',
    ' and ',
    '[a',
    ']',
    '!',
    '[*b*]',
  ];
  for (let run = 0; run < 300; run++) {
    const words = `start ${Array.from({ length: 12 }, () => pick(pieces)).join('')} end`;
    const definitions = '[a]: https://a.example/\n\n[b]: https://b.example/\n\n';
    const container = place('page');
    const stream = streamed(container, `${words}\n\nx\n\n`);
    goOn(stream, definitions);
    stream.end();
    const before = document.createElement('div');
    streamed(before, `${definitions}${words}\n\nx\n`).end();
    expect(canonical(container), words).to.equal(canonical(before));
    host.remove();
  }
});
