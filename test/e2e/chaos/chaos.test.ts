/**
 * Whatever happens to the wire, the server's process and the page: the answer arrives whole. In a real Chromium, on the
 * embedded server in a process of its own, through the chaos proxy. `npm run test:full`: 60 trials of 300 pieces.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromiumFlags, ensureChromium } from '../../../scripts/chromium.mjs';
import {
  type ChaosProxy,
  launchLivelyBrowser,
  type LivelyBrowser,
  type ManagedProcess,
  openPageFaults,
  startChaosProxy,
  startProcess,
} from '../../support/chaos/index.js';
import { answer, type OpenAIServer, startOpenAIServer } from '../../support/openai-server.js';
import { randomFrom, seed } from '../../support/seed.js';
import { dealFaults, lineFaults, pageFaults, processFaults } from './faults.js';
import { namesOf, runTrial, type TrialReport } from './trial.js';
import { type WatchedPage, watchPage } from './watched-page.js';

const isFull = Boolean(process.env['TEST_FULL']);
const TRIALS = isFull ? 60 : 6;
const CHUNKS = isFull ? 300 : 120;
const FAULTS_A_TRIAL = 3;
const ASKS = isFull ? 100 : 8;

let browser: LivelyBrowser;
let endpoint: OpenAIServer;
let server: ManagedProcess;
let proxy: ChaosProxy;
let directory: string;
let watched: WatchedPage;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cable-chat-chaos-'));
  endpoint = await startOpenAIServer();
  const port = await freePort();
  server = await startProcess({
    command: process.execPath,
    args: ['--import', 'tsx', 'src/main.ts'],
    cwd: fileURLToPath(new URL('../../../templates/node', import.meta.url)),
    env: {
      PORT: String(port),
      DATABASE_PATH: join(directory, 'chat.sqlite3'),
      OPENAI_BASE_URL: endpoint.baseURL,
      OPENAI_MODEL: 'gpt-test',
      // Small, so that a drop outlives it now and then.
      HISTORY_LIMIT: '40',
      ASKS_PER_MINUTE: '10000',
      LOG_LEVEL: 'warn',
    },
    ready: /is ready: (\S+)/,
  });
  proxy = await startChaosProxy({ target: `http://127.0.0.1:${port}`, harm: 'websocket', compression: 'refuse', seed });
  browser = await launchLivelyBrowser({ executablePath: await ensureChromium(), flags: chromiumFlags });
  watched = await watchPage(browser.context, proxy.url);
});
after(async () => {
  await browser?.close();
  await proxy?.stop();
  await server?.stop();
  await endpoint?.stop();
  if (directory !== undefined) await rm(directory, { recursive: true, force: true });
});

/** A port that was free a moment ago; the server must have the same one after each restart. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise<void>((resolve) => probe.close(() => resolve()));
  return port;
}

test(`${TRIALS} trials of ${CHUNKS} pieces: every answer exact, interrupted only where its job was ended`, async (t) => {
  t.diagnostic(`SEED=${seed}`);
  const random = randomFrom(seed);
  const reports: TrialReport[] = [];
  const faults = await openPageFaults(watched.page);
  const menu = [
    ...lineFaults(proxy),
    ...processFaults('server', server, { writesAnswers: true }),
    ...pageFaults(faults),
  ];
  for (const [trial, chosen] of dealFaults(menu, { trials: TRIALS, each: FAULTS_A_TRIAL, random }).entries()) {
    try {
      reports.push(await runTrial({ watched, faults, endpoint }, { chunks: CHUNKS, faults: chosen, random }));
    } catch (error) {
      throw new Error(`trial ${trial} (${namesOf(chosen)}), SEED=${seed}: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }
  const interrupted = reports.filter((report) => report.interrupted).length;
  const killed = reports.filter(({ faults }) => faults.some(({ endsTheJob }) => endsTheJob)).length;
  t.diagnostic(
    `${reports.length} answers exact, ${interrupted} interrupted first, in ${killed} trials that ended the job`,
  );
  assert.equal(reports.length, TRIALS);
});

test(`${ASKS} questions through a line that breaks: each answered exactly once`, async (t) => {
  t.diagnostic(`SEED=${seed}`);
  const random = randomFrom(seed + 1);
  await watched.evaluate(`document.querySelector('cable-chat').newConversation()`);
  const first = endpoint.requests.length;
  for (let n = 0; n < ASKS; n++) {
    endpoint.enqueue(answer([`Answer `, `${n}.`]));
    await watched.ask(`Question ${n}`);
    // At a moment of its own: while the question is on its way, or its answer.
    if (random() < 0.5) proxy.reset();
    else proxy.cutInFrame({ skip: Math.floor(random() * 3) });
    await watched.until(`answer ${n}`, async () => {
      const messages = (await watched.view())?.messages ?? [];
      const last = messages.at(-1);
      return messages.length === 2 * (n + 1) && last?.role === 'assistant' && last.status === 'complete'
        ? true
        : undefined;
    });
  }
  const { messages } = (await watched.view()) ?? { messages: [] };
  assert.deepEqual(
    messages.map(({ text }) => text),
    Array.from({ length: ASKS }, (_, n) => [`Question ${n}`, `Answer ${n}.`]).flat(),
  );
  assert.equal(endpoint.requests.length - first, ASKS);
});
