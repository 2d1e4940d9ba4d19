/** A page with a chat in a real Chromium, and what a test needs to know of it. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium } from './chromium.js';

export interface ChatPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the page's console and its scripts complained about: errors and uncaught exceptions. */
  readonly complaints: string[];
  /** Types the question as a visitor does, and sends it with Enter. */
  ask(text: string): Promise<void>;
  /** The text of the n-th answer (from 0) once it is over; rejects after the deadline with what the page shows. */
  answer(index: number): Promise<FinishedAnswer>;
  /** Waits until the n-th answer shows at least this much of a text. */
  streaming(index: number, text: string): Promise<void>;
  messages(): Promise<readonly ShownMessage[]>;
  close(): Promise<void>;
}

export interface FinishedAnswer {
  readonly status: string;
  readonly text: string;
}

export interface ShownMessage {
  readonly role: 'user' | 'assistant';
  readonly status: string;
  readonly text: string;
}

/** Generous: it decides only how long a failing test takes. */
const DEADLINE_MS = 30_000;

export async function startBrowser(): Promise<Browser> {
  return launchChromium();
}

/** Opens the address in a profile of its own: another visitor, unless a context is given. */
export async function openChat(browser: Browser, url: string, given?: BrowserContext): Promise<ChatPage> {
  const context = given ?? (await browser.newContext({ viewport: { width: 900, height: 700 } }));
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  await page.goto(url);
  const chat = page.locator('cable-chat').first();
  const shown = () =>
    chat.evaluate((element) => {
      const { view } = element as unknown as { view?: { messages: readonly ShownMessage[] } };
      return (view?.messages ?? []).map(({ role, status, text }) => ({ role, status, text }));
    });
  return {
    page,
    context,
    complaints,
    async ask(text) {
      const field = chat.getByRole('textbox');
      await field.fill(text);
      await field.press('Enter');
    },
    async answer(index) {
      const isOver = async () => {
        const answer = (await shown()).filter(({ role }) => role === 'assistant')[index];
        return answer !== undefined && ['complete', 'stopped', 'failed'].includes(answer.status) ? answer : undefined;
      };
      return until(isOver, async () => JSON.stringify(await shown()));
    },
    async streaming(index, text) {
      const has = async () => {
        const answer = (await shown()).filter(({ role }) => role === 'assistant')[index];
        return answer?.text.startsWith(text) ? true : undefined;
      };
      await until(has, async () => JSON.stringify(await shown()));
    },
    messages: shown,
    async close() {
      await (given === undefined ? context.close() : page.close());
    },
  };
}

/** Polls the page, as Playwright itself does, until there is a value. */
export async function until<T>(look: () => Promise<T | undefined>, describe: () => Promise<string>): Promise<T> {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const value = await look();
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new Error(`still not there after ${DEADLINE_MS} ms: ${await describe()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
