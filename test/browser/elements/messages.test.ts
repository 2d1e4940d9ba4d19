import { expect } from '@open-wc/testing';
import type { CableChat } from '../../../widget/src/elements.js';
import { find, findAll, isVisible, mount, nextFrame, settled, unmountAll } from '../support/chat.js';
import { answer, question } from '../support/fake-session.js';

afterEach(unmountAll);

const MARKDOWN = '# Title\n\nSome **bold** words.\n\n- one\n- two\n\n```js\nlet x;\n```\n\nEnd.';

describe('a question', () => {
  it('is shown as it was written', async () => {
    const { chat, session } = await mount();
    session.showMessages(question({ text: '<b>not bold</b>\n  indented **stars**' }));
    await settled(chat);
    const text = find(chat, '.text');
    expect(text.textContent).to.equal('<b>not bold</b>\n  indented **stars**');
    expect(text.childElementCount).to.equal(0);
    expect(getComputedStyle(text).whiteSpace).to.equal('pre-wrap');
    expect(text.dir).to.equal('auto');
  });

  for (const [status, words] of [
    ['sent', ''],
    ['sending', 'Sending'],
    ['pending', 'Not sent yet'],
    ['failed', 'was not sent'],
  ] as const) {
    it(`says what became of it: ${status}`, async () => {
      const { chat, session } = await mount();
      session.showMessages(question({ status }));
      await settled(chat);
      expect(
        findAll(chat, '.status:not([data-connection])')
          .map((line) => line.textContent)
          .join(),
      ).to.contain(words);
      expect(findAll(chat, '[part=retry-button]')).to.have.length(status === 'failed' ? 1 : 0);
    });
  }

  it('is sent again when the visitor wants it, unless that is pointless', async () => {
    const { chat, session } = await mount();
    const error = { code: 'rate_limited', message: 'Too many questions.', retryable: true };
    session.showMessages(question({ status: 'failed', error }));
    await settled(chat);
    expect(find(chat, '.failed').textContent).to.contain('Too many questions.');
    find(chat, '[part=retry-button]').click();
    find(chat, '[part=discard-button]').click();
    expect(session.calls).to.deep.equal([
      ['retry', 'q1'],
      ['discard', 'q1'],
    ]);
    session.showMessages(question({ status: 'failed', error: { ...error, retryable: false } }));
    await settled(chat);
    expect(findAll(chat, '[part=retry-button]')).to.have.length(0);
  });
});

describe('an answer', () => {
  it('shows that the assistant is thinking until the first word', async () => {
    const { chat, session } = await mount();
    session.showMessages(question(), answer());
    await settled(chat);
    expect(isVisible(find(chat, '.thinking'))).to.equal(true);
    expect(find(chat, '.thinking .visually-hidden').textContent).to.equal('Thinking');
    session.showMessages(question(), answer({ status: 'streaming', text: 'A' }));
    await settled(chat);
    await nextFrame();
    expect(isVisible(find(chat, '.thinking'))).to.equal(false);
    expect(find(chat, '.markdown').textContent).to.equal('A');
    expect(find(chat, '.markdown').hasAttribute('data-open')).to.equal(true);
  });

  it('streams character by character, and keeps the nodes of what is finished', async () => {
    const { chat, session } = await mount();
    session.showMessages(question(), answer({ status: 'streaming', text: MARKDOWN.slice(0, 1) }));
    await settled(chat);
    const element = find(chat, 'cable-chat-answer');
    const container = find(chat, '.markdown');
    const seen = new Map<number, Element>();
    for (let length = 2; length <= MARKDOWN.length; length++) {
      session.showMessages(question(), answer({ status: 'streaming', text: MARKDOWN.slice(0, length) }));
      await settled(chat);
      if (length % 10 === 0) await nextFrame();
      [...container.children].slice(0, -1).forEach((block, index) => {
        if (seen.has(index)) expect(seen.get(index)).to.equal(block);
        seen.set(index, block);
      });
    }
    session.showMessages(question(), answer({ status: 'complete', text: MARKDOWN }));
    await settled(chat);
    expect(seen.size).to.be.greaterThan(2);
    expect(find(chat, 'cable-chat-answer')).to.equal(element);
    expect([...container.children].map((block) => block.tagName)).to.deep.equal(['H3', 'P', 'UL', 'FIGURE', 'P']);
  });

  it('draws once a frame, whatever comes in between', async () => {
    const { chat, session } = await mount();
    session.showMessages(question(), answer({ status: 'streaming', text: 'a' }));
    await settled(chat);
    let draws = 0;
    const observer = new MutationObserver(() => draws++);
    observer.observe(find(chat, '.markdown'), { subtree: true, childList: true, characterData: true });
    for (let length = 2; length < 50; length++) {
      session.showMessages(question(), answer({ status: 'streaming', text: 'a'.repeat(length) }));
      await settled(chat);
    }
    await nextFrame();
    observer.disconnect();
    expect(find(chat, '.markdown').textContent).to.have.length(49);
    expect(draws).to.be.lessThan(25);
  });

  it('is drawn at once when it is whole', async () => {
    const { chat, session } = await mount();
    session.showMessages(question(), answer({ status: 'streaming', text: 'a' }));
    await settled(chat);
    session.showMessages(question(), answer({ status: 'complete', text: 'a **b**' }));
    await settled(chat);
    expect(find(chat, '.markdown').textContent).to.equal('a b');
  });

  it('is drawn anew when its text began anew', async () => {
    const { chat, session } = await mount();
    session.showMessages(question(), answer({ status: 'streaming', text: '# Wrong\n\nx\n\n' }));
    await settled(chat);
    session.showMessages(question(), answer({ status: 'streaming', text: '' }));
    await settled(chat);
    await nextFrame();
    expect(find(chat, '.markdown').childElementCount).to.equal(0);
    session.showMessages(question(), answer({ status: 'complete', text: 'Right' }));
    await settled(chat);
    expect(find(chat, '.markdown').textContent).to.equal('Right');
  });

  it('survives being moved in the page in mid-answer', async () => {
    const { chat, session } = await mount();
    session.showMessages(question(), answer({ status: 'streaming', text: 'One' }));
    await settled(chat);
    const elsewhere = document.createElement('section');
    document.body.append(elsewhere);
    elsewhere.append(chat);
    session.showMessages(question(), answer({ status: 'streaming', text: 'One two' }));
    await settled(chat);
    await nextFrame();
    expect(find(chat, '.markdown').textContent).to.equal('One two');
    elsewhere.remove();
  });

  it('says how it ended, and keeps what there is of it', async () => {
    const { chat, session } = await mount();
    const error = { code: 'timeout', message: 'The model took too long.', retryable: true };
    session.showMessages(question(), answer({ status: 'failed', text: 'Half of', error }));
    await settled(chat);
    expect(find(chat, '.markdown').textContent).to.equal('Half of');
    expect(find(chat, '[part=failure]').textContent).to.contain('The model took too long.');
    find(chat, '[part=retry-button]').click();
    expect(session.calls).to.deep.equal([['retry', 'a1']]);

    session.showMessages(question(), answer({ status: 'stopped', text: 'Half of' }));
    await settled(chat);
    expect(find(chat, '.footnote').textContent).to.contain('You stopped');
    session.showMessages(question(), answer({ status: 'complete', text: 'Half of', reason: 'length' }));
    await settled(chat);
    expect(find(chat, '.footnote').textContent).to.contain('maximum length');
    session.showMessages(question(), answer({ status: 'streaming', text: 'Half of', incomplete: true }));
    await settled(chat);
    expect(find(chat, '.footnote').textContent).to.contain('on its way');
  });

  it('can be asked for again where the backend can, and only the newest', async () => {
    const { chat, session } = await mount();
    const thread = [question(), answer({ status: 'complete', text: 'a' }), question({ id: 'q2' })];
    session.showMessages(...thread, answer({ id: 'a2', status: 'complete', text: 'b' }));
    await settled(chat);
    find(chat, '[part=regenerate-button]').click();
    expect(session.calls).to.deep.equal([['regenerate', 'a2']]);
    session.unsupported.add('regenerate');
    session.show({});
    await settled(chat);
    expect(findAll(chat, '[part=regenerate-button]')).to.have.length(0);
  });

  it('is copied as the markdown that it is', async () => {
    const { chat, session } = await mount();
    session.showMessages(question(), answer({ status: 'complete', text: MARKDOWN }));
    await settled(chat);
    const button = find(chat, '[part=copy-button]');
    const written = new Promise<string>((resolve) => {
      const value = { writeText: (text: string) => Promise.resolve(resolve(text)) };
      Object.defineProperty(navigator, 'clipboard', { configurable: true, value });
    });
    const relabelled = new Promise<void>((resolve) => {
      new MutationObserver(() => resolve()).observe(button, { attributeFilter: ['aria-label'] });
    });
    button.click();
    expect(await written).to.equal(MARKDOWN);
    await relabelled;
    expect(button.getAttribute('aria-label')).to.equal('Copied');
    Reflect.deleteProperty(navigator, 'clipboard');
  });
});

describe('a table', () => {
  for (const [direction, head] of [
    ['right to left', 'الاسم'],
    ['left to right', 'Name'],
  ] as const) {
    it(`has one edge for each column of which it says so, whatever is written in it: ${direction}`, async () => {
      const { chat, session } = await mount();
      const rows = ['دمشق | 19 | Node', 'Node 20 | السعر | حلب'];
      const text = `| ${head} | السعر | a |\n|---|---:|:---|\n${rows.map((row) => `| ${row} |\n`).join('')}`;
      session.showMessages(answer({ status: 'complete', text }));
      await settled(chat);
      for (const row of findAll(chat, '.markdown tr')) {
        (['right', 'left'] as const).forEach((edge, index) => {
          const cell = row.children[index + 1] as HTMLElement;
          const words = document.createRange();
          words.selectNodeContents(cell);
          const distance = Math.abs(words.getBoundingClientRect()[edge] - cell.getBoundingClientRect()[edge]);
          const padding = Number.parseFloat(getComputedStyle(cell).paddingLeft);
          expect(distance, `${cell.textContent}: ${edge}`).to.be.closeTo(padding, 1);
        });
      }
    });
  }
});

describe('what the page allows answers to show', () => {
  const text =
    '[call](tel:123) [home](https://a.example) ![cat](https://images.example/cat.png) [run](javascript:alert(1))';

  async function shown(configure: (chat: CableChat) => void = () => {}) {
    const { chat, session } = await mount(configure);
    session.showMessages(answer({ text, status: 'complete' }));
    await settled(chat);
    return {
      chat,
      links: () => findAll(chat, '.markdown a').map((link) => link.getAttribute('href')),
      images: () => findAll(chat, '.markdown img').map((image) => image.getAttribute('src')),
    };
  }

  it('is what every page allows, unless it says so', async () => {
    const { links, images } = await shown();
    expect(links()).to.deep.equal(['https://a.example/', 'https://images.example/cat.png']);
    expect(images()).to.deep.equal([]);
  });

  it('is told by attributes, and by their change', async () => {
    const { chat, links, images } = await shown((element) => {
      element.setAttribute('link-protocols', 'TEL: https:');
      element.setAttribute('image-origins', 'https://images.example/');
    });
    expect(links()).to.deep.equal(['tel:123', 'https://a.example/']);
    expect(images()).to.deep.equal(['https://images.example/cat.png']);

    chat.removeAttribute('link-protocols');
    chat.imageOrigins = [];
    await settled(chat);
    expect(links()).to.deep.equal(['https://a.example/', 'https://images.example/cat.png']);
    expect(images()).to.deep.equal([]);
  });

  it('leaves what is drawn alone when something else changes', async () => {
    const { chat } = await shown();
    const [link] = findAll(chat, '.markdown a');
    chat.channelParams = { room: 1 };
    await settled(chat);
    expect(findAll(chat, '.markdown a')[0]).to.equal(link);
  });

  it('colours code by what the page brings', async () => {
    const { chat, session } = await mount((element) => {
      element.highlight = (code, language) => {
        const span = document.createElement('span');
        span.className = `token keyword ${language}`;
        span.textContent = code;
        return Promise.resolve(span);
      };
    });
    session.showMessages(answer({ text: '```js\nlet x;\n```', status: 'complete' }));
    await settled(chat);
    await nextFrame();
    const span = find(chat, '.markdown code > span.token.js');
    expect(span.textContent).to.equal('let x;\n');
    expect(getComputedStyle(span).color).not.to.equal(getComputedStyle(find(chat, '.markdown code')).color);
  });
});
