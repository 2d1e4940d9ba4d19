/** A real OpenAI-compatible endpoint behind the chat, with everything that goes wrong there, seen by the visitor. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import type { Browser } from 'playwright-core';
import {
  answer,
  failure,
  Gate,
  type OpenAIServer,
  type Script,
  startOpenAIServer,
  stream,
} from '../support/openai-server.js';
import { type ChatPage, openChat, startBrowser } from '../support/page.js';
import { startTestServer, type TestServer } from '../support/server.js';

const KEY = 'sk-test-4711';

let browser: Browser;
let endpoint: OpenAIServer;
let server: TestServer;
let chat: ChatPage;

before(async () => {
  [browser, endpoint] = await Promise.all([startBrowser(), startOpenAIServer({ apiKey: KEY })]);
  server = await startTestServer({
    environment: { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: endpoint.baseURL, OPENAI_MODEL: 'gpt-test' },
    chat: { firstByteMs: 1_000, idleMs: 1_000 },
  });
});
beforeEach(async () => {
  await chat?.close();
  chat = await openChat(browser, server.url);
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await endpoint?.stop();
});

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');

test('turn 2 quotes turn 1, with the earlier turns sent; what is stored is what was sent', async () => {
  const first = endpoint.requests.length;
  await chat.ask('What is a cable?');
  const one = await chat.answer(0);
  await chat.ask('And what is a chat?');
  const two = await chat.answer(1);
  assert.match(two.text, /Earlier you asked: “What is a cable\?”/);
  const [request1, request2] = await Promise.all([endpoint.request(first), endpoint.request(first + 1)]);
  assert.deepEqual([sha256(one.text), sha256(two.text)], [request1.sentSha256, request2.sentSha256]);
  const { model, messages } = request2.body as { model: string; messages: { role: string; content: string }[] };
  assert.equal(model, 'gpt-test');
  assert.deepEqual(
    messages.map(({ role }) => role),
    ['system', 'user', 'assistant', 'user'],
  );
  assert.equal(messages[2]?.content, one.text);
});

test('it streams: text is on the screen while the model still writes', async () => {
  const gate = new Gate();
  endpoint.enqueue(
    stream([
      { type: 'text', text: 'First **half**' },
      { type: 'wait', gate },
      { type: 'text', text: ', second half.' },
      { type: 'finish', reason: 'stop' },
      { type: 'done' },
    ]),
  );
  await chat.ask('Slowly, please.');
  await chat.streaming(0, 'First **half**');
  await chat.page.locator('cable-chat strong', { hasText: 'half' }).waitFor();
  await chat.page.locator('cable-chat:state(streaming)').waitFor();
  gate.open();
  assert.deepEqual(await chat.answer(0), {
    role: 'assistant',
    status: 'complete',
    text: 'First **half**, second half.',
  });
});

const half = { type: 'text', text: 'As far as it came, ' } as const;

/** Each failure, what is left of the answer, and what the visitor reads. */
const failures: readonly (readonly [what: string, script: Script, text: string, says: RegExp])[] = [
  ['401', failure(401, { message: `Incorrect API key provided: ${KEY}.` }), '', /administrator|configur|set up/i],
  ['429', failure(429, { message: 'Slow down' }, { 'retry-after': '20' }), '', /busy|many|try again/i],
  ['500', failure(500, { message: 'NullPointerException at line 7' }), '', /try again/i],
  ['a stream cut in mid-event', stream([half, { type: 'cut', how: 'fin', half: 'lost' }]), half.text, /try again/i],
  [
    'an error within the stream',
    stream([half, { type: 'error', error: { message: 'GPU on fire' } }]),
    half.text,
    /try again/i,
  ],
  ['a provider that hangs in mid-answer', stream([half, { type: 'hang' }]), half.text, /try again/i],
  ['a provider that never begins', { kind: 'hang' }, '', /try again/i],
];

for (const [what, script, text, says] of failures) {
  test(`${what}: the partial answer stays, a safe sentence is shown, and only what may help is offered`, async () => {
    endpoint.enqueue(script);
    await chat.ask('Will it work?');
    const failed = await chat.answer(0);
    assert.equal(failed.status, 'failed');
    assert.equal(failed.text, text);
    const shown = await chat.page.locator('cable-chat [part~="failure"]').innerText();
    assert.match(shown, says);
    assert.doesNotMatch(shown, /4711|NullPointer|GPU|sk-/);
    await chat.page.reload();
    assert.deepEqual(await chat.answer(0), failed);
    const again = chat.page.locator('cable-chat').getByRole('button', { name: /again|retry/i });
    if (what === '401') {
      // The visitor cannot mend it: there is nothing to press.
      assert.equal(await again.count(), 0);
      return;
    }
    endpoint.enqueue(answer(['Now ', 'it does.']));
    await again.click();
    await chat.streaming(0, 'Now it does.');
    assert.equal((await chat.answer(0)).status, 'complete');
  });
}

test('split UTF-8, a byte order mark, CR LF and comments arrive as text, byte for byte', async () => {
  const pieces = ['Grüße, ', '日本', '語 ', '👩‍👩‍👧 ', 'שלום'];
  endpoint.enqueue(answer(pieces, 'stop', { bytewise: true, bom: true, newline: '\r\n' }));
  await chat.ask('In many languages?');
  assert.equal((await chat.answer(0)).text, pieces.join(''));
});

test('the key is nowhere: not on the page, not in the log', async () => {
  assert.equal(
    server.log.some((line) => line.includes(KEY)),
    false,
  );
  assert.equal((await chat.page.content()).includes(KEY), false);
});
