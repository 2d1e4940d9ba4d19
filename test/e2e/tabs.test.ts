/** One conversation in several places: reloads, tabs, and questions that were asked while nobody was there. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { Gate, type OpenAIServer, startOpenAIServer, stream, type StreamScript } from '../support/openai-server.js';
import { openChat, startBrowser, until } from '../support/page.js';
import { servePages } from '../support/pages.js';
import { startTestServer, type TestServer } from '../support/server.js';

let browser: Browser;
let endpoint: OpenAIServer;
let server: TestServer;
let pages: Awaited<ReturnType<typeof servePages>>;
let gate: Gate;

before(async () => {
  pages = await servePages();
  [browser, endpoint] = await Promise.all([startBrowser(), startOpenAIServer()]);
  server = await startTestServer({
    mounts: [pages.mount],
    environment: { OPENAI_BASE_URL: endpoint.baseURL, OPENAI_MODEL: 'gpt-test' },
  });
});
beforeEach(() => {
  gate = new Gate();
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await endpoint?.stop();
  await pages?.remove();
});

/** Half an answer, the gate, and the other half. */
function halves(): StreamScript {
  return stream([
    { type: 'text', text: 'The first half, ' },
    { type: 'wait', gate },
    { type: 'text', text: 'and the second.' },
    { type: 'finish', reason: 'stop' },
    { type: 'done' },
  ]);
}

const WHOLE = 'The first half, and the second.';

test('a reload in mid-answer shows the text so far at once, and goes on', async () => {
  const chat = await openChat(browser, server.url);
  endpoint.enqueue(halves());
  await chat.ask('Tell me.');
  await chat.streaming(0, 'The first half, ');
  await chat.page.reload();
  await chat.streaming(0, 'The first half, ');
  gate.open();
  assert.deepEqual(await chat.answer(0), { role: 'assistant', status: 'complete', text: WHOLE });
  await chat.close();
});

test('a second tab shows both sides live; Stop in one stops both', async () => {
  const one = await openChat(browser, server.url);
  const first = endpoint.requests.length;
  await one.ask('Hello!');
  await one.answer(0);
  const two = await openChat(browser, server.url, one.context);
  await two.answer(0);
  endpoint.enqueue(halves());
  await one.ask('Tell both of us.');
  await Promise.all([one.streaming(1, 'The first half, '), two.streaming(1, 'The first half, ')]);
  assert.deepEqual(await two.messages(), await one.messages());
  await two.page.locator('cable-chat').getByRole('button', { name: /stop/i }).click();
  const stopped = await Promise.all([one.answer(1), two.answer(1)]);
  assert.deepEqual(stopped[0], { role: 'assistant', status: 'stopped', text: 'The first half, ' });
  assert.deepEqual(stopped[1], stopped[0]);
  // The model hears of it: nobody pays for what nobody reads.
  assert.equal(await (await endpoint.request(first + 1)).ended, 'left');
  await two.close();
  await one.context.close();
});

test('a question asked while the server is away is answered once, after it came back', async () => {
  const chat = await openChat(browser, server.url);
  await chat.page.locator('cable-chat:state(live)').waitFor();
  const asked = endpoint.requests.length;
  await server.restart(async () => {
    await chat.page.locator('cable-chat:state(offline)').waitFor();
    await chat.ask('Is anybody there?');
    assert.deepEqual(await chat.messages(), [{ role: 'user', status: 'pending', text: 'Is anybody there?' }]);
  });
  assert.equal((await chat.answer(0)).status, 'complete');
  assert.equal(endpoint.requests.length, asked + 1);
  await chat.close();
});

test('an unsent question survives a reload of the page, and is answered once', async () => {
  const other = await startTestServer({
    environment: {
      OPENAI_BASE_URL: endpoint.baseURL,
      OPENAI_MODEL: 'gpt-test',
      ALLOWED_ORIGINS: new URL(server.url).host,
    },
  });
  const context = await browser.newContext({ bypassCSP: true });
  try {
    const path = await pages.write(`<cable-chat url="${other.cableUrl}"></cable-chat>`);
    const chat = await openChat(browser, `${server.url}${path}`, context);
    await chat.ask('Hello!');
    await chat.answer(0);
    const asked = endpoint.requests.length;
    await other.restart(async () => {
      await chat.page.locator('cable-chat:state(offline)').waitFor();
      await chat.ask('Do you remember me?');
      await chat.page.reload();
      await chat.page.locator('cable-chat').waitFor();
    });
    assert.equal((await chat.answer(1)).status, 'complete');
    assert.deepEqual(
      (await chat.messages()).map(({ role, text }) => [role, role === 'user' ? text : '']),
      [
        ['user', 'Hello!'],
        ['assistant', ''],
        ['user', 'Do you remember me?'],
        ['assistant', ''],
      ],
    );
    assert.equal(endpoint.requests.length, asked + 1);
  } finally {
    await context.close();
    await other.stop();
  }
});

test('storage that is forbidden costs only what a reload would have kept, and it is said', async () => {
  const context = await browser.newContext();
  await context.addInitScript(`
    for (const name of ['localStorage', 'sessionStorage'])
      Object.defineProperty(window, name, { get() { throw new DOMException('no', 'SecurityError'); } });`);
  const chat = await openChat(browser, server.url, context);
  endpoint.enqueue(halves());
  await chat.ask('Does it work without?');
  await chat.streaming(0, 'The first half, ');
  gate.open();
  assert.equal((await chat.answer(0)).text, WHOLE);
  await server.restart(async () => {
    await chat.page.locator('cable-chat:state(offline)').waitFor();
    await chat.ask('And now?');
    await until(
      () =>
        chat.page.evaluate(
          () =>
            (document.querySelector('cable-chat') as unknown as { view: { outboxIsVolatile: boolean } }).view
              .outboxIsVolatile || undefined,
        ),
      async () => 'it was not said',
    );
  });
  assert.equal((await chat.answer(1)).status, 'complete');
  assert.deepEqual(
    chat.complaints.filter((complaint) => !complaint.includes('WebSocket')),
    [],
  );
  await context.close();
});
