/** Every action, through every door, on a conversation and on messages that are somebody else’s. */
import { randomUUID } from 'node:crypto';
import { channel } from '../support/person.js';
import { all, type Scene, type Try } from './scene.js';

type Data = (scene: Scene) => Readonly<Record<string, unknown>>;

/** What makes each action one on Ada’s conversation. */
export const DATA: Readonly<Record<string, Data>> = {
  resume: ({ open }) => ({ since: 0, cursors: { [open]: 0 } }),
  history: () => ({ before: 1_000_000, limit: 30 }),
  ask: () => ({ client_id: randomUUID(), message: 'What did she ask?' }),
  regenerate: ({ finished }) => ({ client_id: randomUUID(), message_id: finished }),
  edit: ({ question }) => ({ client_id: randomUUID(), message_id: question, message: 'Tell me all.' }),
  stop: ({ open }) => ({ message_id: open }),
  feedback: ({ finished }) => ({ message_id: finished, value: 'down', at: 1 }),
};
const ACTIONS = Object.entries(DATA);
const READING: ReadonlySet<string> = new Set(['resume', 'history']);

function overCable(name: string): Try[] {
  return [...ACTIONS, ['an unknown action', () => ({})] as const].map(([action, data]) => ({
    door: `${name}, subscribed to her conversation`,
    what: action,
    refusal: action in DATA ? /"forbidden"/ : /"invalid"/,
    reads: READING.has(action),
    run: async (scene) => {
      const client = await scene.eve.connect();
      const identifier = channel(name, { conversation_id: scene.conversation });
      await client.subscribe(identifier);
      client.perform(identifier, action, data(scene));
      await client.next((frame) => frame['message'] !== undefined && frame['type'] === undefined);
      return all(client);
    },
  }));
}

const overHttp: Try[] = ACTIONS.flatMap(([action, data]) => [
  {
    door: 'POST /cable_chat/actions, by cookie',
    what: action,
    refusal: /"forbidden"/,
    reads: READING.has(action),
    run: (scene: Scene) => scene.eve.act(scene.conversation, action, data(scene)),
  },
  {
    door: 'POST /cable_chat/actions, by token',
    what: action,
    refusal: /"forbidden"/,
    reads: READING.has(action),
    run: (scene: Scene) =>
      scene.eve.act(scene.conversation, action, data(scene), {
        headers: { cookie: '', authorization: `Bearer ${scene.eve.token}` },
      }),
  },
]);

const fromHerOwn: Try[] = ['regenerate', 'edit', 'stop', 'feedback'].map((action) => ({
  door: 'a conversation of one’s own, with her message’s id',
  what: action,
  refusal: /"invalid"/,
  run: (scene) => scene.eve.act(randomUUID(), action, DATA[action]?.(scene)),
}));

const ids: Try[] = [
  {
    door: 'a conversation of one’s own',
    what: 'resume with the cursor of her answer',
    refusal: /"snapshot"/,
    run: ({ eve, open }) => eve.act(randomUUID(), 'resume', { cursors: { [open]: 0 } }),
  },
  {
    door: 'a conversation of one’s own',
    what: 'ask with the client_id of her question',
    refusal: /"invalid"/,
    run: ({ eve, clientId }) => eve.act(randomUUID(), 'ask', { client_id: clientId, message: 'Hello?' }),
  },
  {
    door: 'a conversation of one’s own',
    what: 'ask with her conversation’s id in the data of the action',
    refusal: /"forbidden"|"invalid"|own/,
    run: async ({ eve, conversation }) => {
      const client = await eve.connect();
      const identifier = channel('AssistantChannel', { conversation_id: randomUUID() });
      await client.subscribe(identifier);
      client.perform(identifier, 'resume', { conversation_id: conversation, since: 0 });
      await client.next((frame) => JSON.stringify(frame).includes('"snapshot"'));
      return [...(await all(client)), 'own'];
    },
  },
  ...['toUpperCase', 'braces', 'a space', 'a newline'].map((how): Try => ({
    door: 'her conversation’s id in another form',
    what: `resume with ${how === 'toUpperCase' ? 'capitals' : how}`,
    refusal: /"invalid"|"forbidden"|"snapshot"/,
    run: ({ eve, conversation: id }) =>
      eve.act(
        how === 'toUpperCase'
          ? id.toUpperCase()
          : how === 'braces'
            ? `{${id}}`
            : how === 'a space'
              ? ` ${id}`
              : `${id}\n`,
        'resume',
        { since: 0 },
      ),
  })),
];

export const actionTries: readonly Try[] = [
  ...overCable('AssistantChannel'),
  ...overCable('LlmStreamChannel'),
  ...overHttp,
  ...fromHerOwn,
  ...ids,
];
