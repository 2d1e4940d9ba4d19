/**
 * No answer runs or fetches anything: public corpora and our own payloads, in eight streamed prefixes each, everything
 * clicked, focused and hovered; in a page without any policy, where the same payloads run when they go through innerHTML,
 * and under the strict policy that the README promises. The whole of it: TEST_FULL=1.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { listen } from '../../templates/node/src/listen.js';
import { launchChromium } from '../support/chromium.js';
import { gather } from '../support/safety/corpora.js';
import type { Payload } from '../support/safety/corpora.js';
import type { Report, Safety } from '../support/safety/page.js';
import { randomFrom, seed } from '../support/seed.js';

declare global {
  // The page's own; see test/support/safety/page.ts.
  var safety: Safety;
}

const isWhole = process.env['TEST_FULL'] === '1';
const BATCH = 250;
/** How many payloads go through innerHTML: a page for each that runs wild takes its time. */
const CONTROLS = isWhole ? 600 : 120;

/** What can be expected to run at all: most of the naughty strings are of other kinds, or for browsers long gone. */
const BITES: Readonly<Record<string, RegExp>> = {
  html: /./,
  markdown: /./,
  handlers: /./,
  addresses: /script/i,
  blns: /<(?:img|svg|video|audio|iframe|input|body|details)\b[^>]*\bon(?:error|load|focus|click|mouseover)\s*=/i,
};

const STRICT = "script-src 'self'; style-src 'self'; require-trusted-types-for 'script'; trusted-types lit-html";

let server: Server;
let origin: string;
let browser: Browser;
let payloads: readonly Payload[];
/** What was asked of the server beside the pages themselves. */
const sink: string[] = [];

before(async () => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../support/safety/page.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    logLevel: 'error',
  });
  const script = outputFiles[0]?.text ?? '';
  const page =
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>safety</title><script defer src="/safety.js"></script><body></body></html>';
  server = createServer((request, response) => {
    const url = request.url ?? '';
    if (url === '/safety.js') response.setHeader('content-type', 'text/javascript; charset=utf-8').end(script);
    else if (url === '/lax' || url === '/strict') {
      if (url === '/strict') response.setHeader('content-security-policy', STRICT);
      response.setHeader('content-type', 'text/html; charset=utf-8').end(page);
    } else {
      if (!url.startsWith('/canary') && url !== '/favicon.ico')
        sink.push(`${request.method} ${request.headers.host}${url}`);
      response.writeHead(404).end();
    }
  });
  const port = await listen(server, 0, '127.0.0.1');
  origin = `http://127.0.0.1:${port}`;
  // Every host that a payload may name leads here, so that what is asked of it is counted, and nothing leaves the machine;
  // but for those that the browser asks by itself, for its own updates.
  const hosts = ['googleapis.com', 'google.com', 'gstatic.com'].map((host) => `MAP *.${host} ~NOTFOUND`);
  const rules = [...hosts, `MAP * 127.0.0.1:${port}`, 'EXCLUDE 127.0.0.1'].join(', ');
  browser = await launchChromium({ args: [`--host-resolver-rules=${rules}`] });
  const look = await browser.newPage();
  await look.goto(`${origin}/lax`);
  const handlers = await look.evaluate(() => globalThis.safety.handlers());
  await look.close();
  payloads = await gather({ handlers, whole: isWhole, random: randomFrom(seed) });
});

after(async () => {
  await browser?.close();
  server?.closeAllConnections();
  server?.close();
});

interface Watched {
  readonly page: Page;
  /** Every request but the page's own, popups and dialogs: whatever a payload set going. */
  readonly happened: string[];
}

async function open(path: string): Promise<Watched> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const happened: string[] = [];
  const own = new Set([`${origin}${path}`, `${origin}/safety.js`]);
  context.on('request', (request) => {
    const url = request.url();
    if (!own.has(url) && !url.startsWith(`${origin}/canary`)) happened.push(`request: ${url.slice(0, 200)}`);
  });
  context.on('page', (popup) => happened.push(`popup: ${popup.url()}`));
  page.on('framenavigated', (frame) => !own.has(frame.url()) && happened.push(`navigation: ${frame.url()}`));
  await page.goto(`${origin}${path}`);
  happened.length = 0;
  return { page, happened };
}

const texts = (part: readonly Payload[]): string[] => part.map(({ text }) => text);

for (const path of ['/lax', '/strict']) {
  test(`${path}: nothing runs, nothing is asked for, no node is off the table (SEED=${seed})`, async (t) => {
    const { page, happened } = await open(path);
    sink.length = 0;
    let [elements, interactions] = [0, 0];
    for (let start = 0; start < payloads.length; start += BATCH) {
      const batch = payloads.slice(start, start + BATCH);
      const report = await page.evaluate(([part, each]) => globalThis.safety.ours(part, each), [
        texts(batch),
        isWhole,
      ] as const);
      elements += report.elements;
      interactions += report.interactions;
      assert.deepEqual(report.findings, [], `in payloads ${start} to ${start + batch.length}`);
      assert.deepEqual(happened, [], `in payloads ${start} to ${start + batch.length}`);
    }
    assert.deepEqual(sink, []);
    const from = [...new Set(payloads.map((payload) => payload.from))];
    const counts = from.map((name) => `${name} ${payloads.filter((payload) => payload.from === name).length}`);
    t.diagnostic(
      `${path}: ${payloads.length} payloads (${counts.join(', ')}), 8 prefixes each; ${elements} elements judged, ` +
        `${interactions} clicked, focused and hovered; 0 executions, 0 requests, 0 off the table, 0 violations`,
    );
    // Else the renderer shows nothing, or nothing was looked at.
    assert.ok(elements > payloads.length * 8, `only ${elements} elements`);
    await page.context().close();
  });
}

describe('the control: the same payloads through innerHTML', () => {
  test('run, and ask the server, and are seen', async (t) => {
    const random = randomFrom(seed);
    const from = Object.keys(BITES);
    const chosen = Object.entries(BITES).flatMap(([name, bites]) =>
      payloads
        .filter((payload) => payload.isBare && payload.from === name && bites.test(payload.text))
        .map((payload) => ({ payload, order: random() }))
        .sort((a, b) => a.order - b.order)
        .slice(0, name === 'blns' ? Infinity : CONTROLS / from.length)
        .map(({ payload }) => payload),
    );
    sink.length = 0;
    let watched = await open('/lax');
    const executed = new Map<string, number>();
    let requests = 0;
    for (const payload of chosen) {
      const report = await unsafe(watched.page, payload.text);
      const ran = report === undefined || report.findings.some(({ what }) => what.startsWith('executed'));
      if (ran) executed.set(payload.from, (executed.get(payload.from) ?? 0) + 1);
      requests += watched.happened.filter((what) => what.startsWith('request')).length;
      if (report !== undefined && watched.happened.every((what) => what.startsWith('request'))) {
        watched.happened.length = 0;
        continue;
      }
      // It went elsewhere, or wrote over the page.
      await watched.page.context().close();
      watched = await open('/lax');
    }
    await watched.page.context().close();
    const counts = [...executed].map(([name, count]) => `${name} ${count}`).join(', ');
    t.diagnostic(
      `of ${chosen.length} payloads through innerHTML ran: ${counts}; ${requests} requests, ${sink.length} at the sink`,
    );
    for (const name of from) assert.ok((executed.get(name) ?? 0) >= 1, `of ${name} ran ${executed.get(name) ?? 0}`);
    assert.ok([...executed.values()].reduce((sum, count) => sum + count, 0) >= 20, counts);
    assert.ok(sink.length >= 3, `the sink was asked ${sink.length} times`);
  });
});

/** Undefined where the payload took the page away. */
async function unsafe(page: Page, payload: string): Promise<Report | undefined> {
  try {
    return await page.evaluate((text) => globalThis.safety.unsafe(text), payload);
  } catch {
    return undefined;
  }
}
