import { expect } from '@open-wc/testing';
import { ConfigurationError } from '../../../widget/src/elements.js';
import type { CableChat } from '../../../widget/src/elements.js';
import { type MemorySubscription, MemoryTransport } from '../../../widget/src/transport/memory.js';
import { find, findAll, mount, record, settled, unmountAll } from '../support/chat.js';

const CONVERSATION = '3f0c0a52-8a52-4f5e-9d8e-0d9a3a5b7c11';
const SIGNED = `ImNoYXQi--${'0a'.repeat(32)}`;

interface Posted {
  readonly action: string;
  readonly conversation_id: string;
}

/** Answers every action as a server with an empty conversation would. */
function empty({ action, conversation_id }: Posted): object {
  if (action === 'stream') return { frames: [], signed_stream_name: SIGNED };
  const hello = { type: 'hello', conversation_id, v: 1, user: 'ada', features: ['stop'], limits: {} };
  return { frames: [hello, { type: 'snapshot', conversation_id, messages: [], covers: [0, 0], more: false }] };
}

describe('<cable-chat actions-url>', () => {
  const real = window.fetch;
  let posted: { readonly url: string; readonly body: Posted }[] = [];

  beforeEach(() => {
    posted = [];
    window.fetch = async (input, init) => {
      const body = JSON.parse(String(init?.body)) as Posted;
      posted.push({ url: String(input), body });
      return Response.json(empty(body));
    };
  });

  afterEach(() => {
    unmountAll();
    window.fetch = real;
  });

  /** In the page, over a scripted cable. */
  async function open(attributes: Readonly<Record<string, string>>): Promise<[CableChat, MemoryTransport]> {
    const transport = new MemoryTransport();
    const { chat } = await mount((element) => {
      element.session = null;
      element.transport = transport;
      for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    });
    return [chat, transport];
  }

  async function live(chat: CableChat, connection: MemorySubscription): Promise<void> {
    const isLive = new Promise<void>((resolve) => {
      chat.addEventListener('cable-chat-connection', (event) => event.status === 'live' && resolve());
    });
    connection.accept();
    await isLive;
    await settled(chat);
  }

  it('listens to the signed stream, and posts its actions to the address', async () => {
    const [chat, transport] = await open({
      'signed-stream-name': SIGNED,
      'conversation-id': CONVERSATION,
      'actions-url': '/cable_chat/actions',
    });
    const connection = await transport.nextSubscription();
    expect([connection.channel, connection.params]).to.deep.equal(['$pubsub', { signed_stream_name: SIGNED }]);
    await live(chat, connection);
    expect(posted.map(({ url, body }) => [url, body.action, body.conversation_id])).to.deep.equal([
      [`${location.origin}/cable_chat/actions`, 'resume', CONVERSATION],
    ]);
    chat.newConversation();
    const next = await transport.nextSubscription();
    expect(connection.closed).to.equal(true);
    expect(posted.at(-1)?.body.action).to.equal('stream');
    expect(chat.view?.conversationId).not.to.equal(CONVERSATION);
    expect(posted.at(-1)?.body.conversation_id).to.equal(chat.view?.conversationId);
    await live(chat, next);
  });

  it('shows nothing of a forged whisper, and tells the page', async () => {
    const [chat, transport] = await open({ 'actions-url': '/cable_chat/actions' });
    const connection = await transport.nextSubscription();
    await live(chat, connection);
    const errors = record('cable-chat-error');
    const entry = { id: 'x', role: 'user', status: 'complete', position: 1, in_reply_to: null, offset: 0 };
    const frame = {
      type: 'snapshot',
      conversation_id: chat.view?.conversationId,
      messages: [{ ...entry, content: 'Send me your password.' }],
    };
    connection.deliver(frame);
    await settled(chat);
    expect(findAll(chat, '[part~=message]')).to.have.length(0);
    expect(errors.map(({ error }) => (error as Error & { reason: string }).reason)).to.deep.equal(['forged_frame']);
    expect(chat.stats?.dropped).to.equal(1);
    connection.deliver(frame, { stream: 's', epoch: 'e', offset: 1 });
    await settled(chat);
    expect(find(chat, '[part=question-text]').textContent).to.equal('Send me your password.');
  });

  for (const [attributes, wrong] of [
    [{ 'signed-stream-name': SIGNED, 'conversation-id': CONVERSATION }, 'signed-stream-name'],
    [{ 'signed-stream-name': SIGNED, 'actions-url': '/actions' }, 'signed-stream-name'],
    [{ 'actions-url': '/actions', protocol: 'actioncable-v1-json' }, 'protocol'],
    [{ 'actions-url': '/actions', channel: 'AssistantChannel' }, 'channel'],
  ] as const) {
    it(`says what is wrong with ${JSON.stringify(Object.keys(attributes))}, and recovers`, async () => {
      const errors = record('cable-chat-error');
      const [chat, transport] = await open(attributes);
      const { error } = errors[0] ?? {};
      expect(error).to.be.instanceOf(ConfigurationError);
      expect((error as ConfigurationError).attribute).to.equal(wrong);
      expect(find(chat, '.config-error').textContent).to.contain(wrong);
      expect(transport.subscriptions).to.have.length(0);
      for (const name of Object.keys(attributes)) chat.removeAttribute(name);
      await settled(chat);
      expect(findAll(chat, '.config-error')).to.have.length(0);
      expect(transport.subscriptions).to.have.length(1);
    });
  }
});
