import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TransportError } from '../../../widget/src/errors.js';
import { fixedToken, tokenFromEndpoint, tokenFromFunction } from '../../../widget/src/transport/token.js';

function endpoint(answers: (() => Response | Promise<Response>)[]) {
  const requests: { url: string; init: RequestInit }[] = [];
  const clock = { now: 1_000_000 };
  const source = tokenFromEndpoint({
    url: 'https://site.example/token',
    csrfToken: () => 'csrf-1',
    now: () => clock.now,
    fetch: async (input, init) => {
      requests.push({ url: String(input), init: init as RequestInit });
      const next = answers.shift();
      if (next === undefined) throw new TypeError('fetch failed');
      return next();
    },
  });
  return { source, requests, clock };
}

const json =
  (body: unknown, status = 200) =>
  () =>
    Response.json(body, { status });
const reason = (expected: string) => (error: unknown) => error instanceof TransportError && error.reason === expected;

test('posts with credentials, keeps the token until shortly before its end, and fetches once for many', async () => {
  const { source, requests, clock } = endpoint([
    json({ token: 't1', expires_in: 60 }),
    json({ token: 't2', expires_in: 60 }),
  ]);
  assert.deepEqual(await Promise.all([source.current(), source.current()]), ['t1', 't1']);
  clock.now += 49_000;
  assert.equal(await source.current(), 't1');
  clock.now += 2_000;
  assert.equal(await source.current(), 't2');
  assert.equal(requests.length, 2);
  assert.equal(requests[0]?.init.method, 'POST');
  assert.equal(requests[0]?.init.credentials, 'include');
  assert.equal(requests[0]?.init.cache, 'no-store');
  assert.equal(requests[0]?.init.redirect, 'error');
});

test('the CSRF token goes to the page’s own origin only', async () => {
  const header = (requests: { init: RequestInit }[]) => new Headers(requests[0]?.init.headers).get('x-csrf-token');
  const foreign = endpoint([json({ token: 't' })]);
  await foreign.source.current();
  assert.equal(header(foreign.requests), null);
  Object.defineProperty(globalThis, 'location', { value: { origin: 'https://site.example' }, configurable: true });
  try {
    const own = endpoint([json({ token: 't' })]);
    await own.source.current();
    assert.equal(header(own.requests), 'csrf-1');
  } finally {
    Reflect.deleteProperty(globalThis, 'location');
  }
});

test('without expires_in a JWT’s own end counts; another kind is kept until the server refuses it', async () => {
  const jwt = (exp: number) => `x.${Buffer.from(JSON.stringify({ exp })).toString('base64url')}.y`;
  const { source, clock } = endpoint([json({ token: jwt(1_060) }), json({ token: 'opaque' }), json({ token: 'next' })]);
  assert.equal(await source.current(), jwt(1_060));
  clock.now += 55_000;
  assert.equal(await source.current(), 'opaque');
  clock.now += 10 ** 9;
  assert.equal(await source.current(), 'opaque');
  source.invalidate();
  assert.equal(await source.current(), 'next');
});

test('401 and 403 mean signed out; everything else is worth another try', async () => {
  await assert.rejects(endpoint([json({}, 401)]).source.current(), reason('unauthorized'));
  await assert.rejects(endpoint([json({}, 403)]).source.current(), reason('unauthorized'));
  for (const failing of [json({}, 500), () => new Response('<html>'), json({}), json({ token: 5 }), json(null)]) {
    await assert.rejects(endpoint([failing]).source.current(), reason('token_failed'));
  }
  const { source } = endpoint([json({}, 503), json({ token: 't' })]);
  await assert.rejects(source.current(), reason('token_failed'));
  assert.equal(await source.current(), 't');
  await assert.rejects(endpoint([]).source.current(), reason('token_failed'));
});

test('getToken’s own failure is wrapped, its TransportError is passed on', async () => {
  const broken = tokenFromFunction(() => Promise.reject(new Error('oops')));
  await assert.rejects(broken.current(), reason('token_failed'));
  const out = tokenFromFunction(() => Promise.reject(new TransportError('unauthorized', 'signed out')));
  await assert.rejects(out.current(), reason('unauthorized'));
});

test('says when it should be renewed, and whether it can be', async () => {
  const { source, clock } = endpoint([json({ token: 't1', expires_in: 60 }), json({ token: 'opaque' })]);
  assert.equal(source.renewsIn(), undefined);
  await source.current();
  assert.equal(source.renewsIn(), 50_000);
  clock.now += 30_000;
  assert.equal(source.renewsIn(), 20_000);
  clock.now += 29_000;
  assert.equal(source.renewsIn(), 10_000);
  await source.current();
  assert.equal(source.renewsIn(), undefined);
  assert.equal(source.isRenewable, true);
  const fixed = fixedToken('t');
  assert.equal(await fixed.current(), 't');
  assert.equal(fixed.isRenewable, false);
});
