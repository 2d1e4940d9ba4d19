import { expect } from '@open-wc/testing';
import { find, mount, nextFrame, settled, unmountAll } from '../support/chat.js';
import { answer } from '../support/fake-session.js';
import { wordsIn } from '../support/selection.js';

afterEach(unmountAll);

it('Words stand at the side where they begin, in cells and quoted paragraphs too', async () => {
  const { chat, session } = await mount();
  const text = `> An English quote.\n>\n> שלום\n\n| english words | a |\n|-|-|\n| مرحبا | b |\n\n| ערך | b |\n|-|-|\n| c | d |\n`;
  session.showMessages(answer({ status: 'complete', text }));
  await settled(chat);
  await nextFrame();
  const markdown = find(chat, '.markdown');
  const sideOf = (words: string, box: Element | null | undefined): string => {
    const [node, at] = wordsIn(markdown, words);
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + words.length);
    const [inner, outer] = [range.getBoundingClientRect(), box!.getBoundingClientRect()];
    return inner.left - outer.left < outer.right - inner.right ? 'left' : 'right';
  };
  expect(sideOf('An English', markdown)).to.equal('left');
  expect(sideOf('שלום', markdown)).to.equal('right');
  expect(sideOf('مرحبا', markdown.querySelector('td'))).to.equal('right');
  expect(sideOf('ערך', markdown)).to.equal('right');
});
