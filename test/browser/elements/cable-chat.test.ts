import { expect } from '@open-wc/testing';
import { ActionError, ConfigurationError, defineElements } from '../../../widget/src/elements.js';
import type { CableChat, CableChatErrorEvent, Transport } from '../../../widget/src/elements.js';
import { find, findAll, isVisible, mount, parts, press, record, settled, type, unmountAll } from '../support/chat.js';
import { answer, FakeSession, question } from '../support/fake-session.js';

afterEach(unmountAll);

/** Never connects, and remembers who subscribed. */
function silentTransport(): Transport & { readonly subscriptions: (readonly [string, object])[] } {
  const subscriptions: (readonly [string, object])[] = [];
  return {
    subscriptions,
    subscribe(channel, params) {
      subscriptions.push([channel, params]);
      return { perform: () => Promise.resolve(), close: () => {} };
    },
  };
}

describe('<cable-chat>', () => {
  it('registers once, and leaves names alone that are taken', () => {
    const before = customElements.get('cable-chat');
    expect(() => defineElements()).not.to.throw();
    expect(customElements.get('cable-chat')).to.equal(before);
  });

  it('may be loaded twice as a module with side effects', async () => {
    await import('../../../widget/src/index.js');
    const again = '../../../widget/src/index.ts?again';
    await import(again);
    expect(customElements.get('cable-chat')).not.to.equal(undefined);
  });

  it('greets in an empty conversation, with the page’s words if it has some', async () => {
    const { chat, session } = await mount();
    const empty = find(chat, '.empty');
    expect(isVisible(empty)).to.equal(true);
    expect(find(chat, '.greeting').textContent).to.contain('How can I help?');
    const own = document.createElement('p');
    own.slot = 'empty';
    own.textContent = 'Ask about your order';
    chat.append(own);
    expect(isVisible(own)).to.equal(true);
    session.showMessages(question(), answer());
    await settled(chat);
    expect(isVisible(empty)).to.equal(false);
  });

  it('does not greet while messages may still come', async () => {
    const { chat, session } = await mount();
    session.show({ ready: false, connection: 'catching-up' });
    await settled(chat);
    expect(isVisible(find(chat, '.empty'))).to.equal(false);
  });

  it('says its heading, or has no header at all', async () => {
    const { chat } = await mount((element) => element.setAttribute('heading', 'Support'));
    expect(find(chat, 'h2').textContent).to.equal('Support');
    expect(find(chat, '[role=log]').getAttribute('aria-label')).to.equal('Support');
    chat.heading = '';
    await settled(chat);
    expect(findAll(chat, 'h2')).to.have.length(0);
    expect(find(chat, '[role=log]').getAttribute('aria-label')).to.equal('Conversation');
  });

  it('speaks another language', async () => {
    const { chat } = await mount((element) => (element.strings = { heading: 'Hilfe', send: 'Senden' }));
    expect(find(chat, 'h2').textContent).to.equal('Hilfe');
    expect(find(chat, '.send').getAttribute('aria-label')).to.equal('Senden');
    expect(find(chat, 'textarea').getAttribute('aria-label')).to.equal('Your message');
  });

  it('begins a new conversation, and puts the cursor where the question goes', async () => {
    const { chat, session } = await mount();
    expect(isVisible(find(chat, '[part=new-button]'))).to.equal(false);
    session.showMessages(question());
    await settled(chat);
    find(chat, '[part=new-button]').click();
    expect(session.calls).to.deep.equal([['newConversation']]);
    expect(find(chat, 'textarea').matches(':focus')).to.equal(true);
  });

  it('gives its session back when it leaves, and takes it again when it returns', async () => {
    const { chat, session } = await mount();
    expect(session.listenerCount).to.be.greaterThan(0);
    chat.remove();
    expect(session.listenerCount).to.equal(0);
    session.showMessages(question({ text: 'Asked meanwhile' }));
    document.body.append(chat);
    await settled(chat);
    expect(find(chat, '.text').textContent).to.equal('Asked meanwhile');
    expect(session.listenerCount).to.be.greaterThan(0);
  });

  it('connects nothing in the preview that Turbo shows of a page', async () => {
    document.documentElement.setAttribute('data-turbo-preview', '');
    try {
      const { session } = await mount();
      expect(session.listenerCount).to.equal(0);
    } finally {
      document.documentElement.removeAttribute('data-turbo-preview');
    }
  });

  it('shows its connection in custom states', async () => {
    const { chat, session } = await mount();
    const states = ['empty', 'streaming', 'live', 'offline'];
    const current = (): string[] => states.filter((state) => chat.matches(`:state(${state})`));
    expect(current()).to.deep.equal(['empty', 'live']);
    session.showMessages(question(), answer({ status: 'streaming' }));
    session.show({ connection: 'offline' });
    await settled(chat);
    expect(current()).to.deep.equal(['streaming', 'offline']);
  });

  describe('its events', () => {
    it('tell the page what the session told, from anywhere in the document', async () => {
      const { chat, session } = await mount();
      const events = record(
        'cable-chat-start',
        'cable-chat-chunk',
        'cable-chat-complete',
        'cable-chat-error',
        'cable-chat-connection',
        'cable-chat-progress',
        'cable-chat-frame',
      );
      const error = new ActionError('busy', 'Busy');
      session.emit('start', { messageId: 'a1' });
      session.emit('chunk', { messageId: 'a1', content: 'lo', text: 'Hello' });
      session.emit('complete', { messageId: 'a1', text: 'Hello', status: 'complete' });
      session.emit('error', { error, messageId: 'a2', text: 'part' });
      session.emit('connection', { status: 'offline', reason: { code: 'network' } });
      session.emit('progress', { messageId: 'a1', incomplete: true, stalled: false });
      session.emit('frame', { frame: { type: 'custom' } });
      expect(events.map(({ type }) => type.replace('cable-chat-', ''))).to.deep.equal([
        'start',
        'chunk',
        'complete',
        'error',
        'connection',
        'progress',
        'frame',
      ]);
      expect(events[1]).to.include({ messageId: 'a1', content: 'lo', text: 'Hello', target: chat });
      expect(events[2]).to.include({ status: 'complete', text: 'Hello' });
      expect(events[3]).to.include({ error, messageId: 'a2', text: 'part' });
      expect(events[5]).to.include({ messageId: 'a1', incomplete: true, stalled: false });
      expect(events[4]).to.deep.include({ status: 'offline', reason: { code: 'network' } });
    });

    it('let the page keep a question back; then the draft stays', async () => {
      const { chat, session } = await mount();
      chat.addEventListener('cable-chat-ask', (event) => event.preventDefault(), { once: true });
      const input = await type(chat, 'secret');
      press(input, 'Enter');
      await settled(chat);
      expect(session.calls).to.deep.equal([]);
      expect(input.value).to.equal('secret');
      press(input, 'Enter');
      expect(session.calls).to.deep.equal([['ask', 'secret']]);
    });

    it('keep what goes on inside to themselves', async () => {
      const { chat } = await mount();
      let leaked = 0;
      document.addEventListener('cable-chat-internal-request', () => leaked++);
      press(await type(chat, 'x'), 'Enter');
      expect(leaked).to.equal(0);
    });
  });

  describe('its methods', () => {
    it('ask and stop', async () => {
      const { chat, session } = await mount();
      expect(chat.ask('Hi')).to.equal('q1');
      chat.stop();
      chat.newConversation();
      expect(session.calls).to.deep.equal([['ask', 'Hi'], ['stop'], ['newConversation']]);
      session.refusal = new ActionError('busy', 'Busy');
      expect(() => chat.ask('Hi')).to.throw(ActionError, 'Busy');
    });

    it('focus the composer', async () => {
      const { chat } = await mount();
      chat.focus();
      expect(find(chat, 'textarea').matches(':focus')).to.equal(true);
    });

    it('say that the element is not in the page', () => {
      const chat = document.createElement('cable-chat');
      expect(() => chat.ask('Hi')).to.throw(ActionError, 'not in the page');
    });
  });

  describe('a wrong attribute', () => {
    const wrong: readonly (readonly [string, string, string])[] = [
      ['channel-params', '{nope', 'channel-params'],
      ['channel-params', '[1]', 'channel-params'],
      ['protocol', 'graphql', 'protocol'],
      ['conversation-id', 'one', 'conversation-id'],
      ['url', 'ftp://x', 'url'],
      ['channel', 'not a class', 'channel'],
      ['action', 'no-way!', 'action'],
      ['link-protocols', 'https: javascript:', 'link-protocols'],
      ['image-origins', 'images.example.com', 'image-origins'],
      ['image-origins', 'https://*.example.com', 'image-origins'],
    ];
    for (const [name, value, attribute] of wrong) {
      it(`is named, told once, and got over when it is mended: ${name}="${value}"`, async () => {
        const errors = record('cable-chat-error') as CableChatErrorEvent[];
        const transport = silentTransport();
        const { chat } = await mount((element) => {
          element.session = null;
          element.transport = transport;
          element.setAttribute(name, value);
        });
        expect(find(chat, '[part=config-error]').getAttribute('role')).to.equal('alert');
        expect(find(chat, '[part=config-error]').textContent).to.contain(attribute);
        expect(errors.map(({ error }) => error)).to.satisfy(
          ([error]: Error[]) => error instanceof ConfigurationError && error.attribute === attribute,
        );
        expect(chat.matches(':state(misconfigured)')).to.equal(true);
        expect(transport.subscriptions).to.deep.equal([]);
        expect(() => chat.ask('x')).to.throw(ConfigurationError);

        chat.token = 'another';
        await settled(chat);
        expect(errors).to.have.length(1);

        chat.removeAttribute(name);
        await settled(chat);
        expect(findAll(chat, '[part=config-error]')).to.have.length(0);
        expect(transport.subscriptions).to.have.length(1);
        expect(isVisible(find(chat, 'textarea'))).to.equal(true);
      });
    }

    it('does not cost the draft', async () => {
      const { chat } = await mount((element) => {
        element.session = null;
        element.transport = silentTransport();
      });
      await type(chat, 'half a thought');
      chat.setAttribute('protocol', 'graphql');
      await settled(chat);
      expect(isVisible(find(chat, 'textarea'))).to.equal(false);
      chat.removeAttribute('protocol');
      await settled(chat);
      expect(find<HTMLTextAreaElement>(chat, 'textarea').value).to.equal('half a thought');
    });
  });

  it('takes another session when its configuration changes at run time', async () => {
    const transport = silentTransport();
    const { chat } = await mount((element) => {
      element.session = null;
      element.transport = transport;
      element.setAttribute('channel-params', '{"room":1}');
    });
    chat.channelParams = { room: 2 };
    await settled(chat);
    chat.channel = 'OtherChannel';
    await settled(chat);
    expect(
      transport.subscriptions.map(([channel, params]) => [channel, (params as { room: number }).room]),
    ).to.deep.equal([
      ['AssistantChannel', 1],
      ['AssistantChannel', 2],
      ['OtherChannel', 2],
    ]);
  });

  it('swaps a session of the page’s own for another, and lets go of the first', async () => {
    const { chat, session } = await mount();
    const next = new FakeSession();
    next.showMessages(question({ text: 'In the other one' }));
    chat.session = next;
    await settled(chat);
    expect(session.listenerCount).to.equal(0);
    expect(find(chat, '.text').textContent).to.equal('In the other one');
  });

  it('brings no style attribute and no inline handler, which a strict policy would refuse', async () => {
    const { chat, session } = await mount();
    session.showMessages(question(), answer({ text: '# a\n\n```js\nb\n```\n\n| c |\n|---|\n', status: 'complete' }));
    await settled(chat);
    const inline = parts(chat).filter((element) =>
      [...element.attributes].some(({ name }) => name === 'style' || name.startsWith('on')),
    );
    expect(inline).to.deep.equal([]);
  });
});

declare global {
  interface DocumentEventMap extends Pick<HTMLElementEventMap, `cable-chat-${string}` & keyof HTMLElementEventMap> {}
}

export type { CableChat };
