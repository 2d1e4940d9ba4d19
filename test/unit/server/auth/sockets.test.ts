/** Who a socket belongs to: by token, in each way that one can travel, or by what the server knows without. */
import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { BASE, CableClient, EXTENDED } from '../../../support/cable-client.js';
import type { CableClientOptions } from '../../../support/cable-client.js';
import { forgeToken } from '../../../support/forged-token.js';
import type { ForgedTokenParts } from '../../../support/forged-token.js';
import { startTestServer } from '../../../support/server.js';
import type { TestServer, TestServerOptions } from '../../../support/server.js';

const SECRET = 'a-secret-of-thirty-two-characters';

let host: TestServer | undefined;
/** A server with a channel that says who is calling. */
const start = async ({ environment, ...options }: TestServerOptions = {}) =>
  (host = await startTestServer({
    ...options,
    channels: {
      Who: { subscribed: ({ identity, transmit }) => transmit({ user: identity.user }), perform: () => undefined },
    },
    environment: { ANYCABLE_SECRET: SECRET, ...environment },
  }));
afterEach(async () => {
  await host?.stop();
  host = undefined;
});

const token = (user: string, parts: Partial<ForgedTokenParts> = {}) =>
  forgeToken({ secret: SECRET, payload: { ext: JSON.stringify({ user }) }, ...parts });

const ways: Readonly<Record<string, (token: string) => CableClientOptions>> = {
  'the header': (given) => ({ headers: { 'x-jid': given } }),
  'a sub-protocol': (given) => ({ protocols: [EXTENDED, `anycable-token.${given}`] }),
  'the address': (given) => ({ query: { jid: given } }),
};

/** The user that the server takes it for; or why it was refused. */
async function connect(options: CableClientOptions) {
  const client = await CableClient.connect(host!.cableUrl, options);
  const first = await client.next();
  if (first['type'] === 'disconnect') {
    const { code } = await client.closed;
    return { refused: first, code, cookie: client.responseHeaders['set-cookie'] };
  }
  await client.subscribe('{"channel":"Who"}');
  const { message } = client.frames.find((frame) => 'message' in frame && frame['type'] === undefined) ?? {};
  const { user } = message as { readonly user: string };
  return { user, protocol: client.protocol, cookie: client.responseHeaders['set-cookie'] };
}

const refusal = (reason: string) => ({ type: 'disconnect', reason, reconnect: false });

for (const [way, optionsFor] of Object.entries(ways)) {
  describe(`a token in ${way}`, () => {
    test('says who is calling, whatever the cookie says, and no other cookie is given', async () => {
      await start();
      const options = optionsFor(token('ada'));
      const headers = { ...options.headers, cookie: `visitor=${'e'.repeat(24)}` };
      assert.deepEqual(await connect({ ...options, headers }), { user: 'ada', protocol: EXTENDED, cookie: undefined });
      assert.equal((await connect(options)).cookie, undefined);
    });

    test('is told to be expired, and to be nothing when it is', async () => {
      const { log } = await start();
      const bad: [given: string, reason: string][] = [
        [token('ada', { payload: { ext: '{"user":"ada"}', exp: 1 } }), 'token_expired'],
        [token('ada', { secret: 'another' }), 'unauthorized'],
        [token('ada', { secret: 'another', payload: { ext: '{"user":"ada"}', exp: 1 } }), 'unauthorized'],
        [token('ada', { header: { alg: 'none' }, hash: 'none' }), 'unauthorized'],
        [token('ada', { header: { alg: 'RS256' } }), 'unauthorized'],
        [token('ada', { payload: { sub: 'ada' } }), 'unauthorized'],
        ['ada', 'unauthorized'],
      ];
      for (const [given, reason] of bad) {
        const { refused, code } = await connect(optionsFor(given));
        assert.deepEqual([refused, code], [refusal(reason), 1000], reason);
      }
      const lines = log.join('\n');
      for (const [given] of bad.slice(0, -1)) assert.ok(!lines.includes(given.split('.')[1] ?? ''), 'none is logged');
      assert.ok(!lines.includes(SECRET));
    });
  });
}

test('the header goes before the sub-protocol, and that before the address', async () => {
  await start();
  const protocols = [BASE, `anycable-token.${token('protocol')}`, `anycable-token.${token('second')}`];
  const query = { jid: token('address') };
  assert.equal((await connect({ protocols, query, headers: { 'x-jid': token('header') } })).user, 'header');
  assert.equal((await connect({ protocols, query })).user, 'protocol');
  // A bad one is not made up for by a good one.
  assert.deepEqual((await connect({ query, headers: { 'x-jid': 'x' } })).refused, refusal('unauthorized'));
});

describe('no token', () => {
  test('the cookie is enough', async () => {
    await start();
    const cookie = `visitor=${'a'.repeat(24)}`;
    const { user } = await connect({ headers: { cookie } });
    assert.match(user ?? '', /^[\w-]{43}$/);
    assert.equal((await connect({ headers: { cookie, 'x-jid': '' }, query: { jid: '' } })).user, user);
    assert.match(String((await connect({})).cookie), /^visitor=/);
  });

  test('a site’s own way to identify is asked', async () => {
    await start({ identify: ({ headers }) => (headers['x-user'] ? { user: String(headers['x-user']) } : null) });
    assert.equal((await connect({ headers: { 'x-user': 'ada' } })).user, 'ada');
    assert.deepEqual((await connect({})).refused, refusal('unauthorized'));
    assert.equal((await connect({ headers: { 'x-user': 'eve', 'x-jid': token('ada') } })).user, 'ada');
  });

  test('is not enough where tokens are enforced', async () => {
    await start({ environment: { ENFORCE_JWT: 'true' }, identify: () => ({ user: 'anybody' }) });
    const { refused, cookie } = await connect({ headers: { cookie: `visitor=${'a'.repeat(24)}` } });
    assert.deepEqual([refused, cookie], [refusal('unauthorized'), undefined]);
    for (const optionsFor of Object.values(ways)) assert.equal((await connect(optionsFor(token('ada')))).user, 'ada');
  });

  test('counts where there is no secret: what looks like a token is none', async () => {
    await start({ environment: { ANYCABLE_SECRET: '' } });
    const { user, cookie } = await connect({ headers: { 'x-jid': forgeToken({ secret: '' }) } });
    assert.notEqual(user, 'ada');
    assert.match(String(cookie), /^visitor=/);
  });
});

test('a session is given back to its own user only, also with a token that is good', async () => {
  await start();
  const client = await CableClient.connect(host!.cableUrl, { headers: { 'x-jid': token('ada') } });
  const sid = String((await client.next({ type: 'welcome' }))['sid']);
  await client.cut();
  const comeBack = async (headers: Record<string, string>) => {
    const back = await CableClient.connect(host!.cableUrl, { sid, headers });
    const first = await back.next();
    await back.cut();
    return first;
  };
  const expired = token('ada', { payload: { ext: '{"user":"ada"}', exp: 1 } });
  assert.deepEqual(await comeBack({ 'x-jid': expired }), refusal('token_expired'));
  assert.equal((await comeBack({ 'x-jid': token('eve') }))['restored'], undefined);
  assert.equal((await comeBack({ 'x-jid': token('ada') }))['restored'], true);
});

test('public streams are not those of the chat', async () => {
  await start({ environment: { PUBLIC_STREAMS: '1' } });
  const client = await CableClient.connect(host!.cableUrl);
  await client.next({ type: 'welcome' });
  const subscribe = async (stream_name: string) =>
    (await client.subscribe(JSON.stringify({ channel: '$pubsub', stream_name })))['type'];
  const { chat } = host!.server;
  const chatStream = chat.streamFor('ada', '00000000-0000-4000-8000-000000000000');
  assert.equal(await subscribe('lobby'), 'confirm_subscription');
  assert.equal(await subscribe(chatStream), 'reject_subscription');
  assert.equal(await subscribe('llm/ada/1'), 'reject_subscription');
});
