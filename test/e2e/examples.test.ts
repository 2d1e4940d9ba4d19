/** Every example that a newcomer may copy is opened, and asked something. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { openChat, startBrowser } from '../support/page.js';
import { servePages } from '../support/pages.js';
import { startTestServer, type TestServer } from '../support/server.js';

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

const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');

async function answers(html: string): Promise<void> {
  const chat = await openChat(browser, `${server.url}${await pages.writeDocument(html)}`);
  await chat.ask('Hello!');
  const { status, text } = await chat.answer(0);
  assert.equal(status, 'complete');
  assert.notEqual(text, '');
  await chat.close();
}

test('the demo page', async () => {
  const chat = await openChat(browser, server.url);
  await chat.ask('Hello!');
  assert.equal((await chat.answer(0)).status, 'complete');
  assert.deepEqual(chat.complaints, []);
  await chat.close();
});

test('the README’s page on a site of its own, with the chat server’s name for this one’s', async () => {
  const html = /```html\n([^]*?)```/.exec(await read('README.md'))?.[1];
  assert.ok(html, 'the README has no example');
  const site = createServer((request, response) => {
    const isPage = request.url === '/';
    response.writeHead(isPage ? 200 : 204, { 'content-type': 'text/html' }).end(isPage ? page : '');
  });
  site.listen(0, '127.0.0.1');
  await once(site, 'listening');
  const origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  const chatServer = await startTestServer({ environment: { ALLOWED_ORIGINS: new URL(origin).host } });
  const page = html
    .replaceAll('https://chat.example.com', chatServer.url)
    .replaceAll('wss://chat.example.com/cable', chatServer.cableUrl);
  try {
    const chat = await openChat(browser, `${origin}/`);
    await chat.ask('My name is Ada.');
    assert.equal((await chat.answer(0)).status, 'complete');
    await chat.page.reload();
    assert.match((await chat.answer(0)).text, /Ada/);
    assert.deepEqual(chat.complaints, []);
    await chat.close();
  } finally {
    await chatServer.stop();
    site.closeAllConnections();
    site.close();
  }
});

test('templates/static/index.html', async () => {
  const html = (await read('templates/static/index.html'))
    .replace('src="cable-chat.iife.js"', 'src="/cable-chat/cable-chat.iife.js"')
    .replace('url="ws://127.0.0.1:3000/cable"', `url="${server.cableUrl}"`);
  assert.ok(html.includes(server.cableUrl), 'the example’s address has changed');
  await answers(html);
});
