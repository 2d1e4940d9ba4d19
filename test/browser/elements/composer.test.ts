import { expect } from '@open-wc/testing';
import { ActionError } from '../../../widget/src/elements.js';
import { find, findAll, focused, mount, press, settled, type, unmountAll } from '../support/chat.js';
import { answer, question } from '../support/fake-session.js';

afterEach(unmountAll);

describe('the composer', () => {
  it('sends with Enter, trimmed, and is empty then', async () => {
    const { chat, session } = await mount();
    const input = await type(chat, '  What is it?\n');
    expect(press(input, 'Enter')).to.equal(false);
    await settled(chat);
    expect(session.calls).to.deep.equal([['ask', 'What is it?']]);
    expect(input.value).to.equal('');
  });

  it('leaves Shift+Enter to the textarea', async () => {
    const { chat, session } = await mount();
    const input = await type(chat, 'a');
    expect(press(input, 'Enter', { shiftKey: true })).to.equal(true);
    expect(session.calls).to.deep.equal([]);
  });

  it('does not send the Enter that ends a composition', async () => {
    const { chat, session } = await mount();
    const input = await type(chat, 'にほんご');
    expect(press(input, 'Enter', { isComposing: true })).to.equal(true);
    // Safari's comes after `compositionend`, and is known by its code only.
    expect(press(input, 'Enter', { keyCode: 229 })).to.equal(true);
    expect(session.calls).to.deep.equal([]);
    press(input, 'Enter');
    expect(session.calls).to.deep.equal([['ask', 'にほんご']]);
  });

  it('sends nothing of nothing', async () => {
    const { chat, session } = await mount();
    press(await type(chat, ' \n '), 'Enter');
    find(chat, '.send').click();
    expect(session.calls).to.deep.equal([]);
    expect(find(chat, '.send').getAttribute('aria-disabled')).to.equal('true');
  });

  it('keeps the draft and says why when a question was refused', async () => {
    const { chat, session } = await mount();
    session.refusal = new ActionError('busy', 'An answer is still under way.');
    const input = await type(chat, 'Precious words');
    press(input, 'Enter');
    await settled(chat);
    expect(input.value).to.equal('Precious words');
    expect(find(chat, '.note').textContent).to.equal('An answer is still under way.');
    await type(chat, 'Precious words!');
    expect(find(chat, '.note').textContent).to.equal('');
  });

  it('shows how long the text is before it refuses it, in bytes', async () => {
    const { chat, session } = await mount();
    session.show({ maxMessageBytes: 10 });
    await type(chat, 'seven..');
    expect(find(chat, '.note').textContent).to.equal('');
    await type(chat, 'ääää');
    expect(find(chat, '.note').textContent).to.equal('8 of 10 bytes');
    const input = await type(chat, 'äääääö');
    expect(find(chat, '.note').textContent).to.contain('too long: 12 of 10');
    expect(input.getAttribute('aria-invalid')).to.equal('true');
    press(input, 'Enter');
    expect(session.calls).to.deep.equal([]);
    expect(input.value).to.equal('äääääö');
  });

  it('turns Send into Stop while an answer is open, and keeps the next draft', async () => {
    const { chat, session } = await mount();
    session.showMessages(question(), answer({ status: 'streaming', text: 'Hm' }));
    await settled(chat);
    const button = find(chat, '.send');
    expect(button.getAttribute('aria-label')).to.equal('Stop answering');
    const input = await type(chat, 'Next');
    press(input, 'Enter');
    await settled(chat);
    expect(session.calls).to.deep.equal([]);
    expect(find(chat, '.note').textContent).to.contain('Wait for the answer');
    button.click();
    expect(session.calls).to.deep.equal([['stop']]);
    session.showMessages(question(), answer({ status: 'stopped', text: 'Hm' }));
    await settled(chat);
    expect(button.getAttribute('aria-label')).to.equal('Send');
    expect(find(chat, '.note').textContent).to.equal('');
    expect(input.value).to.equal('Next');
    expect(button.hasAttribute('aria-disabled')).to.equal(false);
  });

  it('offers no Stop where the backend has none', async () => {
    const { chat, session } = await mount();
    session.unsupported.add('stop');
    session.showMessages(question(), answer({ status: 'streaming' }));
    await settled(chat);
    expect(find(chat, '.send').getAttribute('aria-label')).to.equal('Send');
  });

  it('waits while a question is under way, but takes questions offline', async () => {
    const { chat, session } = await mount();
    session.showMessages(question({ status: 'sending' }));
    const input = await type(chat, 'Next');
    expect(find(chat, '.send').getAttribute('aria-disabled')).to.equal('true');
    session.show({ connection: 'offline', messages: [question({ status: 'pending' })] });
    await settled(chat);
    press(input, 'Enter');
    expect(session.calls).to.deep.equal([['ask', 'Next']]);
  });

  it('sends nothing while signed out, and says so', async () => {
    const { chat, session } = await mount();
    session.show({ connection: 'signed-out' });
    const input = await type(chat, 'Hello');
    press(input, 'Enter');
    expect(session.calls).to.deep.equal([]);
    expect(input.value).to.equal('Hello');
    expect(find(chat, '.lasting').textContent).to.contain('signed out');
  });

  it('keeps the focus where the visitor writes', async () => {
    const { chat, session } = await mount();
    const input = await type(chat, 'Hi');
    find(chat, '.send').focus();
    find(chat, '.send').click();
    expect(focused()).to.equal(input);
    session.showMessages(question(), answer({ status: 'queued' }));
    await settled(chat);
    session.showMessages(question(), answer({ status: 'complete', text: '[link](https://a.example)\n\n```\nx\n```' }));
    await settled(chat);
    expect(focused()).to.equal(input);
  });

  it('does not take a focus that is elsewhere', async () => {
    const elsewhere = document.createElement('input');
    document.body.append(elsewhere);
    elsewhere.focus();
    const { chat, session } = await mount();
    session.showMessages(question(), answer({ status: 'streaming', text: 'a' }));
    await settled(chat);
    session.showMessages(question(), answer({ status: 'complete', text: 'a' }));
    await settled(chat);
    expect(document.activeElement).to.equal(elsewhere);
    elsewhere.remove();
  });

  it('grows with its text, up to a limit', async () => {
    const { chat } = await mount();
    const input = await type(chat, 'one line');
    const single = input.offsetHeight;
    await type(chat, 'one\ntwo\nthree');
    expect(input.offsetHeight).to.be.greaterThan(single * 1.8);
    await type(chat, 'line\n'.repeat(60));
    expect(input.offsetHeight).to.be.at.most(200);
    expect(input.scrollHeight).to.be.greaterThan(input.offsetHeight);
  });
});

describe('the focus ring', () => {
  it('is one, around the whole box', async () => {
    const { chat } = await mount();
    const input = find<HTMLTextAreaElement>(chat, 'textarea');
    input.focus();
    expect(input.matches(':focus-visible')).to.equal(true);
    expect(getComputedStyle(input).outlineStyle).to.equal('none');
    expect(getComputedStyle(find(chat, '.composer')).outlineStyle).to.equal('solid');
  });
});

describe('the connection’s state', () => {
  const lasting: readonly (readonly ['offline' | 'closed' | 'signed-out' | 'live', string, number])[] = [
    ['live', '', 0],
    ['offline', 'Not connected', 1],
    ['closed', 'refused', 1],
    ['signed-out', 'You are signed out', 0],
  ];
  for (const [connection, words, buttons] of lasting) {
    it(`is told honestly: ${connection}`, async () => {
      const { chat, session } = await mount();
      session.show({ connection });
      await settled(chat);
      expect(find(chat, '.lasting').textContent).to.contain(words);
      expect(find(chat, '.lasting').getAttribute('role')).to.equal('status');
      const reconnect = findAll(chat, '[part=reconnect-button]');
      expect(reconnect).to.have.length(buttons);
      reconnect[0]?.click();
      expect(session.calls).to.have.length(buttons);
    });
  }

  it('says that we are still waiting, and that nothing can be stored', async () => {
    const { chat, session } = await mount();
    session.show({ stalled: true });
    await settled(chat);
    expect(find(chat, '.passing').textContent).to.contain('Still waiting');
    session.show({ stalled: false, outboxIsVolatile: true });
    await settled(chat);
    expect(find(chat, '.passing').textContent).to.equal('');
    expect(find(chat, '.lasting').textContent).to.contain('lost if you leave');
    session.show({ connection: 'offline' });
    await settled(chat);
    expect(find(chat, '.lasting').textContent).to.contain('Not connected');
  });
});
