/** Every way to listen to a stream, to its history and to those who are there. */
import { signStreamName } from '../../support/anycable/keys.js';
import { CableClient, EXTENDED } from '../../support/cable-client.js';
import { channel } from '../support/person.js';
import { all, type Scene, type Try } from './scene.js';

/** The ways to a stream that are there for its owner. */
const READABLE = /^AssistantChannel with her (conversation’s id|id in)|^LlmStreamChannel|^as the action/;

/** Subscribes, and hears nothing of hers; whoever gets in at all stays to the end, and is asked then what was heard. */
function listen(what: string, refusal: RegExp, identifierOf: (scene: Scene) => Promise<string> | string): Try {
  return {
    reads: READABLE.test(what),
    door: 'her stream',
    what,
    refusal,
    run: async (scene) => {
      const client = await scene.eve.connect();
      const identifier = await identifierOf(scene);
      const { type } = await client.subscribe(identifier);
      client.command('history', identifier, { history: { since: 1 } });
      if (type === 'confirm_subscription') await client.next(({ type: kind }) => String(kind).endsWith('_history'));
      client.command('whisper', identifier, { data: { type: 'chunk', text: 'whispered' } });
      client.command('presence', identifier);
      return all(client);
    },
  };
}

const signed = (name: string): string => channel('$pubsub', { signed_stream_name: name });

export const streamTries: readonly Try[] = [
  listen('AssistantChannel with her conversation’s id', /"confirm_subscription"/, ({ conversation }) =>
    channel('AssistantChannel', { conversation_id: conversation }),
  ),
  listen('AssistantChannel with her id in the parameters', /"confirm_subscription"/, ({ conversation, ada }) =>
    channel('AssistantChannel', { conversation_id: conversation, visitor: ada.id, user: ada.id, id: ada.id }),
  ),
  listen('LlmStreamChannel with her conversation’s id', /"confirm_subscription"/, ({ conversation }) =>
    channel('LlmStreamChannel', { conversation_id: conversation }),
  ),
  listen('AssistantChannel with the stream’s name for an id', /"reject_subscription"/, ({ stream }) =>
    channel('AssistantChannel', { conversation_id: stream }),
  ),
  listen('ChatChannel with the stream’s name for a room', /"reject_subscription"/, ({ stream }) =>
    channel('ChatChannel', { room_id: stream }),
  ),
  listen('as a public stream', /"reject_subscription"/, ({ stream }) => channel('$pubsub', { stream_name: stream })),
  listen('unsigned', /"reject_subscription"/, ({ stream }) =>
    signed(Buffer.from(JSON.stringify(stream)).toString('base64')),
  ),
  listen('signed with another key', /"reject_subscription"/, ({ stream }) => signed(signStreamName(stream, 'a guess'))),
  listen('signed with the empty key', /"reject_subscription"/, ({ stream }) => signed(signStreamName(stream, ''))),
  listen('with the signature of one’s own stream', /"reject_subscription"/, async ({ eve, conversation, stream }) => {
    const { body } = await eve.act(conversation, 'stream');
    const [, signature] = String((body as { signed_stream_name: string }).signed_stream_name).split('--');
    return signed(`${Buffer.from(JSON.stringify(stream)).toString('base64')}--${signature}`);
  }),
  listen('as the action `stream` signs it for oneself', /"confirm_subscription"/, async ({ eve, conversation }) => {
    const { body } = await eve.act(conversation, 'stream');
    return signed(String((body as { signed_stream_name: string }).signed_stream_name));
  }),
  listen('the same in Turbo’s channel', /"reject_subscription"/, ({ stream }) =>
    channel('Turbo::StreamsChannel', { signed_stream_name: signStreamName(stream, 'a guess') }),
  ),
  {
    door: 'her stream',
    what: 'the history of a subscription that one does not have',
    refusal: /^(?!.*"message")/,
    run: async ({ eve, conversation }) => {
      const client = await eve.connect();
      client.command('history', channel('AssistantChannel', { conversation_id: conversation }), {
        history: { since: 1 },
      });
      return all(client);
    },
  },
  {
    door: 'her stream',
    what: 'an action on a subscription that one does not have',
    refusal: /^(?!.*"message")/,
    run: async ({ eve, conversation }) => {
      const client = await eve.connect();
      client.perform(channel('AssistantChannel', { conversation_id: conversation }), 'resume');
      return all(client);
    },
  },
  {
    door: 'her connection',
    what: 'a session id that was guessed',
    refusal: /^(?!.*"restored":true)/,
    run: async ({ host, eve }) => {
      const client = await CableClient.connect(host.cableUrl, {
        protocols: [EXTENDED, `anycable-token.${eve.token}`],
        sid: 'xH3kPq0aZ1bY2cX3dW4eV',
      });
      await client.next({ type: 'welcome' });
      return all(client);
    },
  },
];
