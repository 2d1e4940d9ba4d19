import { expect } from '@open-wc/testing';
import { marked, Tokenizer } from 'marked';
import { MarkdownStream } from '../../../widget/src/markdown.js';
import type { MarkdownStreamOptions } from '../../../widget/src/markdown.js';
import { canonical } from '../support/canonical.js';
import { DOCUMENTS } from '../support/documents.js';
import { randomFrom } from '../support/random.js';
import { streamed } from '../support/streamed.js';

function byMarked(markdown: string): Element {
  return new DOMParser().parseFromString(marked.parse(markdown, { async: false }), 'text/html').body;
}

describe('MarkdownStream', () => {
  for (const [name, markdown] of Object.entries(DOCUMENTS)) {
    it(`renders as one full pass of marked does: ${name}`, () => {
      const expected = canonical(byMarked(markdown));
      expect(canonical(streamed([markdown])), 'whole').to.equal(expected);
      expect(canonical(streamed([...markdown])), 'character by character').to.equal(expected);
    });
  }

  it('renders all documents in one, in random pieces, as one full pass does', () => {
    // The open fence would swallow whatever comes after it.
    const whole = Object.entries(DOCUMENTS)
      .filter(([name]) => name !== 'open fence' && name !== 'text that looks like nothing')
      .map(([name, markdown]) => `## ${name}\n\n${markdown}`)
      .join('\n\n');
    const random = randomFrom();
    const expected = canonical(byMarked(whole));
    for (let run = 0; run < 10; run++) {
      const pieces: string[] = [];
      for (let at = 0; at < whole.length;) {
        const length = 1 + Math.floor(random() * 40);
        pieces.push(whole.slice(at, at + length));
        at += length;
      }
      expect(canonical(streamed(pieces))).to.equal(expected);
    }
  });

  it('shows every prefix that ends with a blank line as one full pass over it does', () => {
    // What these say of words before them counts once the line after them is there.
    const documents = Object.entries(DOCUMENTS).filter(([name]) => !/definition|links|not a title/.test(name));
    let compared = 0;
    for (const [name, markdown] of documents) {
      const container = document.createElement('div');
      const stream = new MarkdownStream(container);
      for (let length = 1; length <= markdown.length; length++) {
        stream.write(markdown.charAt(length - 1));
        stream.flush();
        const prefix = markdown.slice(0, length);
        if (!/(?:\n\n|\r\n\r\n)$/.test(prefix)) continue;
        compared++;
        expect(canonical(container), `${name}: ${JSON.stringify(prefix)}`).to.equal(canonical(byMarked(prefix)));
      }
    }
    expect(compared).to.be.at.least(30);
  });

  it('draws nothing before it is flushed', () => {
    const container = document.createElement('div');
    const stream = new MarkdownStream(container);
    stream.write('hello');
    expect(container.childNodes.length).to.equal(0);
    stream.flush();
    expect(container.textContent).to.equal('hello');
  });

  it('keeps the nodes of finished blocks while it goes on, and touches none of them', async () => {
    const container = document.createElement('div');
    const stream = new MarkdownStream(container);
    stream.write('# Title\n\nA paragraph with [words].\n\n- one\n- two\n\nOpen');
    stream.flush();
    const finished = [...container.children].slice(0, 3);
    const touched: MutationRecord[] = [];
    const observer = new MutationObserver((records) => touched.push(...records));
    for (const block of finished)
      observer.observe(block, { subtree: true, childList: true, characterData: true, attributes: true });
    for (const character of ' words and *more*.\n\n```\ncode\n```\n\nLast.\n') {
      stream.write(character);
      stream.flush();
    }
    stream.end();
    touched.push(...observer.takeRecords());
    expect([...container.children].slice(0, 3)).to.deep.equal(finished);
    expect(touched).to.deep.equal([]);
  });

  it('keeps a selection in the block that grows', () => {
    const container = document.createElement('div');
    document.body.append(container);
    const stream = new MarkdownStream(container);
    stream.write('Select **these words** here');
    stream.flush();
    const words = container.querySelector('strong')?.firstChild;
    if (!words) throw new Error('no words');
    getSelection()?.setBaseAndExtent(words, 0, words, 5);
    stream.write(' and go on *writing*');
    stream.flush();
    expect(getSelection()?.toString()).to.equal('these');
    container.remove();
  });

  it('touches only what a late definition concerns', () => {
    const container = document.createElement('div');
    const stream = new MarkdownStream(container);
    stream.write('Plain [b].\n\nRefers to [a].\n\nEnd\n\n');
    stream.flush();
    const [plain, refers] = [...container.children];
    stream.write('[a]: https://a.example/\n\nMore\n');
    stream.end();
    expect(container.children[0]).to.equal(plain);
    expect(container.children[1]).to.equal(refers);
    expect(container.querySelectorAll('a')).to.have.length(1);
    expect(refers?.querySelector('a')?.href).to.equal('https://a.example/');
  });

  it('shows absurd nesting as text instead of failing', () => {
    const reported: unknown[] = [];
    for (const source of [
      '>'.repeat(20_000) + ' x',
      '- '.repeat(3_000) + 'x',
      '*a '.repeat(3_000) + '_b'.repeat(300),
    ]) {
      const container = document.createElement('div');
      const stream = new MarkdownStream(container, { onError: (error) => reported.push(error) });
      stream.write(source);
      stream.end();
      expect(container.textContent).to.match(/[xb]/);
      expect(container.querySelectorAll('*').length).to.be.lessThan(10_000);
    }
  });

  it('reads a quote in a list that ends with an empty item, at which marked throws', () => {
    const markdown = '* one\n  > *\n  two\n\nthree\n';
    for (const pieces of [[markdown], [...markdown]]) {
      const container = streamed(pieces);
      expect(container.querySelector('ul > li > blockquote > ul > li:empty'), container.innerHTML).to.not.equal(null);
      expect(container.querySelector('ul')?.textContent).to.match(/^one\s*two\s*$/);
      expect(container.lastElementChild?.textContent).to.equal('three');
    }
  });

  it('shows what cannot be read as it is written, once, and goes on', () => {
    const { hr } = Tokenizer.prototype;
    Tokenizer.prototype.hr = function (this: Tokenizer, source) {
      if (source.startsWith('poison')) throw new Error('poisoned');
      return hr.call(this, source);
    };
    try {
      for (const before of [
        '',
        'Words.\n\n',
        '- one\n- two\n- ',
        '> one\n>\n> two\n>\n> ',
        '| a |\n|---|\n| b |\n\n',
      ]) {
        const markdown = `${before}poison **three**\n- four\n\nfive\n`;
        for (const pieces of [[markdown], [...markdown], markdown.split(/(?=\n)/)]) {
          const reported: unknown[] = [];
          const container = document.createElement('div');
          const stream = new MarkdownStream(container, { onError: (error) => reported.push(error) });
          for (const piece of pieces) {
            stream.write(piece);
            stream.flush();
          }
          stream.end();
          const numbers = container.textContent.match(/one|two|three|four|five|poison/g)?.join(' ');
          expect(numbers, container.innerHTML).to.equal(markdown.match(/one|two|three|four|five|poison/g)?.join(' '));
          expect(reported, JSON.stringify(pieces)).to.have.length(1);
        }
      }
    } finally {
      Tokenizer.prototype.hr = hr;
    }
  });

  it('refuses text after the end, and may be ended twice', () => {
    const stream = new MarkdownStream(document.createElement('div'));
    stream.end();
    stream.end();
    expect(() => stream.write('x')).to.throw(TypeError, 'after end');
  });

  it('moves headings down', () => {
    const container = document.createElement('div');
    const stream = new MarkdownStream(container, { headingOffset: 2 });
    stream.write('# a\n\n##### b\n');
    stream.end();
    expect([...container.children].map((heading) => heading.tagName)).to.deep.equal(['H3', 'H6']);
  });

  it('labels code with its language, gives it a copy button, and reads it left to right', () => {
    const figure = streamed(['```ruby title="x"\nputs 1\n```']).querySelector('figure');
    expect(figure?.dir).to.equal('ltr');
    expect(figure?.querySelector('.language')?.textContent).to.equal('ruby');
    expect(figure?.querySelector('button')?.getAttribute('aria-label')).to.equal('Copy code');
    expect(figure?.querySelector('pre')?.tabIndex).to.equal(0);
  });

  it('adds to code that goes on, and writes none of it again', () => {
    const container = document.createElement('div');
    const stream = new MarkdownStream(container);
    const observer = new MutationObserver(() => undefined);
    observer.observe(container, { subtree: true, characterData: true, characterDataOldValue: true });
    const code = 'one();\n\n  two();\nthree';
    for (const character of `\`\`\`js\n${code}`) {
      stream.write(character);
      stream.flush();
      for (const { target, oldValue } of observer.takeRecords()) {
        expect(target.nodeValue?.startsWith(oldValue ?? ''), `${oldValue} → ${target.nodeValue}`).to.equal(true);
      }
    }
    expect(container.querySelector('code')?.textContent).to.equal(`${code}\n`);
  });

  it('copies a code block as it was written, and says so', async () => {
    const container = streamed(['```\na < b && "c"\n```']);
    document.body.append(container);
    const copied = new Promise<string>((resolve) => {
      const button = container.querySelector('button')!;
      const writes: string[] = [];
      Object.defineProperty(navigator, 'clipboard', {
        configurable: true,
        value: { writeText: async (text: string) => void writes.push(text) },
      });
      new MutationObserver(() => resolve(`${writes.join()}|${button.getAttribute('data-state')}`)).observe(button, {
        attributeFilter: ['data-state'],
      });
      button.click();
    });
    expect(await copied).to.equal('a < b && "c"|copied');
    Reflect.deleteProperty(navigator, 'clipboard');
    container.remove();
  });

  it('gives each block its own direction', () => {
    const container = streamed(['שלום\n\nhello\n\n- مرحبا\n- hello\n']);
    document.body.append(container);
    const blocks = [...container.querySelectorAll('p, li')];
    expect(blocks.map((block) => getComputedStyle(block).direction)).to.deep.equal(['rtl', 'ltr', 'rtl', 'ltr']);
    container.remove();
  });

  it('counts what it touches again: words before their definition, and a list that turns out to be loose', () => {
    const container = document.createElement('div');
    const stream = new MarkdownStream(container);
    for (const piece of ['See [a].\n\nMore [b].\n\n', '- one\n- two\n- three\n', '- four\n']) {
      stream.write(piece);
      stream.flush();
    }
    const item = container.querySelector('li');
    expect(stream.stats).to.deep.equal({ redefined: 0, loosened: 0 });
    for (const piece of ['\n- five\n', '- six\n', '\nEnd.\n\n[a]: https://a.example/\n\nx\n']) {
      stream.write(piece);
      stream.flush();
    }
    expect(stream.stats).to.deep.equal({ redefined: 1, loosened: 3 });
    expect(container.querySelector('li')).to.equal(item);
    expect(item?.innerHTML).to.equal('<p>one</p>');
  });

  it('never shows markup on its way, nor half an address as a link', () => {
    const container = document.createElement('div');
    const stream = new MarkdownStream(container);
    const markdown =
      'A **bold *and nested* word**, `code`, ~~gone~~ and [a link](https://a.example/b), https://c.example/d_(e) or so.\n\n' +
      '- [x] done **well**\n- a\n\n```ruby\nputs 1\n```\n\n# Head\n\n> quoted *words*\n';
    const links = new Set<string>();
    for (const character of markdown) {
      stream.write(character);
      stream.flush();
      expect(container.textContent, container.innerHTML).not.to.match(/[*`~[\]#]|\(https/);
      for (const { href } of container.querySelectorAll('a')) links.add(href);
    }
    stream.end();
    expect([...links]).to.deep.equal(['https://a.example/b', 'https://c.example/d_(e)']);
  });

  it('draws a long text in slices, each of which keeps what was drawn', () => {
    const container = document.createElement('div');
    const stream = new MarkdownStream(container);
    stream.write('Some *words* in a row.\n\n'.repeat(1_000));
    let slices = 1;
    while (stream.step()) slices++;
    stream.end();
    expect(slices).to.be.greaterThan(10);
    expect(container.querySelectorAll('em')).to.have.length(1_000);
  });

  // What was cut out of the source once made marked read the rest differently.
  it('ends as one full pass does, wherever the text is parted', () => {
    for (const markdown of [
      'See [r].\n\n- a\n- [r]: https://r.example\n- b\n',
      '1. Exemple\u00a0:\u00a0\n   ```\n   x\n   ```\n2. b\n',
      '- a\n  ```\n  x\u00a0\n  ```\n- b\n',
      '- 中文\u3000\n\n  下\n- c\n',
      '- foo\n  ```js\n  code\nmore code\n  ```\n',
    ]) {
      const expected = canonical(byMarked(markdown));
      expect(canonical(streamed([markdown])), markdown).to.equal(expected);
      expect(canonical(streamed([...markdown])), markdown).to.equal(expected);
      for (let at = 1; at < markdown.length; at++) {
        expect(canonical(streamed([markdown.slice(0, at), markdown.slice(at)])), `${at}: ${markdown}`).to.equal(
          expected,
        );
      }
    }
  });

  it('looks for the direction of a paragraph once, and of a list never: the browser would go through all of it each time', () => {
    for (const [markdown, direction] of [
      ['*one* and ' + '*שתיים* and '.repeat(400), 'ltr'],
      ['*אחת* and ' + '*two* and '.repeat(400), 'rtl'],
      ['*1* + '.repeat(400), 'auto'],
      ['- אחת\n- two\n', null],
    ] as const) {
      const container = document.createElement('div');
      document.body.append(container);
      const stream = new MarkdownStream(container);
      for (const words of markdown.split(/(?<= )/)) {
        stream.write(words);
        stream.flush();
      }
      expect(container.firstElementChild?.getAttribute('dir'), markdown.slice(0, 40)).to.equal(direction);
      for (const item of container.querySelectorAll('li')) expect(item.dir).to.equal('auto');
      container.remove();
    }
  });

  it('says what is wrong with its options', () => {
    const container = document.createElement('div');
    for (const [options, words] of [
      [{ linkProtocols: ['https', 'tel:'] }, 'linkProtocols has "https"'],
      [{ linkProtocols: ['javascript:'] }, 'linkProtocols has "javascript:"'],
      [{ imageOrigins: ['images.example'] }, 'imageOrigins has "images.example"'],
      [{ imageOrigins: ['https://*.example'] }, 'imageOrigins has "https://*.example"'],
      [{ base: 'http://' }, 'base is "http://"'],
      [{ headingOffset: -1 }, 'headingOffset must be a whole number'],
      [{ headingOffset: 1.5 }, 'headingOffset must be a whole number'],
      [{ highlight: 'prism' }, 'highlight must be a function, not string'],
      [{ onError: 1 }, 'onError must be a function, not number'],
      [{ labels: { copyCode: '' } }, 'labels.copyCode must be words, not ""'],
      [null, 'the options must be an object, not null'],
    ] as const) {
      expect(() => new MarkdownStream(container, options as MarkdownStreamOptions)).to.throw(TypeError, words);
    }
    const unnamed = { labels: { copyCode: undefined } } as unknown as MarkdownStreamOptions;
    expect(() => new MarkdownStream(container, unnamed)).not.to.throw();
    expect(() => new MarkdownStream(container).write(new Uint8Array(1) as unknown as string)).to.throw(
      TypeError,
      'write() takes text',
    );
    expect(() => new MarkdownStream(null as unknown as Element)).to.throw(TypeError, 'must be an element, not null');
  });

  it('tells once that the highlighter fails', async () => {
    const told: unknown[] = [];
    const container = document.createElement('div');
    const highlight = () => Promise.reject(new Error('boom'));
    const stream = new MarkdownStream(container, { highlight, onError: (error) => told.push(error) });
    stream.write('```\na\n```\n\n```\nb\n```\n');
    stream.end();
    for (let turn = 0; turn < 8; turn++) await Promise.resolve();
    expect(told.map(String)).to.deep.equal(['Error: the highlighter failed: boom']);
    expect(container.textContent).to.contain('a\n').and.to.contain('b\n');
  });

  it('never loses code to what colours it', async () => {
    const frame = document.createElement('iframe');
    document.body.append(frame);
    const foreign = frame.contentDocument!.createElement('span');
    foreign.className = 'token';
    foreign.textContent = 'let a;\n';
    const answers: readonly (readonly [unknown, string, string])[] = [
      [foreign, '<span class="token">let a;\n</span>', ''],
      [undefined, 'let a;\n', ''],
      [document.createComment('let a;\n'), 'let a;\n', 'something else'],
      [document.createTextNode('let b;\n'), 'let a;\n', 'something else'],
      [document.createTextNode('let a;'), 'let a;\n', 'something else'],
      ['<b>let a;</b>', 'let a;\n', 'a string, not a Node'],
    ];
    for (const [node, expected, why] of answers) {
      const container = document.createElement('div');
      const told: unknown[] = [];
      const highlight = () => Promise.resolve(node as Node);
      const stream = new MarkdownStream(container, { highlight, onError: (error) => told.push(error) });
      stream.write('```\nlet a;\n```\n');
      stream.end();
      for (let turn = 0; turn < 8; turn++) await Promise.resolve();
      expect(container.querySelector('code')?.innerHTML).to.equal(expected);
      expect(told.map(String).join()).to.contain(why);
      expect(told).to.have.length(why === '' ? 0 : 1);
    }
    frame.remove();
  });

  it('colours finished code by what the page brings, and takes over spans and classes only', async () => {
    const container = document.createElement('div');
    const asked: string[] = [];
    let done = (): void => undefined;
    const coloured = new Promise<void>((resolve) => (done = resolve));
    const stream = new MarkdownStream(container, {
      highlight: async (code, language) => {
        asked.push(`${language}:${code}`);
        const span = document.createElement('span');
        span.className = 'keyword';
        span.style.color = 'red';
        span.append(Object.assign(document.createElement('b'), { textContent: code }));
        queueMicrotask(() => setTimeout(done));
        return span;
      },
    });
    stream.write('- a\n\n  ```js\n  let a;\n  ```\n');
    stream.flush();
    expect(asked).to.deep.equal([]);
    stream.write('\nEnd.\n');
    stream.end();
    await coloured;
    expect(asked).to.deep.equal(['js:let a;\n']);
    expect(container.querySelector('code')?.innerHTML).to.equal('<span class="keyword">let a;\n</span>');
  });

  it('links and shows what the page allows', () => {
    const container = document.createElement('div');
    const stream = new MarkdownStream(container, {
      linkProtocols: [location.protocol, 'https:', 'tel:'],
      imageOrigins: [location.origin],
    });
    stream.write('[run](javascript:alert(1)) [run](data:text/html,x) [run](blob:null/x) ');
    stream.write(`[call](tel:1) [no](mailto:a@b.example) ![x](${location.origin}/x.png) ![y](https://b.example/y.png)`);
    stream.end();
    expect([...container.querySelectorAll('a')].map(({ href }) => href)).to.deep.equal([
      'tel:1',
      'https://b.example/y.png',
    ]);
    expect([...container.querySelectorAll('img')].map(({ alt }) => alt)).to.deep.equal(['x']);
  });
});
