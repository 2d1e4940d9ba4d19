/** The first whole path, in a real browser on the real embedded server: a visitor asks, an answer streams in. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { openChat, startBrowser, until } from '../support/page.js';
import { startTestServer, type TestServer } from '../support/server.js';

let browser: Browser;
let server: TestServer;

before(async () => {
  [browser, server] = await Promise.all([startBrowser(), startTestServer()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('a markdown answer streams in, and the second question is answered in the light of the first', async () => {
  const chat = await openChat(browser, server.url);
  await chat.ask('My name is Ada.');
  assert.equal((await chat.answer(0)).status, 'complete');
  await chat.ask('What is my name?');
  const second = await chat.answer(1);
  assert.equal(second.status, 'complete');
  assert.match(second.text, /\*\*Ada\*\*/);
  await chat.page.locator('cable-chat strong', { hasText: 'Ada' }).last().waitFor();
  assert.deepEqual(chat.complaints, []);
  await chat.close();
});

test('the text on the screen is the stored text, and the events told the page all of it once', async () => {
  const chat = await openChat(browser, server.url);
  await chat.page.evaluate(() => {
    const told = { starts: 0, ends: 0, text: '' };
    Object.assign(globalThis, { told });
    document.addEventListener('cable-chat-start', () => told.starts++);
    document.addEventListener('cable-chat-complete', () => told.ends++);
    document.addEventListener(
      'cable-chat-chunk',
      (event) => (told.text += (event as unknown as { content: string }).content),
    );
  });
  await chat.ask('Write a long answer with a table and some code.');
  const { text } = await chat.answer(0);
  const ids = await chat.page.evaluate(() => {
    const { view } = document.querySelector('cable-chat') as unknown as { view: { messages: { id: string }[] } };
    return view.messages.map(({ id }) => id);
  });
  const stored = server.server.chat.storedText(ids[1] ?? '');
  assert.equal(text, stored?.text);
  assert.deepEqual(await chat.page.evaluate(() => (globalThis as unknown as { told: unknown }).told), {
    starts: 1,
    ends: 1,
    text,
  });
  await chat.close();
});

test('a reload, and a restart of the server, lose nothing', async () => {
  const chat = await openChat(browser, server.url);
  await chat.ask('My name is Grace.');
  await chat.answer(0);
  const before = await chat.messages();
  await chat.page.reload();
  await until(
    async () => ((await chat.messages()).length === 2 ? true : undefined),
    async () => 'no messages after the reload',
  );
  assert.deepEqual(await chat.messages(), before);
  await server.restart();
  await chat.ask('What is my name?');
  assert.match((await chat.answer(1)).text, /Grace/);
  await chat.close();
});

test('the next user of the same browser sees nothing of the one before', async () => {
  const chat = await openChat(browser, server.url);
  await chat.ask('My secret is 4711.');
  await chat.answer(0);
  // Another visitor: the cookie is another one, what the page stored is still there.
  await chat.context.clearCookies();
  await chat.page.reload();
  await chat.page.locator('cable-chat:state(live)').waitFor();
  assert.deepEqual(await chat.messages(), []);
  await chat.ask('What is my secret?');
  assert.doesNotMatch((await chat.answer(0)).text, /4711/);
  await chat.close();
});

test('a connection that is cut in mid-answer comes back, and the answer is whole', async () => {
  const slow = await startTestServer({ environment: { DEMO_SPEED: '150' } });
  try {
    const chat = await openChat(browser, slow.url);
    await chat.ask('Write a long answer.');
    for (let cut = 0; cut < 3; cut++) {
      const length = (await chat.messages())[1]?.text.length ?? 0;
      await until(
        async () => (((await chat.messages())[1]?.text.length ?? 0) > length ? true : undefined),
        async () => 'the answer does not grow',
      );
      slow.server.cable.disconnectAll('server_restart', { reconnect: true });
    }
    const answer = await chat.answer(0);
    assert.equal(answer.status, 'complete');
    const id = await chat.page.evaluate(
      () =>
        (document.querySelector('cable-chat') as unknown as { view: { messages: { id: string }[] } }).view.messages[1]
          ?.id,
    );
    assert.equal(answer.text, slow.server.chat.storedText(id ?? '')?.text);
    await chat.close();
  } finally {
    await slow.stop();
  }
});

test('Stop ends the answer; what came of it stays, also after a reload', async () => {
  const slow = await startTestServer({ environment: { DEMO_SPEED: '40' } });
  try {
    const chat = await openChat(browser, slow.url);
    await chat.ask('Write a long answer.');
    await until(
      async () => ((await chat.messages())[1]?.text ? true : undefined),
      async () => 'no text came',
    );
    await chat.page.locator('cable-chat').getByRole('button', { name: /stop/i }).click();
    const stopped = await chat.answer(0);
    assert.equal(stopped.status, 'stopped');
    assert.notEqual(stopped.text, '');
    await chat.page.reload();
    assert.deepEqual(await chat.answer(0), stopped);
    await chat.close();
  } finally {
    await slow.stop();
  }
});
