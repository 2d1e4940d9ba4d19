/** Copying by mouse and keys, in a real browser: what the clipboard holds then. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { startOpenAIServer, stream, type OpenAIServer } from '../support/openai-server.js';
import { openChat, startBrowser, type ChatPage } from '../support/page.js';
import { startTestServer, type TestServer } from '../support/server.js';

let browser: Browser;
let endpoint: OpenAIServer;
let server: TestServer;

before(async () => {
  [browser, endpoint] = await Promise.all([startBrowser(), startOpenAIServer()]);
  server = await startTestServer({ environment: { OPENAI_BASE_URL: endpoint.baseURL, OPENAI_MODEL: 'gpt-test' } });
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await endpoint?.stop();
});

async function chatWith(answers: readonly string[]): Promise<ChatPage> {
  const context = await browser.newContext({ viewport: { width: 900, height: 900 } });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const chat = await openChat(browser, server.url, context);
  for (const [index, text] of answers.entries()) {
    endpoint.enqueue(stream([{ type: 'text', text }, { type: 'finish', reason: 'stop' }, { type: 'done' }]));
    await chat.ask(`Question ${index}`);
    await chat.answer(index);
  }
  return chat;
}

/** Drags from before the first of the words to behind the last, and copies. */
async function copyBetween(page: Page, from: string, to: string): Promise<{ plain: string; html: string }> {
  const [start, end] = [page.getByText(from).last(), page.getByText(to).last()];
  await end.waitFor();
  const [first, last] = [await start.boundingBox(), await end.boundingBox()];
  assert.ok(first && last);
  await page.mouse.move(first.x, first.y + 8);
  await page.mouse.down();
  await page.mouse.move(last.x + 20, last.y + last.height / 2, { steps: 5 });
  await page.mouse.move(last.x + last.width, last.y + last.height - 8, { steps: 5 });
  await page.mouse.up();
  return copy(page);
}

async function copy(page: Page): Promise<{ plain: string; html: string }> {
  await page.keyboard.press('Control+c');
  const [plain = '', html = ''] = await page.evaluate(async () => {
    const [item] = await navigator.clipboard.read();
    return Promise.all(['text/plain', 'text/html'].map(async (type) => (await item?.getType(type))?.text()));
  });
  return { plain, html };
}

test('a part of an answer: words with their markers, and markup without what is ours', async () => {
  const chat = await chatWith([
    'Begin here:\n\n1. one\n2. two\n\n```js\nlet a;\n```\n\n| a | b |\n| - | - |\n| c | dee |\n',
  ]);
  const { plain, html } = await copyBetween(chat.page, 'Begin here:', 'dee');
  assert.equal(plain, 'Begin here:\n\n1. one\n2. two\n\nlet a;\n\na\tb\nc\tdee');
  assert.match(html, /<ol[^>]*><li[^>]*>one<\/li>/);
  assert.doesNotMatch(html, /button|figure|aria-|rel=/);
  // Three clicks select up to the beginning of the next block.
  const item = chat.page.getByText('two', { exact: true });
  await item.click({ clickCount: 3, position: { x: 5, y: 8 } });
  assert.deepEqual(await copy(chat.page), { plain: 'two', html: 'two' });
  await chat.close();
});

test('several messages at once', async () => {
  const chat = await chatWith(['First *answer*.', 'Second answer.']);
  const { plain: dragged } = await copyBetween(chat.page, 'First', 'Second answer.');
  assert.match(dragged, /^First answer\.\s+Question 1\s+Second answer\.$/);
  await chat.page.evaluate(() => getSelection()?.selectAllChildren(document.body));
  const { plain } = await copy(chat.page);
  assert.match(plain, /Question 0[^]*First answer\.[^]*Question 1[^]*Second answer\./);
  await chat.close();
});
