/** Tokens that nobody issued, on the cable and on the endpoint. */
import { rpcKey } from '../../support/anycable/keys.js';
import { CableClient, UpgradeRefused } from '../../support/cable-client.js';
import { FAR_AWAY, forgeToken } from '../../support/forged-token.js';
import { DATA } from './action-tries.js';
import type { Scene, Try } from './scene.js';

export function tampered(token: string, id: string): string {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const own = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { ext: string };
  // The identity in it is a GlobalID in base64.
  const ext = JSON.stringify({
    visitor: Buffer.from(`gid://my-app/CableChat::Visitor/${encodeURIComponent(id)}`).toString('base64'),
  });
  return `${header}.${Buffer.from(JSON.stringify({ ...own, ext })).toString('base64url')}.${signature}`;
}

const FORGERIES: readonly (readonly [what: string, token: (scene: Scene) => string])[] = [
  ['one’s own token with her name in it', ({ eve, ada }) => tampered(eve.token, ada.id)],
  ['her token without its signature', ({ ada }) => `${ada.token.split('.').slice(0, 2).join('.')}.`],
  [
    'her token with the algorithm `none`',
    ({ ada }) => `${Buffer.from('{"alg":"none"}').toString('base64url')}.${ada.token.split('.')[1]}.`,
  ],
  ['her token, signed by a guess', ({ ada }) => resigned(ada.token, 'a guess')],
  ['her token, signed by the key of the RPC', ({ ada, host }) => resigned(ada.token, rpcKey(host.secret))],
  [
    'her token from yesterday',
    ({ ada, host }) => forgeToken({ payload: { ...payloadOf(ada.token), exp: 1_700_000_000 }, secret: host.secret }),
  ],
  ['a token that is JSON', () => '{"visitor":"ada"}'],
];

export function payloadOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
}

export function resigned(token: string, key: string): string {
  return forgeToken({ payload: { ...payloadOf(token), exp: FAR_AWAY }, secret: key });
}

export const tokenTries: readonly Try[] = FORGERIES.flatMap(([what, tokenOf]) => [
  {
    door: 'the cable, with a forged token',
    what,
    refusal: /"disconnect"|refused/,
    run: async (scene: Scene) => {
      try {
        const client = await CableClient.connect(scene.host.cableUrl, { headers: { 'x-jid': tokenOf(scene) } });
        await client.closed;
        return client.transcript;
      } catch (error) {
        if (error instanceof UpgradeRefused) return `refused: ${error.status}`;
        throw error;
      }
    },
  },
  {
    door: 'POST /cable_chat/actions, with a forged token',
    what,
    refusal: /"status":401/,
    run: (scene: Scene) =>
      scene.eve.act(scene.conversation, 'resume', DATA['resume']?.(scene), {
        headers: { cookie: '', authorization: `Bearer ${tokenOf(scene)}` },
      }),
  },
]);
