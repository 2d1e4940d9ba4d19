/**
 * Direct streams: answers over a signed stream, actions over HTTP, no channel; against the embedded server and the real
 * AnyCable, through cuts, and with somebody whispering on the stream.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { Browser, BrowserContext } from 'playwright-core';
import { signStreamName } from '../../templates/node/src/cable/index.js';
import { createDemoProvider } from '../../templates/node/src/providers/index.js';
import { BACKENDS, startBackend, type Backend } from '../support/backends.js';
import { CableClient } from '../support/cable-client.js';
import { startChaosProxy, type ChaosProxy } from '../support/chaos/index.js';
import { openChat, startBrowser, until, type ChatPage } from '../support/page.js';
import { servePages } from '../support/pages.js';

let browser: Browser;
let pages: Awaited<ReturnType<typeof servePages>>;

before(async () => {
  pages = await servePages();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await pages?.remove();
});

for (const name of BACKENDS) {
  describe(`direct streams: ${name}`, () => {
    let backend: Backend;
    let proxy: ChaosProxy;
    let context: BrowserContext;

    before(async () => {
      const provider = createDemoProvider({ seed: 1, tokensPerSecond: 250 });
      backend = await startBackend(name, { mount: pages.mount, provider, whisper: true });
      proxy = await startChaosProxy({ target: backend.cableUrl, harm: 'websocket' });
      context = await browser.newContext(backend.contextOptions);
    });
    after(async () => {
      await context?.close();
      await proxy?.stop();
      await backend?.stop();
    });

    async function open(attributes: string): Promise<ChatPage> {
      const { url, cableUrl } = backend.through(proxy);
      const body = `<cable-chat url="${cableUrl}" actions-url="/cable_chat/actions" ${attributes}></cable-chat>`;
      return openChat(browser, `${url}${await pages.write(body)}`, context);
    }

    async function isWhole(chat: ChatPage, index: number): Promise<void> {
      const { status, text } = await chat.answer(index);
      assert.equal(status, 'complete');
      const id = await chat.page.evaluate(
        `document.querySelector('cable-chat').view.messages.filter(({ role }) => role === 'assistant')[${index}].id`,
      );
      assert.equal(text, backend.chat.storedText(String(id))?.text);
    }

    test('answers are whole through cuts of the stream and failing requests; reload, and a new conversation', async () => {
      const failures = [503, 500];
      await context.route('**/cable_chat/actions', async (route) => {
        const status = failures.shift();
        await (status === undefined ? route.continue() : route.fulfill({ status, body: 'down' }));
      });
      const performed: string[] = [];
      const chat = await open('');
      chat.page.on('websocket', (socket) =>
        socket.on('framesent', ({ payload }) =>
          performed.push(...(String(payload).match(/"command":"message"/g) ?? [])),
        ),
      );
      await chat.ask('Write a long answer.');
      await chat.streaming(0, '');
      await proxy.progress.reached('frames', 20);
      proxy.reset();
      failures.push(502, 503);
      await isWhole(chat, 0);
      await chat.page.reload();
      await isWhole(chat, 0);
      await chat.page.locator('cable-chat').getByRole('button', { name: 'New conversation' }).click();
      await chat.page.locator('cable-chat:state(empty)').waitFor();
      await chat.ask('Hello!');
      await isWhole(chat, 0);
      assert.deepEqual(failures, []);
      assert.deepEqual(performed, [], 'nothing is performed on a channel');
      await context.unroute('**/cable_chat/actions');
      await chat.close();
    });

    test('a whispered frame never reaches the page', async () => {
      const user = 'ada';
      const conversationId = randomUUID();
      const signed = signStreamName(backend.chat.streamFor(user, conversationId), backend.secret);
      const token = await backend.token(user);
      const chat = await open(`signed-stream-name="${signed}" conversation-id="${conversationId}" token-url="/token"`);
      await chat.page.evaluate(`document.querySelector('cable-chat').getToken = () => ${JSON.stringify(token)}`);
      await chat.page.locator('cable-chat:state(live)').waitFor();

      const forger = await CableClient.connect(backend.cableUrl, { headers: { 'x-jid': token } });
      await forger.next({ type: 'welcome' });
      const identifier = JSON.stringify({ channel: '$pubsub', signed_stream_name: signed });
      await forger.subscribe(identifier);
      const message = { id: randomUUID(), role: 'assistant', status: 'complete', position: 1, in_reply_to: null };
      const entry = { ...message, offset: 0, content: 'FORGED', bytes: 6, created_at: new Date().toISOString() };
      const forged = [
        { type: 'snapshot', conversation_id: conversationId, messages: [entry], covers: [0, 9], more: false },
        { type: 'chunk', conversation_id: conversationId, message_id: message.id, offset: 0, content: 'FORGED' },
        { type: 'chunk', content: 'FORGED' },
        { type: 'error', conversation_id: conversationId, client_id: null, code: 'forbidden', message: 'FORGED' },
      ];
      for (const data of forged) forger.command('whisper', identifier, { data });
      // AnyCable delivers them and the page refuses them; the embedded server delivers none on the stream of a chat.
      await forger.settled();
      const expected = name === 'embedded' ? 0 : forged.length;
      await until(
        async () =>
          (await chat.page.evaluate(`document.querySelector('cable-chat').stats.dropped`)) === expected
            ? true
            : undefined,
        async () => JSON.stringify(await chat.page.evaluate(`document.querySelector('cable-chat').stats`)),
      );
      await chat.ask('Hello!');
      await isWhole(chat, 0);
      const seen = await chat.page.evaluate(`JSON.stringify(document.querySelector('cable-chat').view)`);
      assert.doesNotMatch(String(seen), /FORGED/);
      const dropped = await chat.page.evaluate(`document.querySelector('cable-chat').stats.dropped`);
      assert.equal(dropped, expected, 'nor was any of them late');
      await forger.close();
      await chat.close();
    });

    test('a page that reached another visitor (by a cache) shows them nothing: each action asks who calls', async () => {
      const conversationId = randomUUID();
      const signed = signStreamName(backend.chat.streamFor('ada', conversationId), backend.secret);
      const attributes = `signed-stream-name="${signed}" conversation-id="${conversationId}"`;
      const ada = await open(attributes);
      await ada.page.evaluate(
        `document.querySelector('cable-chat').getToken = () => ${JSON.stringify(await backend.token('ada'))}`,
      );
      await ada.ask('My name is Ada.');
      await isWhole(ada, 0);
      const eve = await open(attributes);
      await eve.page.evaluate(
        `document.querySelector('cable-chat').getToken = () => ${JSON.stringify(await backend.token('eve'))}`,
      );
      await eve.page.locator('cable-chat:state(closed)').waitFor();
      assert.deepEqual(await eve.messages(), []);
      await ada.close();
      await eve.close();
    });
  });
}
