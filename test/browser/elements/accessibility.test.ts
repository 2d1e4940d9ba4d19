import { expect } from '@open-wc/testing';
// A classic script that leaves a global, even when it is imported.
import 'axe-core';
import type axe from 'axe-core';
import type { CableChat } from '../../../widget/src/elements.js';
import { find, findAll, mount, nextFrame, parts, settled, type, unmountAll } from '../support/chat.js';
import type { FakeSession } from '../support/fake-session.js';
import { answer, question } from '../support/fake-session.js';

declare global {
  interface Window {
    axe: typeof axe;
  }
}

afterEach(unmountAll);

const RICH =
  '# A\n\nText with [a link](https://a.example), [b.example](https://c.example), `code`, ~~del~~ and ![image](https://d.example/e.png).\n\n' +
  '> quote\n\n- [x] done\n- [ ] open\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n```ruby\nputs 1\n```\n\n<b>html</b>\n';
const ERROR = { code: 'timeout', message: 'The model took too long.', retryable: true };

const STATES: Readonly<Record<string, (session: FakeSession, chat: CableChat) => void | Promise<unknown>>> = {
  idle: () => {},
  connecting: (session) => session.show({ connection: 'connecting', ready: false }),
  queued: (session) => session.showMessages(question(), answer()),
  streaming: (session) => session.showMessages(question(), answer({ status: 'streaming', text: RICH })),
  finished: (session) => session.showMessages(question(), answer({ status: 'complete', text: RICH })),
  stopped: (session) => session.showMessages(question(), answer({ status: 'stopped', text: 'Half' })),
  failed: (session) =>
    session.showMessages(
      question(),
      answer({ status: 'failed', text: 'Half', error: ERROR }),
      question({ id: 'q2', status: 'failed', error: ERROR }),
    ),
  pending: (session) => session.show({ connection: 'offline', messages: [question({ status: 'pending' })] }),
  closed: (session) => session.show({ connection: 'closed' }),
  'signed out': (session) => session.show({ connection: 'signed-out' }),
  'too long': async (session, chat) => {
    session.show({ maxMessageBytes: 3 });
    await type(chat, 'too long');
  },
  'with a draft': (_session, chat) => type(chat, 'A draft'),
  misconfigured: (_session, chat) => {
    chat.session = null;
    chat.setAttribute('protocol', 'graphql');
  },
};

async function violations(chat: CableChat): Promise<string[]> {
  // Animations that fade something in would be measured half-way.
  for (const animation of document.getAnimations()) animation.finish();
  const results = await window.axe.run(chat, { resultTypes: ['violations'] });
  return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`);
}

describe('accessibility', () => {
  for (const scheme of ['light', 'dark']) {
    for (const [name, show] of Object.entries(STATES)) {
      it(`axe finds nothing: ${name}, ${scheme}`, async () => {
        const { chat, session } = await mount((element) => (element.style.colorScheme = scheme));
        document.body.style.background = scheme === 'dark' ? '#15171c' : '#fff';
        await show(session, chat);
        await settled(chat);
        await nextFrame();
        stopEndlessAnimations(chat);
        expect(await violations(chat)).to.deep.equal([]);
        document.body.style.background = '';
      });
    }
  }

  it('would be found wanting by axe if it were', async () => {
    const { chat } = await mount();
    find(chat, 'textarea').removeAttribute('aria-label');
    find(chat, 'textarea').removeAttribute('placeholder');
    expect((await violations(chat)).join()).to.contain('label');
  });

  it('is a log that speaks no token, beside a status that says start and end', async () => {
    const { chat, session } = await mount();
    const log = find(chat, '[role=log]');
    expect(log.getAttribute('aria-live')).to.equal('off');
    const spoken: string[] = [];
    const announcer = find(chat, '#announcer');
    const observer = new MutationObserver(() => spoken.push(announcer.textContent));
    observer.observe(announcer, { childList: true, characterData: true, subtree: true });

    session.showMessages(question());
    await settled(chat);
    session.showMessages(question(), answer());
    await settled(chat);
    for (const text of ['A', 'A b', 'A b c']) {
      session.showMessages(question(), answer({ status: 'streaming', text }));
      await settled(chat);
      await nextFrame();
    }
    session.showMessages(question(), answer({ status: 'complete', text: 'A b c' }));
    await settled(chat);
    session.showMessages(question(), answer({ status: 'complete', text: 'A b c' }), question({ id: 'q2' }));
    await settled(chat);
    await nextFrame();
    expect(spoken).to.deep.equal(['The assistant is answering.', 'The answer is complete.']);
    observer.disconnect();
  });

  it('says how an answer ended', async () => {
    for (const [fields, words] of [
      [{ status: 'stopped' }, 'You stopped this answer.'],
      [{ status: 'failed', error: ERROR }, 'The model took too long.'],
    ] as const) {
      const { chat, session } = await mount();
      session.showMessages(question(), answer({ status: 'streaming', text: 'a' }));
      await settled(chat);
      session.showMessages(question(), answer({ ...fields, text: 'a' }));
      await settled(chat);
      expect(find(chat, '#announcer').textContent).to.equal(words);
    }
  });

  it('says nothing of a conversation that was there before', async () => {
    const { chat, session } = await mount();
    session.show({ ready: false });
    await settled(chat);
    session.show({ ready: true, messages: [question(), answer({ status: 'complete', text: 'old' })] });
    await settled(chat);
    expect(find(chat, '#announcer').textContent).to.equal('');
  });

  it('marks an answer that is being written as busy', async () => {
    const { chat, session } = await mount();
    session.showMessages(question(), answer({ status: 'streaming', text: 'a' }));
    await settled(chat);
    expect(find(chat, '[part~=answer]').getAttribute('aria-busy')).to.equal('true');
    session.showMessages(question(), answer({ status: 'complete', text: 'a' }));
    await settled(chat);
    expect(find(chat, '[part~=answer]').getAttribute('aria-busy')).to.equal('false');
  });

  it('fits into 320 pixels; what is wider scrolls in a box of its own', async () => {
    const { chat, session } = await mount((element) => (element.style.inlineSize = '320px'));
    const wide =
      '`' +
      'x'.repeat(200) +
      '`\n\n```\n' +
      'y '.repeat(200) +
      '\n```\n\n| ' +
      'column | '.repeat(12) +
      '\n|' +
      '---|'.repeat(12);
    session.showMessages(question({ text: 'z'.repeat(300) }), answer({ status: 'complete', text: wide }));
    await settled(chat);
    const scroller = find(chat, '.scroller');
    expect(scroller.scrollWidth).to.equal(scroller.clientWidth);
    expect(find(chat, 'pre').scrollWidth).to.be.greaterThan(find(chat, 'pre').clientWidth);
    expect(find(chat, 'div.table').scrollWidth).to.be.greaterThan(find(chat, 'div.table').clientWidth);
    const right = chat.getBoundingClientRect().right;
    for (const element of findAll(chat, '.text, .markdown > *, .composer')) {
      expect(element.getBoundingClientRect().right, element.outerHTML.slice(0, 60)).to.be.at.most(right + 0.5);
    }
  });

  it('mirrors itself in a page that reads from right to left', async () => {
    document.documentElement.dir = 'rtl';
    const { chat, session } = await mount();
    session.showMessages(question(), answer({ status: 'complete', text: 'a' }));
    await settled(chat);
    const bubble = find(chat, '.text').getBoundingClientRect();
    const box = chat.getBoundingClientRect();
    expect(bubble.left - box.left).to.be.lessThan(box.right - bubble.right);
    const send = find(chat, '.send').getBoundingClientRect();
    expect(send.left - box.left).to.be.lessThan(box.right - send.right);
    document.documentElement.removeAttribute('dir');
  });
});

/** One that never ends cannot be finished; it would be measured at any moment of it. */
function stopEndlessAnimations(chat: CableChat): void {
  for (const element of [chat, ...parts(chat)]) {
    for (const animation of element.getAnimations()) {
      if (animation.effect?.getComputedTiming().iterations === Infinity) animation.cancel();
      else animation.finish();
    }
  }
}
