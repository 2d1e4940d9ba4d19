/** Code as long, and as wide, as a model can make it: each step draws little of it, and all of it is copied. */
import { expect } from '@open-wc/testing';
import { marked } from 'marked';
import type { AnswerView } from '../../../widget/src/conversation/view.js';
import { MarkdownStream } from '../../../widget/src/markdown.js';
import { canonical } from '../support/canonical.js';
import { find, mount, nextFrame, settled, unmountAll } from '../support/chat.js';
import { answer, question } from '../support/fake-session.js';
import { randomFrom } from '../support/random.js';
import { selectedText } from '../support/selection.js';

const LINES = Array.from({ length: 12_000 }, (_, index) => `  const value${index} = "${index}"; // <b> \`x\``).join(
  '\n',
);
const LINE = `const text = '${'0123456789 '.repeat(20_000)}';`;
const CODES = { '12,000 lines': LINES, 'a line of 220,000 characters': LINE };

afterEach(unmountAll);

for (const [name, code] of Object.entries(CODES)) {
  describe(`Code: ${name}`, () => {
    it('is drawn in steps, each of which adds little and changes nothing that is there', () => {
      const container = document.createElement('div');
      const stream = new MarkdownStream(container);
      stream.write(`\`\`\`\`js\n${code}\n\`\`\`\`\n`);
      let most = 0;
      let seen = 0;
      let steps = 0;
      for (let goesOn = true; goesOn; steps++) {
        goesOn = stream.step();
        const { length } = container.textContent;
        most = Math.max(most, length - seen);
        seen = length;
      }
      stream.end();
      expect(container.querySelector('code')?.textContent).to.equal(code + '\n');
      expect(most).to.be.at.most(2_100);
      // A text is split, so that adding to it does not copy all of it.
      const nodes = container.querySelector('code')!.childNodes;
      expect(Math.max(...[...nodes].map((node) => node.textContent?.length ?? 0))).to.be.lessThan(20_000);
      console.log(`${steps} steps, ${nodes.length} texts`);
    });

    it('scrolls by itself, and is copied exactly, by its button and as a selection', async () => {
      const { chat, session } = await mount();
      const text = `Before.\n\n\`\`\`\`js\n${code}\n\`\`\`\`\n\nAfter.\n`;
      const whole: AnswerView = answer({ status: 'complete', text });
      session.showMessages(question(), whole);
      await settled(chat);
      const markdown = find(chat, '.markdown');
      while (!markdown.textContent.includes('After.')) await nextFrame();
      const pre = markdown.querySelector('pre')!;
      expect(markdown.scrollWidth).to.equal(markdown.clientWidth);
      if (code === LINE) expect(pre.scrollWidth).to.be.greaterThan(pre.clientWidth * 10);

      const written = new Promise<string>((resolve) => {
        Object.defineProperty(navigator, 'clipboard', {
          configurable: true,
          value: { writeText: async (copied: string) => resolve(copied) },
        });
      });
      markdown.querySelector('button')!.click();
      expect((await written) === code, 'by its button').to.equal(true);
      Reflect.deleteProperty(navigator, 'clipboard');

      getSelection()?.selectAllChildren(pre);
      expect(selectedText(pre)).to.have.length(code.length + 1);
      const clipboardData = new DataTransfer();
      pre.dispatchEvent(new ClipboardEvent('copy', { clipboardData, bubbles: true, composed: true, cancelable: true }));
      expect(clipboardData.getData('text/plain') === code, 'as a selection').to.equal(true);
    });
  });
}

it('A long line of code is what it is, wherever it stands and however it comes', () => {
  const random = randomFrom();
  // No tabs: in a list marked makes spaces of some.
  const pieces = ['x', ' ', '   ', '`', '```', '~~~', '\u{1F600}', 'some words ', '- ', '> ', '#', '<b>', '|'];
  const line = (): string => {
    let made = '';
    while (made.length < 6_000) made += pieces[Math.floor(random() * pieces.length)];
    return made;
  };
  const shapes: readonly ((code: string) => string)[] = [
    (code) => `\`\`\`js\n${code}\n\`\`\`\n\nEnd.\n`,
    (code) => `  ~~~\n  first\n  ${code}\n  last\n  ~~~\n\nEnd.\n`,
    (code) => `- a\n\n  \`\`\`js\n  ${code}\n  b\n  \`\`\`\n- End.\n`,
    (code) => `> \`\`\`js\n> ${code}\n> b\n> \`\`\`\n\nEnd.\n`,
    (code) => `a\n\n    ${code}\n    b\n\nEnd.\n`,
  ];
  for (const shape of shapes) {
    for (let run = 0; run < 4; run++) {
      const markdown = shape(`x${line()}x`);
      const container = document.createElement('div');
      const stream = new MarkdownStream(container);
      for (let at = 0; at < markdown.length;) {
        const length = 1 + Math.floor(random() * 400);
        stream.write(markdown.slice(at, at + length));
        stream.flush();
        at += length;
      }
      stream.end();
      const expected = new DOMParser().parseFromString(marked.parse(markdown, { async: false }), 'text/html').body;
      expect(canonical(container)).to.equal(canonical(expected));
    }
  }
});
