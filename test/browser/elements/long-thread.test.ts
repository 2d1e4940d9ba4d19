/** A thread of 10,000 messages: bounded work, and everything is there. No times are asserted; the figures are printed. */
import { expect } from '@open-wc/testing';
import type { MessageView } from '../../../widget/src/conversation/view.js';
import type { CableChat } from '../../../widget/src/elements.js';
import { find, mount, nextFrame, unmountAll } from '../support/chat.js';
import type { FakeSession } from '../support/fake-session.js';
import { answer, question } from '../support/fake-session.js';

const COUNT = 10_000;

/** So many messages at most come with one frame, beside new ones. */
const SLICE = 20;

describe('A thread of 10,000 messages', () => {
  let chat: CableChat;
  let session: FakeSession;
  let scroller: HTMLElement;
  let content: HTMLElement;
  /** How often a template was made of each message. */
  let drawings: number[];
  let messages: readonly MessageView[];

  /** Asked for by nothing but the thread's template. */
  function counted(message: MessageView, index: number): MessageView {
    const { role } = message;
    return Object.defineProperty({ ...message }, 'role', {
      get() {
        drawings[index] = (drawings[index] ?? 0) + 1;
        return role;
      },
    });
  }

  const drawn = (): Element[] => [...content.querySelectorAll('cable-chat-question, cable-chat-answer')];
  const distanceFromEnd = (): number => Math.round(scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop);
  const visible = (element: Element): boolean => {
    const [box, frame] = [element.getBoundingClientRect(), scroller.getBoundingClientRect()];
    return box.height > 0 && box.top < frame.bottom && box.bottom > frame.top;
  };
  async function update(...more: MessageView[]): Promise<void> {
    session.showMessages(...messages, ...more);
    await chat.updateComplete;
    await nextFrame();
  }

  before(async () => {
    drawings = [];
    messages = Array.from({ length: COUNT }, (_, index) =>
      counted(
        index % 2 === 0
          ? question({ id: `m${index}`, text: `Question ${index}` })
          : answer({ id: `m${index}`, status: 'complete', text: `Answer **${index}**.\n\n- one\n- two\n` }),
        index,
      ),
    );
    ({ chat, session } = await mount());
    scroller = find(chat, '.scroller');
    content = find(chat, '.content');
  });
  after(unmountAll);

  it('is drawn from its end, in slices', async function () {
    this.timeout(150_000);
    const slices: number[] = [];
    const observer = new MutationObserver((records) => {
      const added = records.flatMap(({ addedNodes }) => [...addedNodes]);
      const groups = added.filter((node): node is Element => node instanceof Element && node.matches('.group'));
      slices.push(groups.reduce((sum, group) => sum + group.childElementCount, 0));
    });
    observer.observe(content, { childList: true });
    const started = performance.now();
    await update();
    const first = performance.now() - started;
    expect(drawn().at(-1)?.shadowRoot?.textContent).to.include(`Answer ${COUNT - 1}`);
    expect(distanceFromEnd()).to.be.at.most(1);
    while (drawn().length < COUNT) await nextFrame();
    observer.disconnect();
    console.log(`first ${Math.round(first)} ms, all after ${Math.round(performance.now() - started)} ms`);
    expect(Math.max(...slices)).to.equal(SLICE);
    expect(slices.filter((count) => count > 0)).to.have.length(COUNT / SLICE);
    await nextFrame();
    expect(distanceFromEnd(), 'followed').to.be.at.most(1);
  });

  it('holds everything, in order, and each message once', () => {
    const shown = drawn() as (Element & { question?: MessageView; answer?: MessageView })[];
    expect(shown.map((element) => (element.question ?? element.answer)?.id)).to.deep.equal(
      messages.map(({ id }) => id),
    );
  });

  it('lays out what is near only', () => {
    const far = drawn()[COUNT / 2]?.shadowRoot?.querySelector('article');
    expect(far?.checkVisibility({ contentVisibilityAuto: true })).to.equal(false);
    const near = drawn()[COUNT - 1]?.shadowRoot?.querySelector('article');
    expect(near?.checkVisibility({ contentVisibilityAuto: true })).to.equal(true);
  });

  it('draws nothing again but the last group when an answer grows', async () => {
    await update(question({ id: 'q' }), answer({ status: 'streaming', text: 'Now' }));
    drawings = [];
    const times: number[] = [];
    for (let words = 1; words <= 10; words++) {
      const started = performance.now();
      session.showMessages(
        ...messages,
        question({ id: 'q' }),
        answer({ status: 'streaming', text: 'Now '.repeat(words) }),
      );
      await chat.updateComplete;
      times.push(performance.now() - started);
      await nextFrame();
    }
    console.log(`an update takes ${times.map((time) => time.toFixed(1)).join(', ')} ms`);
    expect(Object.keys(drawings).length).to.be.at.most(SLICE);
    expect(distanceFromEnd()).to.be.at.most(1);
  });

  it('tells when an answer begins and ends', async () => {
    await update(question({ id: 'q' }), answer({ status: 'complete', text: 'Now' }));
    expect(find(chat, '#announcer').textContent).to.equal('The answer is complete.');
    expect(drawn().at(-1)?.hasAttribute('latest')).to.equal(true);
    expect(drawn().filter((element) => element.hasAttribute('latest'))).to.have.length(1);
  });

  it('can be scrolled to any message, and back to the end', async () => {
    for (const index of [0, 4_321, COUNT - 1, 17]) {
      const target = drawn()[index]!;
      target.scrollIntoView({ block: 'center' });
      // What comes into view is laid out, and is taller or less tall than was reckoned.
      for (let frame = 0; frame < 3; frame++) await nextFrame();
      target.scrollIntoView({ block: 'center' });
      await nextFrame();
      expect(visible(target), String(index)).to.equal(true);
    }
    find(chat, '.jump').click();
    for (let frame = 0; frame < 3; frame++) await nextFrame();
    expect(distanceFromEnd()).to.be.at.most(1);
    expect(visible(drawn().at(-1)!)).to.equal(true);
  });

  it('is found by what it says', async () => {
    const page = window as unknown as { find: (text: string, ...options: boolean[]) => boolean };
    expect(page.find('Question 1234', false, false, true)).to.equal(true);
    await nextFrame();
    const inside = drawn()[1_234]!.shadowRoot!;
    const [range] = getSelection()?.getComposedRanges({ shadowRoots: [inside] }) ?? [];
    expect(inside.contains(range?.startContainer ?? null)).to.equal(true);
    expect(inside.querySelector('article')?.checkVisibility({ contentVisibilityAuto: true })).to.equal(true);
  });

  it('leaves a reader alone while more comes at both ends', async () => {
    const target = drawn()[5_000]!;
    target.scrollIntoView({ block: 'center' });
    for (let frame = 0; frame < 3; frame++) await nextFrame();
    target.scrollIntoView({ block: 'center' });
    await nextFrame();
    messages = [
      ...Array.from({ length: 50 }, (_, index) => question({ id: `e${index}`, text: `Earlier ${index}` })),
      ...messages,
    ];
    await update(question({ id: 'q' }), answer({ status: 'streaming', text: 'More' }));
    while (drawn().length < messages.length + 2) await nextFrame();
    expect(drawn().indexOf(target)).to.equal(5_050);
    expect(visible(target)).to.equal(true);
  });
});
