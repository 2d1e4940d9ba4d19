/**
 * Takes the pictures in docs/screenshots: a streaming and a finished answer, light, dark, narrow and right-to-left; and who is
 * here, where that is nobody, three and forty.
 */
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Gate, startOpenAIServer, stream } from './openai-server.js';
import { openChat, startBrowser } from './page.js';
import { showPeople } from './presence-picture.js';
import { startTestServer } from './server.js';

const folder = fileURLToPath(new URL('../../docs/screenshots/', import.meta.url));

const FIRST = `A connection that breaks loses nothing here, because **every piece of text knows its place**.

1. Each chunk says at which *byte* of the answer it begins.
2. The end says how many bytes there are: the proof.
3. Whatever is missing is noticed and fetched:

\`\`\`json
{ "action": "resume", "since": 12, "cursors": { "a7": 418 } }
\`\`\`

| client | lost over three short cuts |`;
const REST = `
| --- | ---: |
| as the usual recipe says | 476 of 601 |
| this one | 0 |

> Exactly once, in order, byte for byte, or an honest sign that heals.
`;

const browser = await startBrowser();
const endpoint = await startOpenAIServer();
const server = await startTestServer({
  environment: { OPENAI_BASE_URL: endpoint.baseURL, OPENAI_MODEL: 'gpt-test' },
});
await mkdir(folder, { recursive: true });
try {
  for (const { name, scheme, width, dir } of [
    { name: 'light', scheme: 'light', width: 900, dir: 'ltr' },
    { name: 'dark', scheme: 'dark', width: 900, dir: 'ltr' },
    { name: 'narrow', scheme: 'light', width: 320, dir: 'ltr' },
    { name: 'rtl', scheme: 'light', width: 900, dir: 'rtl' },
  ] as const) {
    const context = await browser.newContext({ viewport: { width, height: 760 }, colorScheme: scheme });
    const chat = await openChat(browser, server.url, context);
    await chat.page.evaluate(`document.documentElement.dir = '${dir}'`);
    const gate = new Gate();
    endpoint.enqueue(
      stream([
        { type: 'text', text: FIRST },
        { type: 'wait', gate },
        { type: 'text', text: REST },
        { type: 'finish', reason: 'stop' },
        { type: 'done' },
      ]),
    );
    await chat.ask('What happens to an answer when my train enters a tunnel?');
    await chat.streaming(0, FIRST);
    await chat.page.screenshot({ path: `${folder}streaming-${name}.png` });
    gate.open();
    await chat.answer(0);
    await chat.page.screenshot({ path: `${folder}finished-${name}.png` });
    await context.close();
    console.log(`docs/screenshots/{streaming,finished}-${name}.png`);
  }
  for (const scheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({ viewport: { width: 600, height: 420 }, colorScheme: scheme });
    const { page } = await openChat(browser, server.url, context);
    for (const count of [0, 3, 40]) {
      await showPeople(page, count);
      await page.screenshot({ path: `${folder}presence-${count}-${scheme}.png` });
      console.log(`docs/screenshots/presence-${count}-${scheme}.png`);
    }
    await context.close();
  }
} finally {
  await browser.close();
  await server.stop();
  await endpoint.stop();
}
