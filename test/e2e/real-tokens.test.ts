/**
 * Tokens as they really are: JWTs of the site's endpoint, carried by sub-protocol, refused by the server itself once they
 * have expired; against the embedded server and the real AnyCable, through cuts.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { createDemoProvider } from '../../templates/node/src/providers/index.js';
import { BACKENDS, startBackend, type Backend } from '../support/backends.js';
import { startChaosProxy, type ChaosProxy } from '../support/chaos/index.js';
import { openChat, startBrowser, until } from '../support/page.js';
import { servePages } from '../support/pages.js';

/** Shorter than an endpoint may give out, so that nobody waits for long. */
const SECONDS = 2;

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
  describe(`tokens: ${name}`, () => {
    let backend: Backend;
    let proxy: ChaosProxy;
    before(async () => {
      const provider = createDemoProvider({ seed: 1, tokensPerSecond: 250 });
      backend = await startBackend(name, { mount: pages.mount, provider, sessionTtl: 1 });
      proxy = await startChaosProxy({ target: backend.cableUrl, harm: 'websocket' });
    });
    after(async () => {
      await proxy?.stop();
      await backend?.stop();
    });

    test('one that expires in mid-answer, its endpoint failing twice: the answer is whole', async () => {
      const context = await browser.newContext(backend.contextOptions);
      const { url, cableUrl } = backend.through(proxy);
      const statuses: (number | undefined)[] = [];
      let asked = 0;
      let expiresAt = 0;
      const sockets: string[] = [];
      await context.route('**/cable_chat/token', async (route) => {
        asked++;
        const status = statuses.shift();
        if (status !== undefined) return route.fulfill({ status, body: 'down' });
        const response = await route.fetch();
        const { token } = (await response.json()) as { token: string };
        const claims = JSON.parse(atob(String(token.split('.')[1]))) as { ext: string };
        const { user } = JSON.parse(claims.ext) as { user: string };
        expiresAt = Date.now() + SECONDS * 1_000;
        // The page is told of another end, so that it is the server who says that it has come.
        await route.fulfill({ response, json: { token: await backend.token(user, SECONDS), expires_in: 3_600 } });
      });
      const body = `<cable-chat url="${cableUrl}" token-url="/cable_chat/token"></cable-chat>`;
      const path = await pages.write(body);
      const chat = await openChat(browser, `${url}${path}`, context);
      chat.page.on('websocket', (socket) => {
        sockets.push(socket.url());
      });
      await chat.ask('Write a long answer.');
      await chat.streaming(0, '');
      await until(
        async () => (Date.now() > expiresAt + 1_000 ? true : undefined),
        async () => 'the token has not expired',
      );
      statuses.push(503, 503);
      // AnyCable asks for no token where it restores a session, so this one is away for longer than sessions last.
      await proxy.downFor(2_500);
      const { status, text } = await chat.answer(0);
      assert.equal(status, 'complete');
      const id = await chat.page.evaluate(`document.querySelector('cable-chat').view.messages[1].id`);
      assert.equal(text, backend.chat.storedText(String(id))?.text);
      assert.ok(asked >= 4, `asked ${asked} times`);
      assert.deepEqual(statuses, []);
      for (const socket of sockets) assert.doesNotMatch(socket, /eyJ/, 'no token in an address');
      const html = await chat.page.content();
      assert.doesNotMatch(html, /eyJ/, 'no token in the page');
      await context.close();
    });

    test('a forged one, and one signed by another secret: signed out, and said so', async () => {
      const [header, payload] = (await backend.token('ada')).split('.') as [string, string];
      const none = Buffer.from('{"alg":"none"}').toString('base64url');
      for (const token of [`${header}.${payload}.AAAA`, `${none}.${payload}.`]) {
        const path = await pages.write(`<cable-chat url="${backend.cableUrl}"></cable-chat>`);
        const context = await browser.newContext(backend.contextOptions);
        const chat = await openChat(browser, `${backend.url}${path}`, context);
        await chat.page.evaluate(`document.querySelector('cable-chat').token = ${JSON.stringify(token)}`);
        await chat.page.locator('cable-chat:state(signed-out)').waitFor();
        await context.close();
      }
    });
  });
}
