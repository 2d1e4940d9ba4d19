/** What a page may write: protocols, channels, attributes that change or are wrong, several elements. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { openChat, startBrowser, until } from '../support/page.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { servePages } from '../support/pages.js';

let browser: Browser;
let server: TestServer;
let pages: Awaited<ReturnType<typeof servePages>>;

before(async () => {
  pages = await servePages();
  [browser, server] = await Promise.all([startBrowser(), startTestServer({ mounts: [pages.mount] })]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await pages?.remove();
});

/** Opens a page of the test's own, with this in its body. */
async function openBody(body: string, head = '') {
  const path = await pages.write(body, head);
  return openChat(browser, `${server.url}${path}`);
}

function sockets(page: Page): string[] {
  const urls: string[] = [];
  page.on('websocket', (socket) => urls.push(socket.url()));
  return urls;
}

test('the plain protocol works too, with the same server and the same answer', async () => {
  const chat = await openBody('<cable-chat protocol="actioncable-v1-json"></cable-chat>');
  await chat.ask('My name is Ada.');
  assert.equal((await chat.answer(0)).status, 'complete');
  await chat.close();
});

test('an LlmStreamChannel: action="generate" sends the prompt, frames without ids are shown', async () => {
  const chat = await openBody('<cable-chat channel="LlmStreamChannel" action="generate"></cable-chat>');
  await chat.ask('Explain WebSockets');
  const first = await chat.answer(0);
  assert.equal(first.status, 'complete');
  assert.notEqual(first.text, '');
  await chat.ask('And server-sent events?');
  assert.equal((await chat.answer(1)).status, 'complete');
  await chat.close();
});

test('the cable’s address comes from the page’s meta tag where there is no attribute', async () => {
  const other = await startTestServer({ environment: { ALLOWED_ORIGINS: new URL(server.url).host } });
  try {
    const meta = `<meta name="action-cable-url" content="${other.cableUrl}" />`;
    const path = await pages.write('<cable-chat></cable-chat>', meta);
    const context = await browser.newContext({ bypassCSP: true });
    const chat = await openChat(browser, `${server.url}${path}`, context);
    await chat.ask('Hello!');
    await chat.answer(0);
    assert.equal(other.server.cable.stats.connections, 1);
    await context.close();
  } finally {
    await other.stop();
  }
});

test('two elements share one socket, and show one conversation; another one has its own', async () => {
  const path = await pages.write(`
    <cable-chat id="one"></cable-chat>
    <cable-chat id="two"></cable-chat>
    <cable-chat id="three" conversation-id="11111111-1111-4111-8111-111111111111"></cable-chat>`);
  const chat = await openChat(browser, 'about:blank');
  const opened = sockets(chat.page);
  await chat.page.goto(`${server.url}${path}`);
  await chat.ask('My name is Ada.');
  await chat.answer(0);
  const texts = await chat.page.evaluate(() =>
    [...document.querySelectorAll('cable-chat')].map((element) =>
      (element as unknown as { view: { messages: { text: string }[] } }).view.messages.map(({ text }) => text),
    ),
  );
  assert.deepEqual(texts[0], texts[1]);
  assert.deepEqual(texts[2], []);
  assert.equal(opened.length, 1);
  await chat.close();
});

test('a wrong attribute is named in the element and in an event; corrected, the chat works', async () => {
  const chat = await openBody(
    '<p id="rest">The rest of the page</p><cable-chat channel-params="{room: 7}"></cable-chat>',
  );
  await chat.page.locator('cable-chat').getByRole('alert').filter({ hasText: 'channel-params is not JSON' }).waitFor();
  assert.equal(await chat.page.locator('#rest').textContent(), 'The rest of the page');
  const reason = await chat.page.evaluate(async () => {
    const element = document.querySelector('cable-chat') as HTMLElement;
    const error = new Promise((resolve) => {
      element.addEventListener('cable-chat-error', (event) =>
        resolve((event as unknown as { error: { reason: string } }).error.reason),
      );
    });
    element.setAttribute('channel-params', '[]');
    return error;
  });
  assert.equal(reason, 'invalid_attribute');
  await chat.page.evaluate(() => document.querySelector('cable-chat')?.setAttribute('channel-params', '{"room": 7}'));
  await chat.ask('Hello!');
  assert.equal((await chat.answer(0)).status, 'complete');
  await chat.close();
});

test('attributes may change at run time: another conversation is another thread, and back', async () => {
  const ids = ['22222222-2222-4222-8222-222222222222', '33333333-3333-4333-8333-333333333333'];
  const chat = await openBody(`<cable-chat conversation-id="${ids[0]}"></cable-chat>`);
  const show = (id: string | undefined) =>
    chat.page.evaluate(
      (value) => document.querySelector('cable-chat')?.setAttribute('conversation-id', value ?? ''),
      id,
    );
  await chat.ask('My name is Ada.');
  const first = await chat.answer(0);
  await show(ids[1]);
  await chat.page.locator('cable-chat:state(empty)').waitFor();
  await chat.ask('My name is Bob.');
  assert.match((await chat.answer(0)).text, /Bob/);
  await show(ids[0]);
  await until(
    async () => ((await chat.messages())[1]?.text === first.text ? true : undefined),
    async () => 'not back',
  );
  await chat.close();
});

test('an element moved in the page keeps its socket and its answer', async () => {
  const path = await pages.write('<div id="a"><cable-chat></cable-chat></div><div id="b"></div>');
  const chat = await openChat(browser, 'about:blank');
  const opened = sockets(chat.page);
  await chat.page.goto(`${server.url}${path}`);
  await chat.ask('Write a long answer.');
  await chat.page.evaluate(() => document.querySelector('#b')?.append(document.querySelector('cable-chat') as Node));
  assert.equal((await chat.answer(0)).status, 'complete');
  assert.equal(opened.length, 1);
  await chat.close();
});

test('a transport of the page’s own', async () => {
  const chat = await openBody('<cable-chat></cable-chat>');
  // As text: what compiles this file puts helpers into functions, which the page does not have.
  const seen = await chat.page.evaluate(`new Promise((resolve) => {
    document.querySelector('cable-chat').transport = {
      subscribe(channel, params, observer) {
        queueMicrotask(() => observer.stateChanged({ status: 'live', restored: false }));
        return { perform: async (action) => resolve([channel, action]), close() {} };
      },
    };
  })`);
  assert.deepEqual(seen, ['AssistantChannel', 'resume']);
  await chat.close();
});

test('the script loaded twice, under the strict policy, breaks nothing', async () => {
  const path = await pages.writeDocument(`<!doctype html>
    <link rel="icon" href="/icon.svg" />
    <script src="/cable-chat/cable-chat.iife.js"></script>
    <script src="/cable-chat/cable-chat.iife.js?again"></script>
    <cable-chat></cable-chat>`);
  const chat = await openChat(browser, `${server.url}${path}`);
  await chat.ask('Hello!');
  assert.equal((await chat.answer(0)).status, 'complete');
  assert.deepEqual(chat.complaints, []);
  assert.equal(await chat.page.evaluate('typeof CableChat.CableChat'), 'function');
  await chat.close();
});

test('script and module on one page do not fight over the element', async () => {
  // Two copies of Lit need 'allow-duplicates' in a trusted-types policy; this page goes without a policy.
  const context = await browser.newContext({ bypassCSP: true });
  const path = await pages.write('<cable-chat></cable-chat>', '<script src="/cable-chat/cable-chat.iife.js"></script>');
  const chat = await openChat(browser, `${server.url}${path}`, context);
  await chat.ask('Hello!');
  assert.equal((await chat.answer(0)).status, 'complete');
  assert.deepEqual(chat.complaints, []);
  await context.close();
});
