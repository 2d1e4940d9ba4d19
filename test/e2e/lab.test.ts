/**
 * The fault lab in Chromium: each button while an answer streams. The chat ends with the stored text, byte for byte; the
 * plain client beside it loses what it must, and the page says how much.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Browser, BrowserContext } from 'playwright-core';
import { readConfig } from '../../templates/node/src/config.js';
import { silentLogger } from '../../templates/node/src/logger.js';
import type { Provider } from '../../templates/node/src/providers/provider.js';
import { superviseServer, type Supervisor } from '../../templates/node/src/supervisor.js';
import { openChat, startBrowser, until, type ChatPage } from '../support/page.js';

/** A model that says what the test tells it, when the test tells it. */
class Dictation {
  #said: string[] = [];
  #isOver = false;
  #wake = (): void => {};

  say(text: string): void {
    this.#said.push(text);
    this.#wake();
  }

  end(): void {
    this.#isOver = true;
    this.#wake();
  }

  readonly provider: Provider = {
    name: 'dictation',
    answer: (request) => this.#answer(request.signal),
  };

  async *#answer(signal: AbortSignal): AsyncGenerator<string, 'stop', void> {
    for (;;) {
      signal.throwIfAborted();
      const next = this.#said.shift();
      if (next !== undefined) {
        yield next;
      } else if (this.#isOver) {
        this.#isOver = false;
        return 'stop';
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
          signal.addEventListener('abort', () => resolve(), { once: true });
        });
      }
    }
  }
}

let directory: string;
let browser: Browser;
let supervisor: Supervisor;
let model: Dictation;
let lab: LabPage;

before(async () => {
  browser = await startBrowser();
});
after(() => browser?.close());

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cable-chat-lab-'));
  model = new Dictation();
  const config = readConfig({ LAB: '1', PORT: '0', DATABASE_PATH: join(directory, 'chat.sqlite3') });
  supervisor = await superviseServer({ config, logger: silentLogger, provider: model.provider }, (error) => {
    throw error;
  });
  lab = await openLab();
});
afterEach(async () => {
  await lab?.chat.close();
  await supervisor?.close();
  await rm(directory, { recursive: true });
});

interface LabPage {
  readonly chat: ChatPage;
  text(id: string): Promise<string>;
  /** Waits until an element says something like this; returns all it says. */
  says(id: string, pattern: RegExp): Promise<string>;
  /** Presses a fault's button, and waits for what is said about it. */
  inflict(fault: string, said: RegExp): Promise<void>;
}

async function openLab(context?: BrowserContext): Promise<LabPage> {
  const chat = await openChat(browser, supervisor.server.url, context);
  const text = async (id: string) => (await chat.page.locator(`#${id}`).textContent())?.trim() ?? '';
  const says = async (id: string, pattern: RegExp) =>
    until(
      async () => {
        const said = await text(id);
        return pattern.test(said) ? said : undefined;
      },
      async () => `#${id}: ${await text(id)}`,
    );
  const page: LabPage = {
    chat,
    text,
    says,
    async inflict(fault, said) {
      await chat.page.locator(`[data-fault="${fault}"]`).click();
      await says('said', said);
    },
  };
  // Both clients are there, so that both hear all of the answer that comes.
  await chat.page.locator('cable-chat:state(live)').waitFor();
  await says('plain-verdict', /^Nothing asked yet\.$/);
  return page;
}

const [BEGINNING, MIDDLE, END] = ['The beginning. ', 'The middle — 中文 👩‍💻. ', 'The end.'];
const WHOLE = BEGINNING + MIDDLE + END;
const [beginningBytes, wholeBytes] = [Buffer.byteLength(BEGINNING), Buffer.byteLength(WHOLE)];
const LOST_ALL_BUT_THE_BEGINNING = new RegExp(
  `^Lost ${wholeBytes - beginningBytes} of ${wholeBytes} bytes, and does not know it\\.`,
);
const LOST_NOTHING = new RegExp(`^All ${wholeBytes} bytes, this time\\.$`);

/** Asks, and waits until both sides show the beginning of the answer. */
async function startAnswer(): Promise<void> {
  await lab.chat.page.locator('#ask').click();
  model.say(BEGINNING);
  await lab.chat.streaming(0, BEGINNING);
  await lab.says('plain-text', /^The beginning\.$/);
}

/** The rest is said; then the chat must show what is stored, and know it. */
async function finishAnswer(): Promise<void> {
  model.say(MIDDLE);
  model.say(END);
  model.end();
  await provesItself(/^The stored text, byte for byte: \d+ bytes, SHA-256 [0-9a-f]{12}…$/);
  assert.deepEqual(await lab.chat.answer(0), {
    role: 'assistant',
    status: 'complete',
    text: WHOLE,
  });
}

async function provesItself(verdict: RegExp, page = lab): Promise<void> {
  await page.says('verdict', verdict);
  const answer = await page.chat.page.evaluate(
    `document.querySelector('cable-chat').view.messages.findLast(({ role }) => role === 'assistant')`,
  );
  const { id, text } = answer as { id: string; text: string };
  assert.equal(supervisor.server.chat.storedText(id)?.text, text);
}

function assertPolite(): void {
  const rude = lab.chat.complaints.filter((complaint) => !/WebSocket|Failed to load resource|ERR_/.test(complaint));
  assert.deepEqual(rude, []);
}

describe('each fault while an answer streams', () => {
  test('nothing: both sides have all of it', async () => {
    await startAnswer();
    await finishAnswer();
    await lab.says('plain-verdict', LOST_NOTHING);
    assert.notEqual(await lab.text('frames'), '–');
    assert.equal(await lab.text('reconnects'), '0');
    assert.deepEqual(lab.chat.complaints, []);
  });

  test('cut: the chat is exact, the plain client loses the rest', async () => {
    await startAnswer();
    await lab.inflict('cut', /^Cut 2 connections/);
    await finishAnswer();
    await lab.says('plain-verdict', LOST_ALL_BUT_THE_BEGINNING);
    assert.equal(await lab.text('reconnects'), '1');
    assertPolite();
  });

  test('cut, and the plain client comes back in mid-answer: it says where its hole is', async () => {
    await startAnswer();
    await lab.inflict('cut', /^Cut/);
    model.say('Gone. ');
    await lab.says('plain-verdict', /^Lost 6 of 21 bytes, and does not know it\. Not connected\.$/);
    await lab.says('plain-verdict', /does not know it\.$/);
    model.say('Rest.');
    await lab.says('plain-text', /^The beginning\.\s+6 bytes lost\s+Rest\.$/);
    model.end();
    await provesItself(/^The stored text/);
    await lab.says('plain-verdict', /^Lost 6 of 26 bytes/);
  });

  test('black hole', async () => {
    await startAnswer();
    await lab.inflict('black-hole', /^Swallowing all of 2 connections/);
    await finishAnswer();
    await lab.says('plain-verdict', LOST_ALL_BUT_THE_BEGINNING);
    assertPolite();
  });

  test('slow: late, and whole on both sides', async () => {
    await startAnswer();
    await lab.inflict('slow', /^For 15 seconds/);
    await finishAnswer();
    await lab.says('plain-verdict', LOST_NOTHING);
    assertPolite();
  });

  test('forget history', async () => {
    await startAnswer();
    await lab.inflict('forget-history', /history is gone/);
    await finishAnswer();
    await lab.says('plain-verdict', LOST_ALL_BUT_THE_BEGINNING);
    assertPolite();
  });

  test('expire the token: another one is fetched', async () => {
    let fetched = 0;
    lab.chat.page.on('request', (request) => (fetched += request.url().endsWith('/lab/token') ? 1 : 0));
    await startAnswer();
    await lab.inflict('expire-token', /refused from now on/);
    await finishAnswer();
    assert.equal(fetched, 1);
    await lab.says('plain-verdict', LOST_ALL_BUT_THE_BEGINNING);
    assertPolite();
  });

  test('kill the job: closed as interrupted when the lease is over, exact as far as it got', async () => {
    await startAnswer();
    await lab.inflict('kill-job', /^The job is dead/);
    await provesItself(/15 bytes, SHA-256 .* The answer itself was broken off/);
    assert.equal((await lab.chat.answer(0)).status, 'failed');
    assert.equal(await lab.chat.page.locator('[data-fault="kill-job"]').getAttribute('aria-disabled'), 'true');
    await lab.chat.page.locator('[data-fault="kill-job"]').focus();
    await lab.chat.page.keyboard.press('Enter');
    await lab.says('said', /^No answer is being written/);
    assertPolite();
  });

  test('restart the server: interrupted and exact; the next answer comes from the next server', async () => {
    await startAnswer();
    const first = supervisor.server;
    await lab.inflict('restart', /^The server is restarting/);
    await provesItself(/The answer itself was broken off/);
    assert.notEqual(supervisor.server, first);
    await lab.chat.page.locator('cable-chat:state(live)').waitFor();
    await lab.chat.page.locator('#ask').click();
    model.say('Here again.');
    model.end();
    await lab.says('verdict', /^The stored text, byte for byte: 11 bytes/);
    assert.equal((await lab.chat.answer(1)).text, 'Here again.');
    assertPolite();
  });

  test('second tab: the same answer, live and exact in both', async () => {
    await startAnswer();
    const [opened] = await Promise.all([
      lab.chat.context.waitForEvent('page'),
      lab.chat.page.getByRole('link', { name: 'Second tab' }).click(),
    ]);
    await opened.locator('cable-chat').getByText('The beginning.').waitFor();
    await opened.close();
    const second = await openSecond();
    await second.chat.streaming(0, BEGINNING);
    await finishAnswer();
    await provesItself(/^The stored text/, second);
    assert.deepEqual(await second.chat.messages(), await lab.chat.messages());
  });
});

/** Like the link’s, with what a test needs to know of it. */
async function openSecond(): Promise<LabPage> {
  const chat = await openChat(browser, supervisor.server.url, lab.chat.context);
  return {
    ...lab,
    chat,
    says: async (id, pattern) => {
      const text = async () => (await chat.page.locator(`#${id}`).textContent())?.trim() ?? '';
      return until(async () => (pattern.test(await text()) ? await text() : undefined), text);
    },
  };
}

test('the verdict can say no', async () => {
  await lab.chat.page.route('**/lab/stored*', (route) =>
    route.fulfill({ json: { status: 'complete', bytes: wholeBytes, sha256: '0'.repeat(64) } }),
  );
  await startAnswer();
  model.say(MIDDLE);
  model.say(END);
  model.end();
  await lab.says('verdict', /^Not the stored text: /);
});

test('another visitor is not concerned', async () => {
  const eve = await openLab();
  await startAnswer();
  for (const [fault, said] of [
    ['cut', /^Cut 2/],
    ['black-hole', /^Swallowing/],
    ['forget-history', /gone/],
    ['expire-token', /refused/],
    ['slow', /^For/],
  ] as const) {
    await lab.inflict(fault, said);
  }
  assert.equal(await eve.text('reconnects'), '0');
  assert.equal(await eve.text('plain-verdict'), 'Nothing asked yet.');
  await eve.chat.close();
  await finishAnswer();
});

describe('the page', () => {
  test('has nothing that axe objects to, light and dark, while it streams and when it is done', async () => {
    const context = await browser.newContext({ bypassCSP: true, viewport: { width: 1280, height: 800 } });
    await lab.chat.close();
    lab = await openLab(context);
    const { page } = lab.chat;
    await page.addScriptTag({ path: createRequire(import.meta.url).resolve('axe-core/axe.min.js') });
    const violations = async () => {
      const found = (await page.evaluate(
        `axe.run(document).then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`,
      )) as string[];
      return found;
    };
    await startAnswer();
    await lab.inflict('cut', /^Cut/);
    assert.deepEqual(await violations(), []);
    await finishAnswer();
    await lab.says('plain-verdict', /^Lost/);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await violations(), [], colorScheme);
    }
    await context.close();
  });

  test('fits a narrow screen, and works by keyboard', async () => {
    const { page } = lab.chat;
    await page.setViewportSize({ width: 320, height: 640 });
    await startAnswer();
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 320);
    await page.locator('[data-fault="cut"]').focus();
    await page.keyboard.press('Enter');
    await lab.says('said', /^Cut/);
    await finishAnswer();
    assert.equal(await page.evaluate('document.activeElement.dataset.fault'), 'cut');
  });
});
