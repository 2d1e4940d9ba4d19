import { expect } from '@open-wc/testing';
import type { CableChat } from '../../../widget/src/elements.js';
import { find, focused, isVisible, mount, nextFrame, press, settled, type, unmountAll } from '../support/chat.js';
import type { FakeSession } from '../support/fake-session.js';
import { answer, question } from '../support/fake-session.js';

afterEach(unmountAll);

const LONG = Array.from({ length: 60 }, (_, index) => `Paragraph ${index}.`).join('\n\n');

async function show(chat: CableChat, session: FakeSession, text: string): Promise<HTMLElement> {
  session.showMessages(question(), answer({ status: 'streaming', text }));
  await settled(chat);
  await nextFrame();
  return find(chat, '.scroller');
}

function distanceFromEnd(scroller: HTMLElement): number {
  return Math.round(scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop);
}

async function scrollTo(scroller: HTMLElement, top: number): Promise<void> {
  const scrolled = new Promise((resolve) => scroller.addEventListener('scroll', resolve, { once: true }));
  scroller.scrollTop = top;
  await scrolled;
}

describe('the thread', () => {
  it('follows an answer as it grows', async () => {
    const { chat, session } = await mount();
    const scroller = await show(chat, session, LONG);
    expect(scroller.scrollHeight).to.be.greaterThan(scroller.clientHeight * 2);
    expect(distanceFromEnd(scroller)).to.equal(0);
    await show(chat, session, LONG + '\n\n' + LONG);
    expect(distanceFromEnd(scroller)).to.equal(0);
    expect(isVisible(find(chat, '.jump'))).to.equal(false);
  });

  it('follows an answer that grows while the last scroll is still being told', async () => {
    const { chat, session } = await mount();
    const scroller = await show(chat, session, LONG);
    // What a fast model does: the content has grown again by the time that the scroll event comes.
    find(chat, '.content').style.paddingBlockEnd = '300px';
    scroller.dispatchEvent(new Event('scroll'));
    await nextFrame();
    expect(distanceFromEnd(scroller)).to.equal(0);
    expect(isVisible(find(chat, '.jump'))).to.equal(false);
  });

  it('leaves a reader alone who scrolled up, and offers the way back', async () => {
    const { chat, session } = await mount();
    const scroller = await show(chat, session, LONG);
    await scrollTo(scroller, 100);
    await show(chat, session, LONG + '\n\n' + LONG);
    expect(scroller.scrollTop).to.equal(100);
    const jump = find(chat, '.jump');
    expect(isVisible(jump)).to.equal(true);
    jump.click();
    await settled(chat);
    expect(distanceFromEnd(scroller)).to.equal(0);
    expect(isVisible(jump)).to.equal(false);
    expect(focused()).to.equal(scroller);
    await show(chat, session, LONG + '\n\n' + LONG + '\n\n' + LONG);
    expect(distanceFromEnd(scroller)).to.equal(0);
  });

  it('goes to the end when the visitor asks something', async () => {
    const { chat, session } = await mount();
    const scroller = await show(chat, session, LONG);
    session.showMessages(question(), answer({ status: 'complete', text: LONG }));
    await settled(chat);
    await scrollTo(scroller, 50);
    press(await type(chat, 'Next'), 'Enter');
    await nextFrame();
    expect(distanceFromEnd(scroller)).to.equal(0);
  });

  it('fetches what is earlier when asked', async () => {
    const { chat, session } = await mount();
    session.show({ hasEarlier: true, messages: [question()] });
    await settled(chat);
    find(chat, '.earlier').click();
    expect(session.calls).to.deep.equal([['loadEarlier']]);
  });

  it('keeps the elements of messages that stay', async () => {
    const { chat, session } = await mount();
    session.showMessages(question(), answer({ status: 'complete', text: 'a' }));
    await settled(chat);
    const kept = find(chat, 'cable-chat-answer');
    session.showMessages(question({ id: 'q0' }), question(), answer({ status: 'complete', text: 'a' }));
    await settled(chat);
    expect(find(chat, 'cable-chat-answer')).to.equal(kept);
  });
});
