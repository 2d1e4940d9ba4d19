/**
 * Who is here, against the embedded server and the real AnyCable: real browsers that come, go, lose their connections again
 * and again, and are closed without a word.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { BACKENDS, startBackend, type Backend } from '../support/backends.js';
import { signStreamName } from '../../templates/node/src/cable/index.js';
import { CableClient } from '../support/cable-client.js';
import { startChaosProxy } from '../support/chaos/index.js';
import { startBrowser, until } from '../support/page.js';
import { servePages } from '../support/pages.js';

const isFull = process.env['TEST_FULL'] === '1';
/** The figures: 50 within 15 s. */
const RECONNECTS = isFull ? 50 : 12;

/** Seconds, and milliseconds: over before the TTL, but not by what a cautious client might wait before it renews. */
const AWAY = { ttl: 5, outage: 3_300 };

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

interface Change {
  readonly type: 'join' | 'leave';
  readonly id: string;
}

/** A page with a list of who is here, which remembers every change that it was told. */
async function openList(
  backend: Backend,
  attributes: string,
  { url, cableUrl }: { readonly url: string; readonly cableUrl: string } = backend,
): Promise<Page> {
  const path = await pages.write(`<cable-presence url="${cableUrl}" ${attributes}></cable-presence>`);
  const context = await browser.newContext(backend.contextOptions);
  await context.addInitScript(`globalThis.changes = [];
    for (const type of ['join', 'leave']) {
      document.addEventListener('cable-presence-' + type, (event) => globalThis.changes.push({ type, id: event.id }));
    }`);
  const page = await context.newPage();
  await page.goto(`${url}${path}`);
  return page;
}

const look = <T>(page: Page, expression: string): Promise<T> =>
  page.evaluate(`(() => { const list = document.querySelector('cable-presence'); return ${expression}; })()`);
const members = (page: Page) => look<string[]>(page, `list.members.map(({ id }) => id).sort()`);
const changesOf = (page: Page) => look<Change[]>(page, 'globalThis.changes');

async function counts(page: Page, count: number): Promise<void> {
  const what = async () => `${JSON.stringify(await members(page))}; ${JSON.stringify(await changesOf(page))}`;
  await until(async () => ((await look<number>(page, 'list.count')) === count ? true : undefined), what);
}

/** Whoever joins now and is cut off is gone a TTL later, and by then so would be whatever somebody else has left behind. */
async function onlyMarkerLeaves(
  backend: Backend,
  watcher: Page,
  expected: number,
  identifier: string,
  joining: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const before = new Set(await members(watcher));
  const marker = await CableClient.connect(backend.cableUrl);
  await marker.next({ type: 'welcome' });
  await marker.subscribe(identifier, joining);
  await counts(watcher, expected + 1);
  const id = (await members(watcher)).find((member) => !before.has(member));
  await marker.close();
  const leaves = async () => (await changesOf(watcher)).filter(({ type }) => type === 'leave');
  await until(
    async () => ((await leaves()).some((leave) => leave.id === id) ? true : undefined),
    async () => `the marker, ${id}, has not left: ${JSON.stringify(await changesOf(watcher))}`,
  );
  assert.deepEqual(await leaves(), [{ type: 'leave', id }], 'only the marker has left');
  assert.equal((await members(watcher)).length, expected);
}

for (const name of BACKENDS) {
  describe(`presence: ${name}`, () => {
    let backend: Backend;
    before(async () => {
      // Short, for whoever is lost for good is gone no sooner than the TTL is over.
      backend = await startBackend(name, { mount: pages.mount, presenceTtl: 3 });
    });
    after(async () => {
      await backend?.stop();
    });

    const room = (id: string) => `channel="ChatChannel" channel-params='{"room_id": "${id}"}'`;

    test('joined by the server: who comes is told of, who is closed without a word is gone after the TTL', async () => {
      const ada = await openList(backend, room('lobby'));
      await counts(ada, 1);
      const eve = await openList(backend, room('lobby'));
      await Promise.all([counts(ada, 2), counts(eve, 2)]);
      assert.deepEqual(await members(ada), await members(eve));
      assert.deepEqual(await changesOf(eve), [], 'the first list is no news');
      // Another tab of the same visitor is the same member.
      const tab = await eve.context().newPage();
      await tab.goto(eve.url());
      await counts(tab, 2);
      await tab.close();
      await eve.context().close();
      await counts(ada, 1);
      assert.deepEqual(
        (await changesOf(ada)).map(({ type }) => type),
        ['join', 'leave'],
      );
      await ada.context().close();
    });

    test('joined by the page over a signed stream; left, and removed from the page: gone at once', async () => {
      const signed = signStreamName('team/7', backend.secret);
      const stream = `signed-stream-name="${signed}"`;
      const ada = await openList(backend, `${stream} member-id="ada" member-info='{"name": "Ada Lovelace"}'`);
      await counts(ada, 1);
      const grace = await openList(backend, stream);
      await counts(grace, 1);
      await look(grace, `list.join('grace', { name: 'Grace Hopper' })`);
      await Promise.all([counts(ada, 2), counts(grace, 2)]);
      assert.deepEqual(await look(ada, `[...list.members].map(({ info }) => info?.name).sort()`), [
        'Ada Lovelace',
        'Grace Hopper',
      ]);
      await look(grace, `list.leave()`);
      await Promise.all([counts(ada, 1), counts(grace, 1)]);
      await ada.context().close();
      await grace.context().close();
    });

    test('away for most of the TTL, joined by the server: nobody sees a leave', async (t) => {
      const own = await startBackend(name, { mount: pages.mount, presenceTtl: AWAY.ttl });
      t.after(() => own.stop());
      const proxy = await startChaosProxy({ target: own.cableUrl, harm: 'websocket' });
      t.after(() => proxy.stop());
      const watcher = await openList(own, room('outage'));
      const ada = await openList(own, room('outage'), own.through(proxy));
      await Promise.all([counts(watcher, 2), counts(ada, 2)]);

      await proxy.downFor(AWAY.outage);
      // The network is back: else the next attempt might come when the time is over.
      await look(ada, `window.dispatchEvent(new Event('online'))`);
      await until(
        async () => ((await look<boolean>(ada, `list.matches(':state(live)')`)) ? true : undefined),
        async () => JSON.stringify(proxy.counts),
      );
      await onlyMarkerLeaves(own, watcher, 2, JSON.stringify({ channel: 'ChatChannel', room_id: 'outage' }));
      assert.equal((await members(ada)).length, 2);
      await watcher.context().close();
      await ada.context().close();
    });

    for (const [how, attributes] of [
      ['the server', room('storm')],
      ['the page', `SIGNED member-id="ada"`],
    ] as const) {
      test(`${RECONNECTS} reconnects of a member joined by ${how}: nobody sees a leave`, async (t) => {
        const ttl = await startBackend(name, { mount: pages.mount });
        t.after(() => ttl.stop());
        const proxy = await startChaosProxy({ target: ttl.cableUrl, harm: 'websocket' });
        t.after(() => proxy.stop());
        const signed = `signed-stream-name="${signStreamName('storm', ttl.secret)}"`;
        const own = attributes.replace('SIGNED', signed);
        const watcher = await openList(ttl, own.replace('member-id="ada"', ''));
        const ada = await openList(ttl, own, ttl.through(proxy));
        const expected = how === 'the server' ? 2 : 1;
        await Promise.all([counts(watcher, expected), counts(ada, expected)]);

        const started = performance.now();
        for (let round = 1; round <= RECONNECTS; round++) {
          const seen = proxy.counts.accepted;
          proxy.reset();
          await until(
            async () =>
              proxy.counts.accepted > seen && (await look<boolean>(ada, `list.matches(':state(live)')`))
                ? true
                : undefined,
            async () => `reconnect ${round}: ${JSON.stringify(proxy.counts)}`,
          );
        }
        t.diagnostic(`${RECONNECTS} reconnects in ${Math.round(performance.now() - started)} ms`);

        const identifier = JSON.stringify(
          how === 'the server'
            ? { channel: 'ChatChannel', room_id: 'storm' }
            : { channel: '$pubsub', signed_stream_name: signStreamName('storm', ttl.secret) },
        );
        await onlyMarkerLeaves(
          ttl,
          watcher,
          expected,
          identifier,
          how === 'the server' ? {} : { presence: { id: 'marker' } },
        );
        assert.equal((await members(ada)).length, expected);
        await watcher.context().close();
        await ada.context().close();
      });
    }
  });
}
