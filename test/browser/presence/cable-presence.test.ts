import { expect } from '@open-wc/testing';
import { ConfigurationError, PresenceError } from '../../../widget/src/elements.js';
import type { CableChat, CableChatErrorEvent, CablePresence } from '../../../widget/src/elements.js';
import { MemoryTransport } from '../../../widget/src/testing.js';
import { nextFrame, find, findAll, isVisible, parts, record } from '../support/chat.js';
import { FakeSession } from '../support/fake-session.js';
import { crowd, listOf, mountPresence, place, removeAll, show } from '../support/presence.js';

afterEach(removeAll);

const states = (presence: Element): string[] =>
  ['connecting', 'live', 'offline', 'empty', 'unsupported', 'closed', 'misconfigured'].filter((state) =>
    presence.matches(`:state(${state})`),
  );
const faces = (presence: Element): string[] => findAll(presence, '.faces .face').map((face) => face.textContent.trim());
const names = (presence: Element): string[] =>
  findAll(presence, '.faces li > bdi').map((name) => name.textContent.trim());
const label = (presence: Element): string => find(presence, '[part=count]').textContent.trim();

describe('<cable-presence>', () => {
  it('shows nothing before it knows, then faces and a number', async () => {
    const mounted = await mountPresence();
    const { presence } = mounted;
    expect(findAll(presence, '[part=presence]')).to.have.length(0);
    expect(states(presence)).to.deep.equal(['live']);
    await show(mounted, crowd(3));
    expect(faces(presence)).to.deep.equal(['AL', 'GH', '王']);
    expect(names(presence)).to.deep.equal(['Ada Lovelace', 'Grace Hopper', '王小明']);
    expect(label(presence)).to.equal('3 people here');
    expect(presence.count).to.equal(3);
    expect(presence.members[0]).to.deep.equal({ id: 'user-000', info: { name: 'Ada Lovelace' } });
    expect(presence.members).to.equal(presence.members);
  });

  it('says that nobody is here, and that one person is', async () => {
    const mounted = await mountPresence();
    await show(mounted, {});
    expect(label(mounted.presence)).to.equal('Nobody is here');
    expect(states(mounted.presence)).to.deep.equal(['live', 'empty']);
    await show(mounted, crowd(1));
    expect(label(mounted.presence)).to.equal('1 person here');
  });

  it('shows the first five of forty, or as many as the page says, and how many more there are', async () => {
    const mounted = await mountPresence();
    const { presence } = mounted;
    await show(mounted, crowd(40));
    expect(faces(presence)).to.have.length(5);
    expect(find(presence, '.more').textContent).to.equal('+35');
    expect(label(presence)).to.equal('40 people here');
    presence.max = 3;
    await presence.updateComplete;
    expect(faces(presence)).to.have.length(3);
    presence.setAttribute('max', '40');
    await presence.updateComplete;
    expect(faces(presence)).to.have.length(40);
    expect(findAll(presence, '.more')).to.have.length(0);
  });

  it('speaks another language, with its plurals', async () => {
    const mounted = await mountPresence(
      (presence) =>
        (presence.strings = {
          language: 'pl',
          peopleHere: { one: '{count} osoba', few: '{count} osoby', many: '{count} osób', other: '{count} osoby' },
        }),
    );
    for (const [count, words] of [
      [1, '1 osoba'],
      [3, '3 osoby'],
      [5, '5 osób'],
      [22, '22 osoby'],
    ] as const) {
      await show(mounted, crowd(count));
      expect(label(mounted.presence)).to.equal(words);
    }
  });

  describe('its events', () => {
    it('tell who came and left, and not who was there before', async () => {
      const events = record('cable-presence-join', 'cable-presence-leave', 'cable-presence-change');
      const mounted = await mountPresence();
      const { presence, connection } = mounted;
      connection.deliverPresence(listOf({ a: 1 }));
      connection.deliverPresence({ type: 'join', id: 'b', info: { name: 'B' } });
      connection.deliverPresence({ type: 'join', id: 'b', info: { name: 'B' } });
      connection.deliverPresence({ type: 'leave', id: 'a' });
      await show(mounted, { b: { name: 'B' } });
      expect(events.map(({ type }) => type.replace('cable-presence-', ''))).to.deep.equal([
        'change',
        'change',
        'join',
        'change',
        'leave',
      ]);
      expect(events[2]).to.deep.include({ id: 'b', info: { name: 'B' } });
      expect(events[4]).to.deep.include({ id: 'a', info: 1 });
      expect(events[4]?.target).to.equal(presence);
    });
  });

  describe('its methods', () => {
    it('join and leave, also before there is a connection', async () => {
      const mounted = await mountPresence((presence) => presence.join('me', { name: 'Me' }));
      const { presence, connection } = mounted;
      expect(connection.presenceCommands[0]).to.deep.equal({ command: 'join', id: 'me', info: { name: 'Me' } });
      presence.leave();
      await presence.updateComplete;
      expect(connection.presenceCommands.at(-1)).to.deep.equal({ command: 'leave' });
      expect(() => presence.join('')).to.throw(ConfigurationError, 'needs an id');
    });

    it('fetch the list, once for many', async () => {
      const mounted = await mountPresence();
      await show(mounted, { a: 1 });
      const wanted = Promise.all([mounted.presence.info(), mounted.presence.info()]);
      await mounted.presence.updateComplete;
      await Promise.resolve();
      expect(mounted.connection.presenceCommands).to.have.length(2);
      mounted.connection.deliverPresence(listOf({ a: 1, b: 2 }));
      for (const members of await wanted)
        expect([...members]).to.deep.equal([
          ['a', 1],
          ['b', 2],
        ]);
    });

    it('say why there is no list', async () => {
      const alone = document.createElement('cable-presence');
      expect(await failure(alone.info())).to.be.instanceOf(PresenceError);
      place(alone);
      expect(await failure(alone.info())).to.be.instanceOf(ConfigurationError);
    });
  });

  describe('its attributes', () => {
    it('put this visitor on the list, and take them off again', async () => {
      const { presence, connection } = await mountPresence((element) => {
        element.setAttribute('member-id', 'u7');
        element.setAttribute('member-info', '{"name":"Ada"}');
      });
      expect(connection.presenceCommands[0]).to.deep.equal({ command: 'join', id: 'u7', info: { name: 'Ada' } });
      presence.memberInfo = { name: 'Ada L.' };
      await presence.updateComplete;
      expect(connection.presenceCommands.at(-1)).to.deep.equal({
        command: 'join',
        id: 'u7',
        info: { name: 'Ada L.' },
      });
    });

    it('a mistake is named, told once, and got over when it is mended', async () => {
      const errors = record('cable-chat-error') as CableChatErrorEvent[];
      const transport = new MemoryTransport();
      const presence = document.createElement('cable-presence');
      presence.transport = transport;
      place(presence);
      await presence.updateComplete;
      expect(find(presence, '[part=config-error]').textContent).to.contain('Name a channel');
      expect(states(presence)).to.deep.equal(['misconfigured']);
      presence.max = '7';
      await presence.updateComplete;
      expect(errors).to.have.length(1);
      presence.channel = 'RoomChannel';
      await presence.updateComplete;
      expect(findAll(presence, '[part=config-error]')).to.have.length(0);
      expect(transport.subscriptions).to.have.length(1);
    });
  });

  it('keeps the list while offline, and says that it may have changed', async () => {
    const left = record('cable-presence-leave');
    const mounted = await mountPresence();
    const { presence, connection } = mounted;
    await show(mounted, crowd(3));
    connection.drop();
    await presence.updateComplete;
    expect(states(presence)).to.deep.equal(['offline']);
    expect(faces(presence)).to.have.length(3);
    expect(left).to.have.length(0);
    find(presence, 'button').click();
    await presence.updateComplete;
    expect(find(presence, '.hint').textContent).to.contain('Not connected');
  });

  it('shows nothing where the server has no presence, and says so once, each element for itself', async () => {
    const errors = record('cable-chat-error') as CableChatErrorEvent[];
    const mounted = await mountPresence();
    const { presence, connection, transport } = mounted;
    connection.deliverPresence({ type: 'error' });
    await presence.updateComplete;
    expect(states(presence)).to.deep.equal(['unsupported']);
    expect(findAll(presence, '[part=presence]')).to.have.length(0);
    expect(errors.map(({ error }) => (error as PresenceError).reason)).to.deep.equal(['unsupported']);
    const another = document.createElement('cable-presence');
    another.transport = transport;
    another.channel = 'RoomChannel';
    place(another);
    await another.updateComplete;
    presence.remove();
    place(presence);
    await presence.updateComplete;
    expect(transport.subscriptions).to.have.length(1);
    expect(errors.map(({ target }) => target)).to.deep.equal([presence, another]);
  });

  it('keeps the list when the server could not read it once', async () => {
    const errors = record('cable-chat-error');
    const mounted = await mountPresence();
    const { presence, connection } = mounted;
    await show(mounted, crowd(3));
    connection.deliverPresence({ type: 'error' });
    await presence.updateComplete;
    expect(states(presence)).to.deep.equal(['live']);
    expect(faces(presence)).to.have.length(3);
    expect(errors).to.have.length(0);
  });

  it('says once that this visitor, who joined, is not on the list', async () => {
    const errors = record('cable-chat-error') as CableChatErrorEvent[];
    const mounted = await mountPresence((presence) => presence.setAttribute('member-id', 'me'));
    for (let times = 0; times < 4; times++) await show(mounted, { other: null });
    expect(errors.map(({ error }) => (error as PresenceError).reason)).to.deep.equal(['not_listed']);
    expect(mounted.presence.count).to.equal(1);
  });

  it('does nothing in the preview that Turbo shows of a page', async () => {
    document.documentElement.setAttribute('data-turbo-preview', '');
    try {
      const transport = new MemoryTransport();
      const presence = document.createElement('cable-presence');
      presence.transport = transport;
      presence.channel = 'RoomChannel';
      place(presence);
      await presence.updateComplete;
      expect(transport.subscriptions).to.have.length(0);
    } finally {
      document.documentElement.removeAttribute('data-turbo-preview');
    }
  });

  it('comes back to the same subscription and the same place on the list when it is moved', async () => {
    const { presence, connection, transport } = await mountPresence((element) => (element.memberId = 'me'));
    connection.deliverPresence(listOf({ me: null }));
    presence.remove();
    place(presence);
    await presence.updateComplete;
    expect(transport.subscriptions).to.have.length(1);
    expect(presence.count).to.equal(1);
    expect(connection.presenceCommands.map(({ command }) => command)).to.deep.equal(['join', 'request']);
  });

  it('is one subscription for two of them, and one place on the list', async () => {
    const { transport, connection } = await mountPresence();
    const another = document.createElement('cable-presence');
    another.transport = transport;
    another.channel = 'RoomChannel';
    another.memberId = 'me';
    place(another);
    await another.updateComplete;
    expect(transport.subscriptions).to.have.length(1);
    expect(connection.presenceCommands.map(({ command }) => command)).to.deep.equal(['request', 'join']);
  });

  describe('with a chat', () => {
    async function mountChat(id = 'chat'): Promise<{ chat: CableChat; transport: MemoryTransport }> {
      const transport = new MemoryTransport();
      const chat = document.createElement('cable-chat');
      chat.id = id;
      chat.transport = transport;
      place(chat);
      await chat.updateComplete;
      return { chat, transport };
    }

    function presenceFor(id: string): CablePresence {
      const presence = document.createElement('cable-presence');
      presence.setAttribute('for', id);
      return presence;
    }

    it('shares the subscription of the one that `for` names', async () => {
      const { transport } = await mountChat();
      const presence = place(presenceFor('chat'));
      await presence.updateComplete;
      const [connection] = transport.subscriptions;
      connection?.accept();
      connection?.deliverPresence(listOf(crowd(2)));
      await presence.updateComplete;
      expect(transport.subscriptions).to.have.length(1);
      expect(faces(presence)).to.deep.equal(['AL', 'GH']);
    });

    it('waits for one that comes later, says so once, and lets go of one that goes', async () => {
      const errors = record('cable-chat-error') as CableChatErrorEvent[];
      const presence = place(presenceFor('late'));
      await presence.updateComplete;
      expect(errors.map(({ error }) => error.message).join()).to.contain('for="late" names nothing in this page (yet)');
      expect(isVisible(find(presence, '#announcer'))).to.equal(true);
      expect(findAll(presence, '[part=config-error]')).to.have.length(0);
      expect(states(presence)).to.deep.equal(['connecting']);

      const { chat, transport } = await mountChat('late');
      await until(() => transport.subscriptions[0] !== undefined);
      const [connection] = transport.subscriptions;
      connection?.accept();
      await until(() => connection?.presenceCommands.length === 1);
      connection?.deliverPresence(listOf(crowd(2)));
      await presence.updateComplete;
      expect(faces(presence)).to.have.length(2);
      expect(errors).to.have.length(1);

      chat.remove();
      await until(() => findAll(presence, '.face').length === 0);
    });

    it('does not wait where `for` names something else, or the attributes contradict each other', async () => {
      const errors = record('cable-chat-error') as CableChatErrorEvent[];
      const other = place(document.createElement('section'));
      other.id = 'other';
      const presence = place(presenceFor('other'));
      await presence.updateComplete;
      expect(find(presence, '[part=config-error]').textContent).to.contain('for="other" names a <section>');
      expect(states(presence)).to.deep.equal(['misconfigured']);
      other.id = 'another';
      await until(() => states(presence).join() === 'connecting');
      expect(findAll(presence, '[part=config-error]')).to.have.length(0);
      presence.url = '/cable';
      await presence.updateComplete;
      expect(find(presence, '[part=config-error]').textContent).to.contain('leave url out, or leave for out');
      expect(errors.map(({ error }) => error.message.slice(0, 26))).to.deep.equal([
        'for="other" names a <secti',
        'for="other" names nothing ',
        'for="…" takes the connecti',
      ]);
    });

    it('leaves the room beside the heading of a narrow one: the words are for readers, the faces are the button', async () => {
      const { chat, transport } = await mountChat();
      const presence = document.createElement('cable-presence');
      presence.slot = 'header';
      chat.append(presence);
      await presence.updateComplete;
      transport.subscriptions[0]?.accept();
      transport.subscriptions[0]?.deliverPresence(listOf(crowd(2)));
      await presence.updateComplete;
      const [button, words] = [find(presence, 'button'), find(presence, 'button > span')];
      const row = find(presence, '.faces');
      chat.style.inlineSize = '25rem';
      expect(words.getBoundingClientRect().width).to.be.above(50);
      chat.style.inlineSize = '24rem';
      expect(words.getBoundingClientRect().width).to.equal(1);
      expect(isVisible(words)).to.equal(true);
      expect(label(presence)).to.equal('2 people here');
      expect(presence.getBoundingClientRect().width).to.equal(row.getBoundingClientRect().width);
      const { left, top, width, height } = row.getBoundingClientRect();
      const hit = (presence.renderRoot as ShadowRoot).elementFromPoint(left + width / 2, top + height / 2);
      expect(hit).to.equal(button);
    });

    it('shares with the one around it, through slots and shadow roots', async () => {
      const { chat, transport } = await mountChat();
      const wrapper = document.createElement('section');
      wrapper.slot = 'footer';
      const root = wrapper.attachShadow({ mode: 'open' });
      const presence = document.createElement('cable-presence');
      root.append(presence);
      chat.append(wrapper);
      await presence.updateComplete;
      transport.subscriptions[0]?.accept();
      transport.subscriptions[0]?.deliverPresence(listOf(crowd(1)));
      await presence.updateComplete;
      expect(faces(presence)).to.deep.equal(['AL']);
    });

    it('may name a channel of its own, over the chat’s cable', async () => {
      const { transport } = await mountChat();
      const presence = presenceFor('chat');
      presence.channel = 'RoomChannel';
      presence.channelParams = { room: 1 };
      place(presence);
      await presence.updateComplete;
      expect(transport.subscriptions.map(({ channel }) => channel)).to.deep.equal(['AssistantChannel', 'RoomChannel']);
      expect(transport.subscriptions[1]?.params).to.deep.equal({ room: 1 });
    });

    it('joins as whom the server took the visitor, once it has said so', async () => {
      const { transport } = await mountChat();
      const presence = presenceFor('chat');
      presence.toggleAttribute('join');
      presence.memberInfo = { name: 'Ada' };
      place(presence);
      await presence.updateComplete;
      const [connection] = transport.subscriptions;
      if (connection === undefined) throw new Error('the chat has not subscribed');
      connection.accept();
      connection.deliverPresence(listOf({}));
      const conversation_id = connection.params['conversation_id'];
      const greeting = { features: [], limits: {}, v: 1, user: 'visitor-9' };
      connection.deliver({ type: 'hello', conversation_id, ...greeting });
      connection.deliver({ type: 'snapshot', conversation_id, messages: [], covers: [0, 0], more: false });
      await until(() => connection.presenceCommands.some(({ command }) => command === 'join'));
      expect(connection.presenceCommands.find(({ command }) => command === 'join')).to.deep.equal({
        command: 'join',
        id: 'visitor-9',
        info: { name: 'Ada' },
      });
    });

    it('says that a session of the page’s own cannot be shared', async () => {
      const { chat } = await mountChat();
      chat.session = new FakeSession();
      await chat.updateComplete;
      const presence = place(presenceFor('chat'));
      await presence.updateComplete;
      expect(find(presence, '[part=config-error]').textContent).to.contain('cannot be shared');
    });
  });

  describe('whatever people say of themselves', () => {
    const HOSTILE: readonly unknown[] = [
      '<img src=x onerror=alert(1)>',
      { name: '<img src=x onerror=alert(1)>', avatar: 'https://evil.example/a.png', url: 'javascript:alert(1)' },
      { name: '\u202Egnp.exe\u2066', image: 'https://evil.example/b.png' },
      { name: 'x'.repeat(500_000) },
      { name: `Z${'\u0301'.repeat(5_000)}` },
      { name: '' },
      { name: { toString: null } },
      { __proto__: null, name: ['a'] },
      JSON.parse('['.repeat(20_000) + ']'.repeat(20_000)),
      null,
      42,
    ];

    it('is text, short, apart from the text around it, and loads nothing', async () => {
      const mounted = await mountPresence((presence) => (presence.max = 100));
      const { presence } = mounted;
      const ids = ['', '__proto__', '\u202E', 'y'.repeat(100_000)];
      const members = new Map(HOSTILE.map((info, index) => [ids[index] ?? `id-${index}`, info]));
      mounted.connection.deliverPresence({ type: 'info', members });
      await presence.updateComplete;
      find(presence, 'button').click();
      await presence.updateComplete;
      const tags = new Set(parts(presence).map(({ localName }) => localName));
      expect([...tags].sort()).to.deep.equal(['bdi', 'button', 'div', 'li', 'span', 'ul']);
      for (const element of parts(presence)) {
        for (const { name } of element.attributes) expect(name).not.to.match(/^(src|href|style|on)/);
      }
      expect(findAll(presence, '.names li')).to.have.length(HOSTILE.length);
      for (const name of findAll(presence, '.names li > bdi')) {
        expect(name.textContent.length).to.be.within(1, 700);
        expect(getComputedStyle(name).unicodeBidi).to.equal('isolate');
      }
      for (const face of findAll(presence, '.faces .face')) {
        expect(face.getBoundingClientRect().width).to.be.at.most(32);
      }
      expect(find(presence, '.panel').getBoundingClientRect().width).to.be.at.most(300);
      expect(names(presence)).to.include('Somebody');
    });
  });
});

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** Until it is so; the test's own deadline ends it. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await nextFrame();
}
