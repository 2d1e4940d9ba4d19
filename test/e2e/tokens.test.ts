/** Tokens: fetched or given by the page, carried by sub-protocol, never in a URL. */
import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { after, before, beforeEach, test } from 'node:test';
import type { Browser, BrowserContext, Route } from 'playwright-core';
import { openChat, startBrowser, until } from '../support/page.js';
import { servePages } from '../support/pages.js';
import { startTestServer, type TestServer } from '../support/server.js';

let browser: Browser;
let server: TestServer;
let pages: Awaited<ReturnType<typeof servePages>>;
let context: BrowserContext;
/** Every handshake: its address and the token in its sub-protocols. */
const handshakes: { url: string; token: string | undefined }[] = [];

function tokenOf(request: IncomingMessage): string | undefined {
  return /anycable-token\.([^,\s]+)/.exec(request.headers['sec-websocket-protocol'] ?? '')?.[1];
}

before(async () => {
  pages = await servePages();
  const identify = (request: IncomingMessage) => {
    const token = tokenOf(request);
    handshakes.push({ url: request.url ?? '', token });
    return token === undefined || token === 'revoked' ? null : { user: `user-of-${token}` };
  };
  [browser, server] = await Promise.all([startBrowser(), startTestServer({ mounts: [pages.mount], identify })]);
});
beforeEach(async () => {
  await context?.close();
  context = await browser.newContext();
  handshakes.length = 0;
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await pages?.remove();
});

async function open(body: string, head = '') {
  return openChat(browser, `${server.url}${await pages.write(body, head)}`, context);
}

test('token-url: posted with cookies and CSRF token, carried by sub-protocol, never in the address', async () => {
  const asked: { method: string; cookie: string; csrf: string | undefined }[] = [];
  await context.addCookies([{ name: 'session', value: 's1', url: server.url }]);
  await context.route('**/token', async (route: Route) => {
    const headers = await route.request().allHeaders();
    asked.push({ method: route.request().method(), cookie: headers['cookie'] ?? '', csrf: headers['x-csrf-token'] });
    await route.fulfill({ json: { token: 'ada', expires_in: 300 } });
  });
  const chat = await open(
    '<cable-chat token-url="/token"></cable-chat>',
    '<meta name="csrf-token" content="csrf-1" />',
  );
  await chat.ask('Hello!');
  assert.equal((await chat.answer(0)).status, 'complete');
  assert.equal(asked.length, 1);
  assert.equal(asked[0]?.method, 'POST');
  assert.match(asked[0]?.cookie ?? '', /session=s1/);
  assert.equal(asked[0]?.csrf, 'csrf-1');
  assert.deepEqual(
    handshakes.map(({ token }) => token),
    ['ada'],
  );
  assert.doesNotMatch(handshakes[0]?.url ?? '', /ada/);
});

test('getToken is asked for each connection that needs one; another identity sees nothing of the first', async () => {
  const chat = await open('<cable-chat token-url="/unused"></cable-chat>');
  await chat.page.evaluate("document.querySelector('cable-chat').getToken = async () => 'grace'");
  await chat.ask('My name is Grace.');
  await chat.answer(0);
  assert.equal(handshakes.at(-1)?.token, 'grace');
  await chat.page.evaluate("document.querySelector('cable-chat').getToken = () => 'eve'");
  await chat.page.locator('cable-chat:state(empty)').waitFor();
  await chat.ask('What is my name?');
  assert.doesNotMatch((await chat.answer(0)).text, /Grace/);
  assert.equal(handshakes.at(-1)?.token, 'eve');
});

test('an endpoint that fails is asked again; the chat comes to life by itself', async () => {
  const answers = [503, 500, 200];
  await context.route('**/token', async (route) => {
    const status = answers.shift() ?? 200;
    await route.fulfill({ status, json: { token: 'ada' } });
  });
  const chat = await open('<cable-chat token-url="/token"></cable-chat>');
  await chat.ask('Hello!');
  assert.equal((await chat.answer(0)).status, 'complete');
  assert.deepEqual(answers, []);
});

test('an endpoint that says 401, and a server that refuses the token: signed out, and said so', async () => {
  let asked = 0;
  await context.route('**/token', async (route) => {
    asked++;
    await route.fulfill({ status: 401, body: '' });
  });
  const out = await open('<cable-chat token-url="/token"></cable-chat>');
  await out.page.locator('cable-chat:state(signed-out)').waitFor();
  assert.equal(asked, 1);
  assert.equal(handshakes.length, 0);
  await out.close();

  const revoked = await open('<cable-chat></cable-chat>');
  await revoked.page.evaluate("document.querySelector('cable-chat').token = 'revoked'");
  await revoked.page.locator('cable-chat:state(signed-out)').waitFor();
  await revoked.close();
});

test('a token that expires in mid-answer, while its endpoint fails twice: the answer is whole all the same', async () => {
  const statuses = [200, 503, 503, 200];
  const given: string[] = [];
  await context.route('**/token', async (route) => {
    const status = statuses.shift() ?? 200;
    if (status === 200) given.push('ada');
    await route.fulfill({ status, json: { token: 'ada', expires_in: 3_600 } });
  });
  const slow = await startTestServer({
    mounts: [pages.mount],
    identify: (request) => ({ user: `user-of-${tokenOf(request)}` }),
    environment: { DEMO_SPEED: '80' },
  });
  try {
    const path = await pages.write('<cable-chat token-url="/token"></cable-chat>');
    const chat = await openChat(browser, `${slow.url}${path}`, context);
    await chat.ask('Write a long answer.');
    await chat.streaming(0, '');
    await until(
      async () => ((await chat.messages())[1]?.text ? true : undefined),
      async () => 'no text came',
    );
    assert.equal(slow.server.cable.disconnect('user-of-ada', { reason: 'token_expired', reconnect: false }), 1);
    assert.equal((await chat.answer(0)).status, 'complete');
    const id = await chat.page.evaluate("document.querySelector('cable-chat').view.messages[1].id");
    assert.equal((await chat.answer(0)).text, slow.server.chat.storedText(String(id))?.text);
    assert.equal(given.length, 2);
    assert.deepEqual(statuses, []);
  } finally {
    await slow.stop();
  }
});

test('a token that cannot be renewed ends in a clear signed-out state when it expires', async () => {
  const chat = await open('<cable-chat></cable-chat>');
  await chat.page.evaluate("document.querySelector('cable-chat').token = 'grace'");
  await chat.page.locator('cable-chat:state(live)').waitFor();
  server.server.cable.disconnect('user-of-grace', { reason: 'token_expired', reconnect: false });
  await chat.page.locator('cable-chat:state(signed-out)').waitFor();
  assert.equal(handshakes.filter(({ token }) => token === 'grace').length, 1);
});
