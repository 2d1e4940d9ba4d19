import { EXTENDED } from '../../support/cable-client.js';
import type { ConnectOptions, Scene } from '../scene.js';
import type { TokenParts } from '../tokens.js';
import type { Topic } from '../transcript.js';

const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1_000) + seconds;
const TESS = JSON.stringify({ user: 'tess' });

/** The three ways in which a token travels. */
const ways: Readonly<Record<string, (token: string) => ConnectOptions>> = {
  parameter: (token) => ({ query: { jid: token } }),
  header: (token) => ({ headers: { 'x-jid': token } }),
  'sub-protocol': (token) => ({ protocols: [EXTENDED, `anycable-token.${token}`] }),
};

/** Connects by each way, and asks the server who that is. */
async function tryEveryWay(scene: Scene, token: string): Promise<void> {
  for (const [way, optionsFor] of Object.entries(ways)) {
    const client = await scene.open(way, optionsFor(token));
    const isIn = await client.next({ type: 'welcome' }).then(
      () => true,
      () => false,
    );
    if (!isIn) {
      await client.closed;
      continue;
    }
    await client.subscribe(scene.room());
    client.perform(scene.room(), 'whoami');
    await client.settled();
  }
}

/** A transcript that tries one bad or good token by every way. */
const withToken = (name: string, make: (scene: Scene) => Partial<TokenParts> | string) => ({
  name: `token/${name}`,
  play: async (scene: Scene) => {
    const made = make(scene);
    await tryEveryWay(scene, typeof made === 'string' ? made : scene.token(made));
  },
});

export const token: Topic = {
  topic: 'token',
  transcripts: [
    withToken('good', () => ({})),
    withToken('expired', () => ({ payload: { ext: TESS, exp: inSeconds(-60) } })),
    withToken('expires-never', () => ({ payload: { ext: TESS } })),
    withToken('not-valid-yet', () => ({ payload: { ext: TESS, exp: inSeconds(300), nbf: inSeconds(120) } })),
    withToken('issued-in-the-future', () => ({ payload: { ext: TESS, exp: inSeconds(300), iat: inSeconds(120) } })),
    withToken('wrong-secret', () => ({ secret: 'another secret' })),
    withToken('expired-and-wrong-secret', () => ({
      secret: 'another secret',
      payload: { ext: TESS, exp: inSeconds(-60) },
    })),
    withToken('unsigned', () => ({ alg: 'none' })),
    withToken('another-hmac', () => ({ alg: 'HS512' })),
    withToken('tampered', (scene) => {
      const [head, , signature] = scene.token().split('.');
      const payload = scene.token({ payload: { ext: '{"user":"root"}', exp: inSeconds(300) } }).split('.')[1];
      return [head, payload, signature].join('.');
    }),
    withToken('nonsense', () => 'nonsense'),
    withToken('without-an-identity', () => ({ payload: { exp: inSeconds(300) } })),
    withToken('identity-is-no-text', () => ({ payload: { ext: { user: 'tess' }, exp: inSeconds(300) } })),
    withToken('expiry-is-no-number', () => ({ payload: { ext: TESS, exp: 'tomorrow' } })),
    {
      name: 'token/absent',
      play: async (scene) => {
        const ada = await scene.connect('ada');
        await ada.subscribe(scene.room());
        ada.perform(scene.room(), 'whoami');
        await ada.settled();
        await scene.connect('empty parameter', { query: { jid: '' } });
        await scene.connect('empty header', { headers: { 'x-jid': '' } });
      },
    },
    {
      name: 'token/absent-where-it-is-enforced',
      settings: { enforceJwt: true },
      play: async (scene) => {
        const client = await scene.open('ada');
        await client.closed;
        const empty = await scene.open('empty parameter', { query: { jid: '' } });
        await empty.closed;
        await tryEveryWay(scene, scene.token());
      },
    },
    {
      name: 'token/several-at-once',
      play: async (scene) => {
        const tokenOf = (user: string) =>
          scene.token({ payload: { ext: JSON.stringify({ user }), exp: inSeconds(300) } });
        const [byParameter, byHeader, byProtocol] = [tokenOf('parameter'), tokenOf('header'), tokenOf('sub-protocol')];
        const whoIs = async (who: string, options: ConnectOptions) => {
          const client = await scene.connect(who, options);
          await client.subscribe(scene.room());
          client.perform(scene.room(), 'whoami');
          await client.settled();
        };
        const query = { jid: byParameter };
        const headers = { 'x-jid': byHeader };
        const protocols = [EXTENDED, `anycable-token.${byProtocol}`];
        await whoIs('parameter and header', { query, headers });
        await whoIs('parameter and sub-protocol', { query, protocols });
        await whoIs('header and sub-protocol', { headers, protocols });
        await whoIs('two sub-protocols', { protocols: [...protocols, `anycable-token.${tokenOf('second')}`] });
      },
    },
    {
      name: 'token/restored-session',
      play: async (scene) => {
        const client = await scene.connect('tess', { headers: { 'x-jid': scene.token() } });
        await client.subscribe(scene.room());
        await client.cut();
        const again = await scene.connect('tess again', {
          sid: scene.sidOf(client),
          headers: { 'x-jid': scene.token() },
        });
        again.perform(scene.room(), 'whoami');
        await again.settled();
      },
    },
    {
      name: 'token/restored-session-and-expired',
      play: async (scene) => {
        const client = await scene.connect('tess', { headers: { 'x-jid': scene.token() } });
        await client.cut();
        const expired = scene.token({ payload: { ext: TESS, exp: inSeconds(-60) } });
        const again = await scene.connect('tess again', { sid: scene.sidOf(client), headers: { 'x-jid': expired } });
        await scene.unlessEnded(again, again.settled());
      },
    },
  ],
};
