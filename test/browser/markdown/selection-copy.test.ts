import { expect } from '@open-wc/testing';
import { marked } from 'marked';
import { MarkdownStream } from '../../../widget/src/markdown.js';
import { canonical } from '../support/canonical.js';
import { DOCUMENTS } from '../support/documents.js';
import { GFM_EXAMPLES } from '../support/gfm-examples.js';
import { wordsIn } from '../support/selection.js';

let host: HTMLElement;
afterEach(() => host.remove());

function drawn(markdown: string, options = {}): HTMLElement {
  host = document.createElement('div');
  document.body.append(host);
  const container = document.createElement('div');
  host.attachShadow({ mode: 'open' }).append(container);
  const stream = new MarkdownStream(container, options);
  stream.write(markdown);
  stream.end();
  return container;
}

/** What a copy of what is selected gives; nothing where it is left to the browser. */
function copied(container: Element): { plain: string; html: string; markdown: string } | undefined {
  const clipboardData = new DataTransfer();
  const event = new ClipboardEvent('copy', { clipboardData, bubbles: true, composed: true, cancelable: true });
  if (container.dispatchEvent(event)) return undefined;
  const [plain = '', html = '', markdown = ''] = ['plain', 'html', 'markdown'].map((type) =>
    clipboardData.getData(`text/${type}`),
  );
  return { plain, html, markdown };
}

function copyAll(container: Element): ReturnType<typeof copied> {
  getSelection()?.selectAllChildren(container);
  return copied(container);
}

function copyBetween(container: Element, from: string, to: string): ReturnType<typeof copied> {
  const [end, at] = wordsIn(container, to);
  getSelection()?.setBaseAndExtent(...wordsIn(container, from), end, at + to.length);
  return copied(container);
}

const ANSWER = `# Title

Some *words*
and a [link](https://a.example/b "T").

- one
- two
  1. inner
  2. more

3. three
4. four

   with a paragraph

> quoted

\`\`\`js
if (a) {

  b();
}
\`\`\`

| a | b |
| - | -: |
| 1 | x \\| y |

- [x] done
- [ ] open

***

End.
`;

describe('A copy of what is selected', () => {
  it('is words with the markers of lists, blank lines between blocks, cells parted by tabs, and code as it is', () => {
    expect(copyAll(drawn(ANSWER))?.plain).to.equal(
      'Title\n\nSome words and a link.\n\n- one\n- two\n  1. inner\n  2. more\n\n' +
        '3. three\n\n4. four\n\n   with a paragraph\n\n> quoted\n\nif (a) {\n\n  b();\n}\n\n' +
        'a\tb\n1\tx | y\n\n- [x] done\n- [ ] open\n\n***\n\nEnd.',
    );
  });

  it('is markdown as well', () => {
    expect(copyAll(drawn(ANSWER, { headingOffset: 2 }))?.markdown).to.equal(
      '# Title\n\nSome *words* and a [link](<https://a.example/b> "T").\n\n- one\n- two\n  1. inner\n  2. more\n\n' +
        '3. three\n\n4. four\n\n   with a paragraph\n\n> quoted\n\n```js\nif (a) {\n\n  b();\n}\n```\n\n' +
        '| a | b |\n| --- | --: |\n| 1 | x \\| y |\n\n- [x] done\n- [ ] open\n\n***\n\nEnd.',
    );
  });

  it('is markup without buttons, labels, frames and what they are for', () => {
    const html = copyAll(drawn(ANSWER))?.html ?? '';
    expect(html).not.to.match(/button|figcaption|figure|<div|tabindex|role|aria-|rel=|target|style/);
    expect(html).to.include('<pre><code class="language-js">if (a) {\n\n  b();\n}\n</code></pre>');
    expect(html).to.include('<a href="https://a.example/b" title="T">link</a>');
    expect(html).to.include('<ol start="3"');
    expect(html).to.include('<td align="right">x | y</td>');
  });

  it('begins and ends where the selection does', () => {
    const container = drawn(ANSWER);
    expect(copyBetween(container, 'wor', 'words')).to.deep.equal({
      plain: 'words',
      html: '<em>words</em>',
      markdown: '*words*',
    });
    expect(copyBetween(container, 'words', 'two')?.plain).to.equal('words and a link.\n\n- one\n- two');
    expect(copyBetween(container, 'one', 'two')?.plain).to.equal('- one\n- two');
    expect(copyBetween(container, 'ne', 'two')?.html).to.match(/^<ul[^>]*><li dir="auto">ne<\/li>/);
    expect(copyBetween(container, 'two', 'two')?.plain).to.equal('two');
    expect(copyBetween(container, 'a', 'y')?.plain).not.to.include('Copy');
    expect(copyBetween(container, '1', 'y')?.plain).to.include('x | y');
    expect(copyBetween(container, 'done', 'open')?.markdown).to.equal('- done\n- [ ] open');
  });

  it('leaves out what is only touched', () => {
    const container = drawn('- one\n- two\n\n> quoted\n\nEnd.');
    const [quote, end] = [container.querySelector('blockquote p')!, container.querySelector('blockquote + p')!];
    getSelection()?.setBaseAndExtent(...wordsIn(container, 'two'), quote, 0);
    expect(copied(container)).to.deep.equal({ plain: 'two', html: 'two', markdown: 'two' });
    const [one] = wordsIn(container, 'one');
    getSelection()?.setBaseAndExtent(one, 3, end.firstChild!, 0);
    expect(copied(container)?.plain).to.equal('- two\n\n> quoted');
    const code = drawn('- one\n- two\n\n```js\ncode\n```\n');
    getSelection()?.setBaseAndExtent(...wordsIn(code, 'two'), ...wordsIn(code, 'code'));
    expect(copied(code)?.html).to.equal('two');
    getSelection()?.setBaseAndExtent(one, 3, ...wordsIn(container, 'two'));
    expect(copied(container)).to.equal(undefined);
  });

  it('counts on where the first items are left out, also in a list within', () => {
    const container = drawn('7. a\n8. bee\n   1. one\n   2. two\n   3. three\n9. cee\n\nx\n');
    expect(copyBetween(container, 'bee', 'x')?.plain).to.equal(
      '8. bee\n   1. one\n   2. two\n   3. three\n9. cee\n\nx',
    );
    expect(copyBetween(container, 'two', 'three')?.plain).to.equal('2. two\n3. three');
    expect(copyBetween(container, 'two', 'cee')?.markdown).to.equal('8. 2. two\n   3. three\n9. cee');
    const list = container.querySelector('ol')!;
    getSelection()?.setBaseAndExtent(list, 1, list, 3);
    expect(copied(container)?.html).to.include('start="8"');
  });

  it('is exact of code, and of a part of a line no block', () => {
    const container = drawn('```js\n  a  (`x`)\n\tb &amp;\n```\n\nIn `a  b` and ``c`d``.');
    expect(copyBetween(container, '  a', 'amp;')?.plain).to.equal('  a  (`x`)\n\tb &amp;');
    expect(copyBetween(container, '  a', 'amp;')?.markdown).to.equal('```js\n  a  (`x`)\n\tb &amp;\n```');
    expect(copyBetween(container, 'b &', 'amp;')).to.deep.equal({
      plain: 'b &amp;',
      html: '<code class="language-js">b &amp;amp;</code>',
      markdown: '`b &amp;`',
    });
    expect(copyBetween(container, 'In', '.')?.markdown).to.equal('In `a  b` and ``c`d``.');
  });

  // By marked, which lets HTML in.
  it('has nothing in markdown that is not so on the page', () => {
    for (const [markdown, options] of [
      ['Wow![docs](https://evil.example/?leak)'],
      ['\\![x](https://evil.example/) and &#33;[x](https://evil.example/)'],
      ['~~~ x`\n<img src=q onerror=alert(1)>\n![x](https://evil.example/)\n~~~'],
      ['[w](/a "t&#10;&#10;&lt;img src=q onerror=alert(1)&gt;")'],
      ['ftp://a.b/x<img src=q onerror=alert(1)>'],
      ['- ```\n  a\n  \u2028![x](https://evil.example/)\n  ```'],
      ['> a\n> \u2028![x](https://evil.example/)'],
      ['<img src=https://evil.example/x onerror=alert(1)>\n\n<div>\n![x](https://evil.example/)\n</div>'],
      ['![a](https://evil.example/leak)'],
      [
        'See ![&#93;(x) !&#91;y&#93;(https://evil.example) &lt;img src=q onerror=alert(1)&gt;](https://images.example/a.png)',
        { imageOrigins: ['https://images.example'] },
      ],
    ] as const) {
      const container = drawn(markdown, options);
      const copy = copyAll(container)?.markdown ?? '';
      const elsewhere = new DOMParser().parseFromString(String(marked.parse(copy)), 'text/html');
      const fetched = Array.from(elsewhere.querySelectorAll('[onerror], img'), (image) => image.getAttribute('src'));
      const shown = Array.from(container.querySelectorAll('img'), (image) => image.getAttribute('src'));
      expect(fetched, copy).to.deep.equal(shown);
      host.remove();
    }
  });

  it('has what a link leads to in words and markup, and once in markdown', () => {
    const copy = copyAll(drawn('[bank.example](https://evil.example/)'));
    expect(copy?.plain).to.equal('bank.example (evil.example)');
    expect(copy?.markdown).to.equal('[bank.example](<https://evil.example/>)');
  });

  it('is left to the browser where it reaches into something else, or nothing is selected', () => {
    const container = drawn('Some words.');
    const after = document.createElement('p');
    after.append('after');
    container.after(after);
    getSelection()?.setBaseAndExtent(...wordsIn(container, 'words'), after.firstChild!, 3);
    expect(copied(container)).to.equal(undefined);
    getSelection()?.setBaseAndExtent(...wordsIn(container, 'words'), after, 0);
    expect(copied(container)?.plain).to.equal('words.');
    getSelection()?.collapse(container.firstChild);
    expect(copied(container)).to.equal(undefined);
    getSelection()?.selectAllChildren(document.body);
    expect(copied(container)).to.equal(undefined);
  });

  it('is left to the browser once the stream is disposed of', () => {
    drawn('');
    const inner = document.createElement('div');
    host.append(inner);
    const stream = new MarkdownStream(inner);
    stream.write('words');
    stream.end();
    stream.dispose();
    expect(copyAll(inner)).to.equal(undefined);
  });

  it('is, as markdown, drawn as the same again', async () => {
    const response = await fetch('/node_modules/commonmark-spec/spec.txt');
    const spec = (await response.text()).replaceAll('→', '\t');
    const examples = [...spec.matchAll(/^`{32} example\n([^]*?)^\.\n[^]*?^`{32}$/gm)].map(
      ([, markdown = '']) => markdown,
    );
    const documents = [...Object.values(DOCUMENTS), ...GFM_EXAMPLES, ANSWER, ...examples];

    const changed = documents.filter((markdown) => {
      const container = drawn(markdown);
      const copy = copyAll(container)?.markdown;
      const first = spaceless(container);
      host.remove();
      const second = spaceless(drawn(copy ?? markdown));
      host.remove();
      return first !== second;
    });
    // Emphasis in emphasis, `!` before a link, `#` at a heading's end, addresses that are none: markdown that nobody writes.
    console.log(`${changed.length} of ${documents.length} documents are others once copied`);
    expect(documents.length).to.be.greaterThan(650);
    expect(changed.length, changed.join('\n---\n')).to.be.at.most(9);
  });
});

function spaceless(container: Element): string {
  return canonical(container).replace(/\s+/g, ' ');
}
