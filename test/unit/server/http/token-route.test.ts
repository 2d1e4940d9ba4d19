/** `POST /cable_chat/token`: who gets a token, for whom, and what it opens. */
import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { CableClient, EXTENDED } from '../../../support/cable-client.js';
import { forgeToken } from '../../../support/forged-token.js';
import { startTestServer } from '../../../support/server.js';
import type { TestServer, TestServerOptions } from '../../../support/server.js';
import { SECRET, cookieOf, send, startWithSecret } from './support/api.js';
import type { RequestHeaders } from './support/api.js';

let host: TestServer | undefined;
const start = async (options: TestServerOptions = {}) => (host = await startWithSecret(options));
afterEach(async () => {
  await host?.stop();
  host = undefined;
});

const claimsOf = (token: unknown) =>
  JSON.parse(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

async function ask(headers: RequestHeaders, method = 'POST') {
  const { url } = host!;
  return send(`${url}/cable_chat/token`, { origin: url, ...headers }, undefined, method);
}

test('the visitor of the cookie gets one, for no cache, that says who they are to the cable', async () => {
  const { cableUrl, log } = await start({ environment: { JWT_TTL: '60' } });
  const answer = await ask({ cookie: cookieOf('ada') });
  assert.deepEqual([answer.status, answer.json['expires_in']], [200, 60]);
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  assert.equal(answer.headers.get('set-cookie'), null);
  const { token } = answer.json;
  const { ext, iat, exp } = claimsOf(token);
  assert.equal(Number(exp) - Number(iat), 60);

  const identifier = '{"channel":"LlmStreamChannel"}';
  const userOf = async (headers: Record<string, string>, protocols = [EXTENDED]) => {
    const client = await CableClient.connect(cableUrl, { headers, protocols });
    await client.subscribe(identifier);
    client.perform(identifier, 'generate', { prompt: 'Hello!' });
    return String((await client.next((frame) => frame['stream_id'] !== undefined))['stream_id']).split('/')[1];
  };
  const user = await userOf({ cookie: cookieOf('ada') });
  assert.deepEqual(JSON.parse(String(ext)), { user });
  assert.equal(await userOf({}, [EXTENDED, `anycable-token.${String(token)}`]), user);
  assert.ok(!log.join('\n').includes(String(token)), 'a token is in no log');
});

test('who has no cookie yet gets one with the token', async () => {
  await start();
  const first = await ask({});
  const cookie = first.headers.get('set-cookie')?.split(';')[0] ?? '';
  assert.match(cookie, /^visitor=/);
  assert.equal(claimsOf((await ask({ cookie })).json['token'])['ext'], claimsOf(first.json['token'])['ext']);
});

describe('nobody gets one', () => {
  const refused: [name: string, headers: RequestHeaders, status: number, code: string][] = [
    ['from a page of another origin', { origin: 'https://elsewhere.test' }, 403, 'forbidden_origin'],
    ['from a page without one', { origin: 'null' }, 403, 'forbidden_origin'],
    [
      'from another site, even if its origin is not named',
      { origin: undefined, 'sec-fetch-site': 'cross-site' },
      403,
      'forbidden_origin',
    ],
  ];
  for (const [name, headers, status, code] of refused) {
    test(name, async () => {
      await start();
      const answer = await ask({ cookie: cookieOf('ada'), ...headers });
      assert.deepEqual([answer.status, answer.code], [status, code]);
      assert.equal(answer.headers.get('access-control-allow-origin'), null);
    });
  }

  test('by another method', async () => {
    await start();
    const answer = await ask({ cookie: cookieOf('ada'), origin: undefined }, 'GET');
    assert.deepEqual([answer.status, answer.code, answer.headers.get('allow')], [405, 'method_not_allowed', 'POST']);
  });

  test('for a token, good or not, in the place of a cookie', async () => {
    await start();
    for (const authorization of [`Bearer ${forgeToken({ secret: SECRET })}`, 'Bearer nonsense', 'Bearer']) {
      const answer = await ask({ authorization });
      assert.deepEqual([answer.status, answer.code], [401, 'unauthorized'], authorization);
      assert.equal(answer.headers.get('set-cookie'), null);
      assert.equal(
        (await ask({ authorization, cookie: cookieOf('ada') })).status,
        200,
        'beside a cookie it is nothing',
      );
    }
  });

  test('where tokens are enforced, as everybody could come in that way', async () => {
    await start({ environment: { ENFORCE_JWT: '1' } });
    const answer = await ask({ cookie: cookieOf('ada') });
    assert.deepEqual([answer.status, answer.code], [401, 'unauthorized']);
    assert.equal(answer.headers.get('www-authenticate'), 'Bearer');
  });

  test('where there is no secret, which is said', async () => {
    host = await startTestServer();
    for (const path of ['/cable_chat/token', '/cable_chat/actions', '/_broadcast']) {
      const answer = await send(`${host.url}${path}`, { origin: host.url });
      assert.deepEqual([answer.status, answer.code], [404, 'not_found']);
      assert.match(answer.text, /ANYCABLE_SECRET/);
    }
    assert.equal(host.log.filter((line) => line.includes('ANYCABLE_SECRET')).length, 1);
  });
});

test('a site’s own way to identify counts, also where tokens are enforced', async () => {
  const identify: TestServerOptions['identify'] = ({ headers }) =>
    headers['x-user'] === undefined ? null : { user: String(headers['x-user']) };
  await start({ identify, environment: { ENFORCE_JWT: '1' } });
  assert.equal((await ask({ cookie: cookieOf('ada') })).status, 401);
  const answer = await ask({ 'x-user': 'ada' });
  assert.equal(claimsOf(answer.json['token'])['ext'], '{"user":"ada"}');
});

describe('a page of a listed origin', () => {
  const listed = 'https://www.example.test';
  const environment = { ALLOWED_ORIGINS: 'www.example.test' };

  test('may ask, and read the answer', async () => {
    await start({ environment });
    const question = await ask({ origin: listed, 'access-control-request-method': 'POST' }, 'OPTIONS');
    assert.equal(question.status, 204);
    const allowed = (name: string) => question.headers.get(`access-control-allow-${name}`);
    assert.deepEqual([allowed('origin'), allowed('credentials'), allowed('methods')], [listed, 'true', 'POST']);
    assert.match(allowed('headers') ?? '', /Authorization, Content-Type, X-CSRF-Token/);
    const answer = await ask({ origin: listed, cookie: cookieOf('ada'), 'sec-fetch-site': 'same-site' });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('access-control-allow-origin'), listed);
    assert.equal(answer.headers.get('access-control-allow-credentials'), 'true');
    assert.equal(answer.headers.get('vary'), 'Origin');
  });

  test('is told to bring a token when it is of another site, where each request would be another visitor', async () => {
    await start({ environment });
    const answer = await ask({ origin: listed, 'sec-fetch-site': 'cross-site' });
    assert.deepEqual([answer.status, answer.code], [401, 'unauthorized']);
    assert.match(answer.text, /backend/);
    assert.equal(answer.headers.get('set-cookie'), null);
  });

  test('is listed for itself only', async () => {
    await start({ environment });
    for (const origin of [
      'https://example.test',
      'https://www.example.test.evil.test',
      'https://www.example.test:444',
    ]) {
      const answer = await ask({ origin, 'access-control-request-method': 'POST' }, 'OPTIONS');
      assert.deepEqual([answer.status, answer.code], [403, 'forbidden_origin'], origin);
      assert.equal(answer.headers.get('access-control-allow-origin'), null);
    }
  });
});
