/** A page without our elements: the README's own, bundled as an npm user does, through cuts and a reload. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { createDemoProvider } from '../../templates/node/src/providers/index.js';
import type { MessageView } from '../../widget/src/conversation/view.js';
import { type ChaosProxy, startChaosProxy } from '../support/chaos/index.js';
import { startBrowser, until } from '../support/page.js';
import { servePages } from '../support/pages.js';
import { startTestServer, type TestServer } from '../support/server.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
let browser: Browser;
let pages: Awaited<ReturnType<typeof servePages>>;
let readme: { readonly html: string; readonly js: string };
let server: TestServer;
let proxy: ChaosProxy;
let context: BrowserContext;

before(async () => {
  readme = await readExample();
  pages = await servePages();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await pages?.remove();
});
beforeEach(async () => {
  const provider = createDemoProvider({ seed: 1, tokensPerSecond: 250 });
  server = await startTestServer({ mounts: [pages.mount], provider });
  proxy = await startChaosProxy({ target: server.url, harm: 'websocket' });
  context = await browser.newContext();
});
afterEach(async () => {
  await context?.close();
  await proxy?.stop();
  await server?.stop();
});

async function readExample(): Promise<typeof readme> {
  const text = await readFile(join(root, 'widget/README.md'), 'utf8');
  const [, html, js] = /^## Without the element$[^]*?^```html\n([^]*?)^```\n\n^```js\n([^]*?)^```/m.exec(text) ?? [];
  assert.ok(html !== undefined && js !== undefined, 'the README has no example');
  return { html, js };
}

/** The example as it stands, but for where the cable is. */
async function open(): Promise<Page> {
  const cableUrl = proxy.urlOf(server.cableUrl);
  const source = readme.js.replace('wss://chat.example.com/cable', cableUrl);
  assert.ok(source.includes(cableUrl), 'the example’s address has changed');
  return load(source, 'chat');
}

/** The example’s page with this script, whose channel has this name there; `chat` is it for the test to look at. */
async function load(source: string, name: string): Promise<Page> {
  const options = { bundle: true, write: false, format: 'esm' } as const;
  const { outputFiles } = await build({
    ...options,
    stdin: { contents: `${source}\nglobalThis.chat = ${name};`, resolveDir: root },
  });
  await writeFile(join(pages.mount.directory, 'chat.js'), outputFiles[0]?.text ?? '');
  const document = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Mine</title>${readme.html}</html>`;
  const page = await context.newPage();
  await page.goto(proxy.urlOf(server.url) + (await pages.writeDocument(document)));
  return page;
}

async function ask(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Question' }).fill(text);
  await page.getByRole('button', { name: 'Ask' }).click();
}

const shown = (page: Page): Promise<string> => page.locator('#answer').evaluate(({ textContent }) => textContent ?? '');
const lastMessage = async (page: Page): Promise<MessageView | undefined> =>
  JSON.parse((await page.evaluate<string | undefined>('JSON.stringify(chat.view?.messages.at(-1))')) ?? 'null') ??
  undefined;

/** What the hooks put on the page, piece by piece, is what the server has, letter by letter. */
async function isWhole(page: Page): Promise<void> {
  const over = await until(
    async () => {
      const last = await lastMessage(page);
      return last?.role === 'assistant' && last.status === 'complete' ? last : undefined;
    },
    async () => `${JSON.stringify(await lastMessage(page))}; on the page: ${await shown(page)}`,
  );
  const { text } = server.server.chat.storedText(over.id) ?? assert.fail('the server does not know it');
  assert.notEqual(text, '');
  assert.equal(await shown(page), text);
  assert.equal(await page.locator('#problem').textContent(), '');
}

test('the README’s page: an answer is whole through resets and an outage', async () => {
  const page = await open();
  await ask(page, 'Write a long answer.');
  await proxy.progress.reached('frames', 20);
  proxy.reset();
  await proxy.progress.reached('frames', 60);
  proxy.reset();
  await proxy.downFor(300);
  await isWhole(page);
  assert.equal(await page.getByRole('textbox', { name: 'Question' }).inputValue(), '', 'onComplete was called');
  assert.ok(proxy.counts.upgraded >= 3, `${proxy.counts.upgraded} connections`);
});

test('reloaded in mid-answer: the page that comes next hears all of it', async () => {
  const page = await open();
  await ask(page, 'Write a long answer.');
  await until(
    async () => ((await shown(page)).length > 100 ? true : undefined),
    () => shown(page),
  );
  await page.reload();
  await isWhole(page);
});

test('an empty question is refused with a sentence; the server is gone and back: asked then, answered later', async () => {
  const page = await open();
  await ask(page, ' ');
  await page.getByText('The message is empty.').waitFor();
  await page.evaluate(`document.querySelector('#problem').textContent = ''`);
  await server.restart(async () => {
    await until(
      async () => ((await page.evaluate('chat.view.connection')) === 'offline' ? true : undefined),
      async () => String(await page.evaluate('chat.view.connection')),
    );
    await ask(page, 'Hello!');
    assert.equal((await lastMessage(page))?.status, 'pending');
  });
  await isWhole(page);
});

test('the migration guide’s channels, at the page’s own cable', async () => {
  const guide = await readFile(join(root, 'docs/migrating.md'), 'utf8');
  const sources = [...guide.matchAll(/^```js\n([^]*?)^```/gm)]
    .map(([, source]) => source ?? '')
    .filter((source) => source.includes("'cable-chat/channel'"));
  assert.equal(sources.length, 2);
  const surroundings = `
    const output = document.querySelector('#answer');
    const finish = () => {};
    const prompt = 'Hello!';
    const conversationId = crypto.randomUUID();`;
  for (const source of sources) {
    const name = /const (\w+) = new/.exec(source)?.[1] ?? assert.fail(`no channel is made in ${source}`);
    const page = await load(
      source.replace(/^import .*$/m, (statement) => statement + surroundings),
      name,
    );
    await until(
      async () => ((await page.evaluate('globalThis.chat !== undefined')) ? true : undefined),
      () => page.content(),
    );
    await isWhole(page);
    await page.close();
    // The next one is a visitor of their own.
    await context.clearCookies();
  }
});
