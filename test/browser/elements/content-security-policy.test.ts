import { expect } from '@open-wc/testing';
import { find, findAll, mount, nextFrame, press, settled, type, unmountAll } from '../support/chat.js';
import { DOCUMENTS } from '../support/documents.js';
import { answer, question } from '../support/fake-session.js';

/** Scripts are left out: the test runner's own page has an inline one. */
const POLICY = "style-src 'self'; img-src 'none'; require-trusted-types-for 'script'; trusted-types lit-html";

describe('a page with a strict content security policy', () => {
  const violations: string[] = [];

  it('is not violated by anything that the chat does', async () => {
    document.addEventListener('securitypolicyviolation', (event) =>
      violations.push(`${event.violatedDirective} ${event.sample}`),
    );
    const meta = document.createElement('meta');
    meta.httpEquiv = 'Content-Security-Policy';
    meta.content = POLICY;
    document.head.append(meta);

    const { chat, session } = await mount();
    const text = Object.values(DOCUMENTS).join('\n\n');
    session.showMessages(question(), answer());
    await settled(chat);
    for (let length = 0; length < text.length; length += 100) {
      session.showMessages(question(), answer({ status: 'streaming', text: text.slice(0, length) }));
      await settled(chat);
    }
    session.showMessages(question(), answer({ status: 'complete', text }));
    press(await type(chat, 'many\nlines\n'), 'Enter');
    session.show({ connection: 'offline' });
    await settled(chat);
    await nextFrame();
    expect(violations).to.deep.equal([]);
    expect(findAll(chat, '.markdown > *').length).to.be.greaterThan(30);
    expect(getComputedStyle(find(chat, '.composer')).display).to.equal('flex');
    unmountAll();
  });

  it('would be, by an HTML string', async () => {
    const violated = new Promise((resolve) =>
      document.addEventListener('securitypolicyviolation', resolve, { once: true }),
    );
    expect(() => (document.createElement('div').innerHTML = '<b>x</b>')).to.throw(TypeError);
    await violated;
  });
});
