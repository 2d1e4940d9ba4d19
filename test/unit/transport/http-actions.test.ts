import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProtocolError, TransportError } from '../../../widget/src/errors.js';
import { ManualClock } from '../../../widget/src/testing/manual-clock.js';
import type { ActionAnswer } from '../../../widget/src/transport/action-answer.js';
import { HttpActions } from '../../../widget/src/transport/http-actions.js';
import { fixedToken, tokenFromFunction, type TokenSource } from '../../../widget/src/transport/token.js';
import { atRest, ScriptedFetch } from '../../support/scripted-fetch.js';

const CONVERSATION = '6f9f5a4e-0f0c-4f57-9a3e-1d8f2f0c7b11';
const RESUME = { action: 'resume', conversation_id: CONVERSATION, cursors: {} };

function endpoint(tokens?: TokenSource) {
  const server = new ScriptedFetch();
  const clock = new ManualClock();
  const actions = new HttpActions({
    url: 'https://site.example/actions',
    tokens,
    csrfToken: () => 'csrf-1',
    fetch: server.fetch,
    clock,
  });
  const abort = new AbortController();
  return { server, clock, abort, post: () => actions.post(RESUME, abort.signal) };
}

async function answerTo(body: unknown, init?: ResponseInit): Promise<ActionAnswer> {
  const { server, post } = endpoint();
  const answer = post();
  (await server.next()).answer(body, init);
  return await answer;
}

test('posts the action as JSON with the visitor’s cookies, follows nobody elsewhere, and hands the frames on', async () => {
  const { server, clock, post } = endpoint();
  const answer = post();
  const request = await server.next();
  assert.equal(request.url, 'https://site.example/actions');
  assert.deepEqual(request.body, RESUME);
  const { method, credentials, cache, redirect } = request.init;
  assert.deepEqual([method, credentials, cache, redirect], ['POST', 'include', 'no-store', 'error']);
  assert.equal(request.headers.get('content-type'), 'application/json');
  assert.equal(request.headers.get('authorization'), null);
  request.answer({ frames: [{ type: 'hello' }, 7] });
  assert.deepEqual(await answer, { kind: 'answered', frames: [{ type: 'hello' }, 7] });
  assert.equal(clock.pending, 0, 'its time-out is gone');
});

test('the CSRF token goes to the page’s own origin only', async () => {
  const foreign = endpoint();
  void foreign.post();
  assert.equal((await foreign.server.next()).headers.get('x-csrf-token'), null);
  Object.defineProperty(globalThis, 'location', { value: { origin: 'https://site.example' }, configurable: true });
  try {
    const own = endpoint();
    void own.post();
    assert.equal((await own.server.next()).headers.get('x-csrf-token'), 'csrf-1');
  } finally {
    Reflect.deleteProperty(globalThis, 'location');
  }
});

test('the answer to stream has the signed name', async () => {
  const answer = await answerTo({ frames: [], signed_stream_name: 'abc--def' });
  assert.deepEqual(answer, { kind: 'answered', frames: [], signedStreamName: 'abc--def' });
});

const error = (code: string, message: unknown) => ({ error: { code, message } });
const kinds: readonly (readonly [string, unknown, ResponseInit, Partial<Record<string, unknown>>])[] = [
  [
    'a malformed action',
    error('invalid', 'No.'),
    { status: 400 },
    { kind: 'refused', code: 'invalid', message: 'No.' },
  ],
  ['a refusal in frames', { frames: [1] }, { status: 422 }, { kind: 'answered', frames: [1] }],
  ['a proxy’s limit', '<html>', { status: 413 }, { kind: 'refused', code: 'too_long' }],
  ['no sentence', error('invalid', 7), { status: 400 }, { message: 'The server refused this (400).' }],
  ['signed out', error('unauthorized', 'Sign in.'), { status: 401 }, { kind: 'signed-out', message: 'Sign in.' }],
  ['another origin', error('forbidden', 'Not from there.'), { status: 403 }, { kind: 'forbidden' }],
];
for (const [name, body, init, expected] of kinds) {
  test(`${name}: ${init.status} is ${JSON.stringify(expected)}`, async () => {
    const answer = (await answerTo(body, init)) as unknown as Record<string, unknown>;
    for (const [field, value] of Object.entries(expected)) assert.deepEqual(answer[field], value, field);
  });
}

const failures: readonly (readonly [string, unknown, ResponseInit, new (...args: never[]) => Error, number?])[] = [
  ['a crash', 'oops', { status: 500 }, TransportError],
  [
    'a restart',
    error('shutting_down', 'Soon.'),
    { status: 503, headers: { 'retry-after': '7' } },
    TransportError,
    7_000,
  ],
  ['a flood', '', { status: 429, headers: { 'retry-after': '1000000' } }, TransportError, 300_000],
  ['a nonsensical wait', '', { status: 429, headers: { 'retry-after': 'soon' } }, TransportError],
  ['no JSON', '<html>', { status: 200 }, ProtocolError],
  ['no frames', { ok: true }, { status: 200 }, ProtocolError],
  ['null', null, { status: 200 }, ProtocolError],
  ['a wrong address', 'not found', { status: 404 }, ProtocolError],
];
for (const [name, body, init, kind, retryAfter] of failures) {
  test(`${name} is worth another try`, async () => {
    const answer = await answerTo(body, init);
    assert.equal(answer.kind, 'failed');
    assert.ok(answer.kind === 'failed' && answer.error instanceof kind, String(answer));
    assert.equal(answer.retryAfter, retryAfter);
  });
}

test('a date to come back at is understood', async () => {
  const { server, clock, post } = endpoint();
  const answer = post();
  const at = new Date(clock.now() + 30_000).toUTCString();
  (await server.next()).answer('', { status: 503, headers: { 'retry-after': at } });
  const { retryAfter } = (await answer) as Extract<ActionAnswer, { kind: 'failed' }>;
  assert.ok(retryAfter !== undefined && retryAfter > 28_000 && retryAfter <= 30_000, String(retryAfter));
});

test('a broken connection, a time-out and a caller who gives up are failures; nothing goes on in the background', async () => {
  const broken = endpoint();
  const first = broken.post();
  (await broken.server.next()).fail();
  assert.equal((await first).kind, 'failed');

  const slow = endpoint();
  const second = slow.post();
  const request = await slow.server.next();
  slow.clock.advance(14_999);
  assert.equal(request.isAborted, false);
  slow.clock.advance(1);
  assert.equal(request.isAborted, true);
  assert.equal((await second).kind, 'failed');

  const given = endpoint();
  const third = given.post();
  const abandoned = await given.server.next();
  given.abort.abort();
  assert.equal((await third).kind, 'failed');
  assert.equal(abandoned.isAborted, true);
  assert.equal(given.clock.pending, 0);
  assert.equal((await given.post()).kind, 'failed', 'given up before it began');
  assert.equal(given.server.unseen, 0);
});

test('a token source that hangs is given up, too, and its late token sends nothing', async () => {
  let give: (token: string) => void = () => {};
  const { server, clock, post } = endpoint(tokenFromFunction(() => new Promise((resolve) => (give = resolve))));
  const answer = post();
  await atRest();
  clock.advance(15_000);
  assert.equal((await answer).kind, 'failed');
  give('late');
  await atRest();
  assert.equal(server.requests.length, 0);
});

test('401 with a token: it is renewed once, and the second refusal counts', async () => {
  let issued = 0;
  const { server, post } = endpoint(tokenFromFunction(() => `t${++issued}`));
  const first = post();
  const refused = await server.next();
  assert.equal(refused.headers.get('authorization'), 'Bearer t1');
  refused.answer(error('token_expired', 'Expired.'), { status: 401 });
  const again = await server.next();
  assert.equal(again.headers.get('authorization'), 'Bearer t2');
  assert.deepEqual(again.body, RESUME);
  again.answer({ frames: [] });
  assert.equal((await first).kind, 'answered');
  const second = post();
  for (const token of ['Bearer t2', 'Bearer t3']) {
    const request = await server.next();
    assert.equal(request.headers.get('authorization'), token);
    request.answer('', { status: 401 });
  }
  assert.equal((await second).kind, 'signed-out');
  assert.equal(server.unseen, 0);
});

test('the page’s one token cannot be renewed; a source that is signed out says so itself', async () => {
  const fixed = endpoint(fixedToken('t'));
  const answer = fixed.post();
  (await fixed.server.next()).answer('', { status: 401 });
  assert.equal((await answer).kind, 'signed-out');
  assert.equal(fixed.server.unseen, 0);
  const out = endpoint(tokenFromFunction(() => Promise.reject(new TransportError('unauthorized', 'Signed out.'))));
  assert.deepEqual(await out.post(), { kind: 'signed-out', message: 'Signed out.' });
  const away = endpoint(tokenFromFunction(() => Promise.reject(new Error('offline'))));
  assert.equal((await away.post()).kind, 'failed');
  assert.equal(out.server.requests.length + away.server.requests.length, 0);
});
