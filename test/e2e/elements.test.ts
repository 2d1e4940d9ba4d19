/** What pages do to an element while an answer is under way. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { Gate, type OpenAIServer, startOpenAIServer, stream } from '../support/openai-server.js';
import { openChat, startBrowser, until } from '../support/page.js';
import { startTestServer, type TestServer } from '../support/server.js';

let browser: Browser;
let endpoint: OpenAIServer;
let server: TestServer;
let gate: Gate;

before(async () => {
  [browser, endpoint] = await Promise.all([startBrowser(), startOpenAIServer()]);
  server = await startTestServer({
    environment: { OPENAI_BASE_URL: endpoint.baseURL, OPENAI_MODEL: 'gpt-test' },
  });
});
beforeEach(() => {
  gate = new Gate();
  endpoint.enqueue(
    stream([
      { type: 'text', text: 'One, ' },
      { type: 'wait', gate },
      { type: 'text', text: 'two.' },
      { type: 'finish', reason: 'stop' },
      { type: 'done' },
    ]),
  );
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await endpoint?.stop();
});

test('removed in mid-answer and put back later: the answer is there, whole', async () => {
  const chat = await openChat(browser, server.url);
  await chat.ask('Count.');
  await chat.streaming(0, 'One, ');
  await chat.page.evaluate("globalThis.kept = document.querySelector('cable-chat'); kept.remove()");
  // Longer than its session and its cable are kept for an element that only moves.
  await until(
    async () => (server.server.cable.stats.connections === 0 ? true : undefined),
    async () => 'still connected',
  );
  gate.open();
  assert.equal(await (await endpoint.request(endpoint.requests.length - 1)).ended, 'sent');
  await chat.page.evaluate("document.querySelector('main').append(kept)");
  assert.deepEqual(await chat.answer(0), { role: 'assistant', status: 'complete', text: 'One, two.' });
  await chat.close();
});

test('two elements on one conversation: both show it, Stop in one stops both, one socket', async () => {
  const chat = await openChat(browser, server.url);
  await chat.page.evaluate("document.querySelector('main').append(document.querySelector('cable-chat').cloneNode())");
  await chat.ask('Count.');
  await chat.streaming(0, 'One, ');
  assert.equal(server.server.cable.stats.connections, 1);
  const second = chat.page.locator('cable-chat').nth(1);
  await second.getByRole('button', { name: /stop/i }).click();
  assert.equal((await chat.answer(0)).status, 'stopped');
  const statuses = await chat.page.evaluate(() =>
    [...document.querySelectorAll('cable-chat')].map(
      (element) => (element as unknown as { view: { messages: { status: string }[] } }).view.messages.at(-1)?.status,
    ),
  );
  assert.deepEqual(statuses, ['stopped', 'stopped']);
  await chat.close();
});

test('a visitor’s clock that is an hour off changes nothing', async () => {
  for (const hours of [-1, 1]) {
    if (hours === 1) gate = new Gate();
    const context = await browser.newContext();
    await context.addInitScript(`{ const real = Date.now; Date.now = () => real() + ${hours} * 3_600_000; }`);
    const chat = await openChat(browser, server.url, context);
    if (hours === 1) {
      endpoint.enqueue(
        stream([{ type: 'text', text: 'One, two.' }, { type: 'finish', reason: 'stop' }, { type: 'done' }]),
      );
    }
    await chat.ask('Count.');
    if (hours === -1) await chat.streaming(0, 'One, ');
    server.server.cable.disconnectAll('remote', { reconnect: true });
    gate.open();
    assert.equal((await chat.answer(0)).text, 'One, two.');
    await context.close();
  }
});
