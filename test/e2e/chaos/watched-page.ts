/**
 * A page with a chat, watched by raw CDP: Playwright's own view of a page does not survive the back/forward cache, and a
 * frozen page answers nobody.
 */
import type { BrowserContext, CDPSession, Page } from 'playwright-core';
import type { ConversationView } from '../../../widget/src/conversation/view.js';
import type { SessionStats } from '../../../widget/src/statistics.js';

/** Generous: it decides only how long a failing trial takes. */
const DEADLINE_MS = 60_000;
const LOOK_EVERY_MS = 25;

/** Finds by a selector through open shadow roots, which everything of the chat lies in. */
const DEEP = `const deep = (selector, root = document) => [...root.querySelectorAll('*')].flatMap((element) => [
  ...(element.matches(selector) ? [element] : []), ...(element.shadowRoot ? deep(selector, element.shadowRoot) : [])]);`;

export class WatchedPage {
  readonly page: Page;
  readonly #cdp: CDPSession;

  constructor(page: Page, cdp: CDPSession) {
    this.page = page;
    this.#cdp = cdp;
  }

  /** What the chat shows; undefined while the page has none. */
  view(): Promise<ConversationView | undefined> {
    return this.#chat<ConversationView>('chat.view');
  }

  stats(): Promise<SessionStats | undefined> {
    return this.#chat<SessionStats>('chat.stats');
  }

  async ask(text: string): Promise<void> {
    await this.until('it takes a question', async () => {
      const { openAnswer, connection } = (await this.view()) ?? {};
      return connection !== undefined && openAnswer === undefined ? true : undefined;
    });
    await this.#chat(`chat.ask(${JSON.stringify(text)})`);
  }

  /** Presses what is shown for another try of the last answer. */
  async retry(): Promise<void> {
    await this.until('a button for another try', async () =>
      (await this.evaluate(`(() => { ${DEEP}
        const button = deep('[part~=retry-button]').at(-1); button?.click(); return button !== undefined; })()`)) ===
      true
        ? true
        : undefined,
    );
  }

  /** The rendered last answer, as HTML: for comparing one rendering with another. */
  async rendered(): Promise<string> {
    return String(await this.evaluate(`(() => { ${DEEP} return deep('[part~=content]').at(-1)?.innerHTML ?? ''; })()`));
  }

  async until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    const deadline = Date.now() + DEADLINE_MS;
    for (;;) {
      const value = await look();
      if (value !== undefined) return value;
      if (Date.now() > deadline) {
        throw new Error(`not after ${DEADLINE_MS} ms: ${what}. The page shows ${brief(await this.view())}`);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  async evaluate(expression: string): Promise<unknown> {
    const { result } = await this.#cdp.send('Runtime.evaluate', { expression, returnByValue: true });
    return result.value;
  }

  async close(): Promise<void> {
    await this.#cdp.detach();
    await this.page.close();
  }

  async #chat<T>(expression: string): Promise<T | undefined> {
    // In the middle of a navigation there is no document to ask.
    const value = await this.evaluate(
      `(() => { const chat = document.querySelector('cable-chat');
      return chat === null || chat.view === undefined ? undefined : ${expression}; })()`,
    ).catch(() => undefined);
    return value as T | undefined;
  }
}

export async function watchPage(context: BrowserContext, url: string): Promise<WatchedPage> {
  const page = await context.newPage();
  await page.goto(url);
  return new WatchedPage(page, await context.newCDPSession(page));
}

/** The end of what a failing page shows; a thread of a hundred answers helps nobody. */
function brief(view: ConversationView | undefined): string {
  if (view === undefined) return 'no chat';
  const last = view.messages.slice(-2).map(({ role, status, text }) => ({ role, status, text: text.slice(-80) }));
  return JSON.stringify({ connection: view.connection, stalled: view.stalled, messages: view.messages.length, last });
}
