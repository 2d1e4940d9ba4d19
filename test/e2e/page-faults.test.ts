/** What happens to a page really happens to it: in a real Chromium, with a page that writes down what it sees. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { WebSocketServer } from 'ws';
import { chromiumFlags, ensureChromium } from '../../scripts/chromium.mjs';
import { ChaosError, Progress, launchLivelyBrowser, openPageFaults, runSchedule } from '../support/chaos/index.js';
import type { LivelyBrowser, PageFaults, PageFaultsOptions } from '../support/chaos/index.js';
import { launchChromium } from '../support/chromium.js';

const PAGE = `<!doctype html><title>A page of a test</title><script>
  globalThis.seen = [];
  globalThis.ticks = 0;
  globalThis.loadedAt = Date.now();
  setInterval(() => globalThis.ticks++, 1);
  const note = (name) => globalThis.seen.push(name);
  for (const name of ['pageshow', 'pagehide']) addEventListener(name, ({ persisted }) => note(name + (persisted ? ' persisted' : '')));
  for (const name of ['offline', 'online']) addEventListener(name, () => note(name));
  for (const name of ['freeze', 'resume']) document.addEventListener(name, () => note(name));
  document.addEventListener('visibilitychange', () => note(document.visibilityState));
  const socket = new WebSocket('ws://' + location.host);
  socket.onopen = () => note('socket open');
  socket.onclose = () => note('socket closed');
</script>`;

let url: string;
let stopServer: () => Promise<void>;
let lively: LivelyBrowser;

before(async () => {
  const server = createServer((_request, response) => response.setHeader('content-type', 'text/html').end(PAGE));
  const sockets = new WebSocketServer({ server });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/page`;
  stopServer = async () => {
    for (const socket of sockets.clients) socket.terminate();
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  lively = await launchLivelyBrowser({ executablePath: await ensureChromium(), flags: chromiumFlags });
});
after(async () => {
  await lively?.close();
  await stopServer?.();
});

interface Witness {
  readonly page: Page;
  readonly faults: PageFaults;
  seen(): Promise<string[]>;
  ticks(): Promise<number>;
  /** Until the page has seen this. */
  sees(what: string): Promise<void>;
}

async function open(from = lively.context, options: PageFaultsOptions = {}): Promise<Witness> {
  const page = await from.newPage();
  await page.goto(url);
  await page.bringToFront();
  const cdp = await from.newCDPSession(page);
  // Raw: Playwright waits for animation frames, which a hidden page does not have.
  const evaluate = async (expression: string): Promise<unknown> =>
    (await cdp.send('Runtime.evaluate', { expression, returnByValue: true })).result.value;
  const seen = async (): Promise<string[]> => (await evaluate('seen')) as string[];
  const sees = async (what: string): Promise<void> => {
    const deadline = Date.now() + 10_000;
    while (!(await seen()).includes(what)) {
      assert.ok(Date.now() < deadline, `the page has not seen ${what}, but ${(await seen()).join(', ')}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  await sees('socket open');
  return {
    page,
    faults: await openPageFaults(page, options),
    seen,
    ticks: async () => Number(await evaluate('ticks')),
    sees,
  };
}

test('freeze: timers stand still until it ends, then the page is in front again and has lost its socket', async () => {
  const { page, faults, seen, ticks, sees } = await open();
  const before = await ticks();
  const lift = await faults.freeze();
  const frozen = await ticks();
  // A page of the same browser that is not frozen counts on meanwhile.
  const other = await open();
  const until = (await other.ticks()) + 20;
  while ((await other.ticks()) < until) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(await ticks(), frozen);
  await lift();
  await lift();
  await sees('socket closed');
  while ((await ticks()) === frozen) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(frozen >= before);
  const events = (await seen()).filter((name) => name !== 'socket closed');
  assert.deepEqual(events, ['pageshow', 'socket open', 'hidden', 'freeze', 'resume', 'visible']);
  await other.page.close();
  await page.close();
});

test('freeze says so where the browser keeps the page awake, as Playwright has it', async () => {
  const playwrights = await launchChromium();
  const context = await playwrights.newContext();
  const { faults, seen } = await open(context, { deadline: 1_000 });
  await assert.rejects(
    faults.freeze(),
    (error) => error instanceof ChaosError && error.reason === 'page' && error.message.includes('launchLivelyBrowser'),
  );
  assert.ok(!(await seen()).includes('freeze'));
  await playwrights.close();
});

test('leave and back: the same document, out of the back/forward cache, without its socket', async () => {
  const { page, faults, seen, sees } = await open();
  for (const away of [undefined, `${url}?other`]) {
    const back = await faults.leave(away);
    assert.notEqual(page.url(), url);
    assert.deepEqual(await back(), { persisted: true });
  }
  await sees('socket closed');
  assert.equal((await seen()).filter((name) => name === 'pageshow persisted').length, 2);
  // Playwright still knows the page that it was.
  assert.equal(await page.evaluate('seen.length > 0'), true);
  await page.close();
});

test('hide: another tab is in front, until it is closed', async () => {
  const { page, faults, seen, sees } = await open();
  const lift = await faults.hide();
  await sees('hidden');
  await lift();
  assert.deepEqual((await seen()).slice(-2), ['hidden', 'visible']);
  assert.ok(!(await seen()).includes('socket closed'));
  await page.close();
});

test('offline: the events, and no more than them', async () => {
  const { page, faults, seen, sees } = await open();
  const lift = await faults.offline();
  assert.equal(await page.evaluate('navigator.onLine'), false);
  await lift();
  await sees('online');
  assert.deepEqual((await seen()).slice(-2), ['offline', 'online']);
  await page.close();
});

test('clock: an hour off in every way to ask, also after a reload, and right again', async () => {
  const { page, faults } = await open();
  const hour = 3_600_000;
  const off = (expression: string): Promise<number> =>
    page.evaluate(`Math.round((${expression} - performance.timeOrigin - performance.now()) / ${hour}) + 0`);
  const lift = await faults.skewClock(hour);
  for (const clock of ['Date.now()', 'new Date().getTime()', 'Date.parse(Date())']) {
    assert.equal(await off(clock), 1, clock);
  }
  assert.equal(
    await page.evaluate('new Date(0).toISOString() + (new Date() instanceof Date)'),
    '1970-01-01T00:00:00.000Ztrue',
  );
  await faults.reload();
  assert.equal(await off('loadedAt'), 1, 'before the first script of the page');
  await lift();
  assert.equal(await off('Date.now()'), 0);
  await faults.reload();
  assert.equal(await off('loadedAt'), 0);
  await page.close();
});

test('second tab: the same address and storage, behind the first', async () => {
  const { page, faults, seen } = await open();
  await page.evaluate(`localStorage.setItem('shared', 'yes')`);
  const second = await faults.openSecondTab();
  assert.equal(second.url(), page.url());
  assert.equal(await second.evaluate(`localStorage.getItem('shared')`), 'yes');
  assert.equal(await page.evaluate('document.visibilityState'), 'visible', (await seen()).join(', '));
  await second.close();
  await page.close();
});

test('all of it in one schedule, one after the other, and the page is as it was', async () => {
  const { page, faults, sees, seen } = await open();
  const progress = new Progress();
  progress.add('questions');
  const kinds = ['freeze', 'hide', 'away', 'reload', 'offline', 'second-tab'] as const;
  const schedule = {
    faults: [
      ...kinds.map((kind) => ({ at: { counter: 'questions', value: 1 }, fault: { kind }, ms: 1 })),
      { at: { counter: 'questions', value: 1 }, fault: { kind: 'skew' as const, ms: 60_000 }, ms: 1 },
    ],
  };
  const events = await runSchedule(schedule, { page: faults }, { progress });
  const order = events.map(({ fault, what }) => `${fault.kind} ${what}`);
  assert.deepEqual(
    order,
    [...kinds, 'skew'].flatMap((kind) => [`${kind} begun`, `${kind} ended`]),
  );
  assert.equal(page.url(), url);
  await sees('socket open');
  // The faults since the reload, as the page saw them.
  assert.deepEqual(
    (await seen()).filter((name) => ['offline', 'online'].includes(name)),
    ['offline', 'online'],
  );
  assert.equal(await page.evaluate('document.visibilityState'), 'visible');
  await page.close();
});
