/** Cookies of others, other sites, and what only AnyCable and Rails have a key for. */
import { createHmac } from 'node:crypto';
import { CableClient, type RawFrame } from '../../support/cable-client.js';
import { channel } from '../support/person.js';
import { DATA } from './action-tries.js';
import type { Scene, Try } from './scene.js';
import { payloadOf } from './token-tries.js';

export const endpointTries: readonly Try[] = [
  {
    door: 'POST /cable_chat/token',
    what: 'with her token in place of her cookie',
    refusal: /^(?!.*__ADA__)/,
    run: async ({ eve, ada }) => {
      const { body } = await eve.post('/cable_chat/token', {}, { headers: { authorization: `Bearer ${ada.token}` } });
      const { token } = body as { token?: string };
      return token === undefined || payloadOf(token)['ext'] !== payloadOf(ada.token)['ext'] ? 'not hers' : '__ADA__';
    },
  },
  {
    door: 'POST /cable_chat/token',
    what: 'with her cookie, from another site',
    refusal: /"status":403/,
    run: ({ eve, ada }) =>
      eve.post('/cable_chat/token', {}, { headers: { cookie: ada.cookie, origin: 'https://evil.example' } }),
  },
  {
    door: 'POST /cable_chat/actions',
    what: 'with her cookie, from another site',
    refusal: /"status":403/,
    run: (scene) =>
      scene.eve.act(scene.conversation, 'resume', DATA['resume']?.(scene), {
        headers: { cookie: scene.ada.cookie, origin: 'https://evil.example' },
      }),
  },
  {
    door: 'the cable',
    what: 'with her cookie, from another site',
    refusal: /"disconnect"/,
    run: (scene) => openByCookie(scene, 'https://evil.example'),
  },
  {
    door: 'POST /cable_chat/actions',
    what: 'with her cookie, as a form of another site',
    refusal: /"status":(403|415)/,
    run: (scene) =>
      scene.eve.act(scene.conversation, 'ask', DATA['ask']?.(scene), {
        headers: { cookie: scene.ada.cookie, origin: 'null', 'content-type': 'text/plain' },
      }),
  },
  {
    door: 'the cookie',
    what: 'her guest id, signed by nobody',
    refusal: /"forbidden"|"status":401/,
    run: (scene) => {
      const value = Buffer.from(JSON.stringify(scene.ada.id.replace(/^guest:/, ''))).toString('base64');
      const signature = createHmac('sha1', 'a guess').update(value).digest('hex');
      const [name] = scene.eve.cookie.split('=');
      return scene.eve.act(scene.conversation, 'resume', {}, { headers: { cookie: `${name}=${value}--${signature}` } });
    },
  },
  {
    door: 'the RPC of AnyCable, on the public port',
    what: 'a command in her name, without the key',
    refusal: /"status":(401|403|404)/,
    run: (scene) => command(scene, {}),
  },
  {
    door: 'the RPC of AnyCable, on the public port',
    what: 'a command in her name, with a guessed key',
    refusal: /"status":(401|403|404)/,
    run: (scene) => command(scene, { authorization: 'Bearer a-guess' }),
  },
  {
    door: 'AnyCable’s broadcasts',
    what: 'on the public port',
    refusal: /"status":(401|403|404|405)/,
    run: ({ eve, stream }) => eve.post('/_broadcast', { stream, data: '{"type":"chunk"}' }),
  },
  ...(['', 'Bearer a-guess'] as const).map((authorization): Try => ({
    door: 'AnyCable’s broadcasts',
    what: `on their own port, ${authorization === '' ? 'without the key' : 'with a guessed key'}`,
    refusal: /"status":401/,
    run: async ({ broadcastUrl, stream }) => {
      const { status } = await fetch(broadcastUrl, {
        method: 'POST',
        headers: authorization === '' ? {} : { authorization },
        body: JSON.stringify({ stream, data: '{"type":"chunk"}' }),
      });
      return { status };
    },
  })),
];

/** As a browser does for a page that opens a socket without a token. @returns what was said when it was welcome, or over */
export async function openByCookie({ host, ada }: Scene, origin: string): Promise<readonly RawFrame[]> {
  const client = await CableClient.connect(host.cableUrl, { headers: { cookie: ada.cookie, origin } });
  await client.next((frame) => frame['type'] !== 'ping');
  await client.close();
  return client.transcript;
}

export function command(
  { eve, ada, conversation }: Scene,
  headers: Readonly<Record<string, string>>,
): Promise<unknown> {
  const visitor = (JSON.parse(String(payloadOf(ada.token)['ext'])) as { visitor: string }).visitor;
  const identifier = channel('AssistantChannel', { conversation_id: conversation });
  const body = {
    command: 'message',
    identifier,
    connection_identifiers: JSON.stringify({ visitor }),
    data: JSON.stringify({ action: 'resume', since: 0 }),
    env: { url: '/cable', headers: {}, cstate: {}, istate: {} },
  };
  return eve.post('/_anycable/command', body, { headers });
}
