/**
 * What happens to a page in a user's hands, by raw CDP. The page must be of a `launchLivelyBrowser`: elsewhere it stays
 * visible, awake and uncached, and freezing it is refused instead of doing nothing.
 *
 * Every fault that lasts returns how to end it, and that resolves when it has ended.
 */
import type { CDPSession, Page } from 'playwright-core';
import { ChaosError } from '../../../create-app/src/chaos/errors.js';

export type AsyncLift = () => Promise<void>;

/** Offsets `Date` by `skew` milliseconds; `performance.now()` and timers run on, as with a clock that is set wrong. */
const SKEW = `(skew) => {
  const Real = globalThis.__realDate ?? Date;
  globalThis.__realDate = Real;
  globalThis.Date = new Proxy(Real, {
    construct: (target, args, self) =>
      Reflect.construct(target, args.length === 0 ? [Real.now() + skew] : args, self === globalThis.Date ? Real : self),
    apply: () => new Real(Real.now() + skew).toString(),
    get: (target, name, self) => name === 'now' ? () => Real.now() + skew : Reflect.get(target, name),
  });
}`;

const LOOK_EVERY = 10;
/** What the protocol says while one document takes the place of another. */
const BETWEEN_PAGES =
  /Not attached to an active page|context (was destroyed|not found)|default execution context|target navigated/;

export interface PageFaultsOptions {
  /** Milliseconds after which the browser has not done as it was told; default 15 000. */
  readonly deadline?: number;
}

/** @param page in front, and with a document: faults are about documents, not about `about:blank` */
export async function openPageFaults(page: Page, { deadline = 15_000 }: PageFaultsOptions = {}): Promise<PageFaults> {
  return new PageFaults(page, await page.context().newCDPSession(page), deadline);
}

export class PageFaults {
  readonly page: Page;
  readonly #cdp: CDPSession;
  readonly #deadline: number;
  #skewScript: string | undefined;

  /** Use `openPageFaults`. */
  constructor(page: Page, cdp: CDPSession, deadline: number) {
    this.page = page;
    this.#cdp = cdp;
    this.#deadline = deadline;
  }

  /** Another tab is in front. */
  async hide(): Promise<AsyncLift> {
    const cover = await this.page.context().newPage();
    try {
      await cover.bringToFront();
      await this.#until('hidden', `document.visibilityState === 'hidden'`);
    } catch (error) {
      await cover.close();
      throw error;
    }
    return once(async () => {
      await this.#toFront();
      await cover.close();
    });
  }

  /**
   * Hidden, and its timers and tasks stopped, as a browser does it with tabs in the background. Chromium closes the sockets
   * of a frozen page when it is resumed. Afterwards it is in front again.
   * @throws ChaosError `page` where the browser keeps the page awake
   */
  async freeze(): Promise<AsyncLift> {
    // Chromium hides a page to freeze it, but does not show it again: what was hidden by another tab comes back.
    const show = await this.hide();
    try {
      await this.#evaluate(
        `(document.addEventListener('freeze', () => { globalThis.__frozen = true; }, { once: true }), globalThis.__frozen = false)`,
      );
      await this.#cdp.send('Page.setWebLifecycleState', { state: 'frozen' });
      await this.#until('frozen', `globalThis.__frozen === true`);
    } catch (error) {
      await show();
      throw error;
    }
    return once(async () => {
      await this.#cdp.send('Page.setWebLifecycleState', { state: 'active' });
      await show();
    });
  }

  /**
   * Leaves for another page; the way back is the back button. @param url where to; default: `about:blank`
   * @returns the way back; `persisted`: whether the page came out of the back/forward cache, alive
   */
  async leave(url = 'about:blank'): Promise<() => Promise<{ readonly persisted: boolean }>> {
    // Whatever the page itself listens to: a document that was rebuilt has not got this.
    await this.#evaluate(`(globalThis.__left = true, 0)`);
    const { currentIndex, entries } = await this.#cdp.send('Page.getNavigationHistory');
    const here = entries[currentIndex];
    if (here === undefined) throw new ChaosError('page', 'the page has no history to come back by');
    await this.#navigates(() => this.#cdp.send('Page.navigate', { url }));
    // Our session changes to the new page a moment after Playwright's own has told of it.
    await this.#until('away', `globalThis.__left !== true && document.readyState === 'complete'`);
    return async () => {
      // Not `page.goBack()`, which waits for a `load` event that a cached page has no second time.
      await this.#navigates(() => this.#cdp.send('Page.navigateToHistoryEntry', { entryId: here.id }));
      await this.#until('shown again', `document.readyState === 'complete' && document.visibilityState === 'visible'`);
      return { persisted: (await this.#evaluate('globalThis.__left === true')) === true };
    };
  }

  async reload(): Promise<void> {
    await this.page.reload();
  }

  /** `offline`, and lifted `online`, events and `navigator.onLine`. Open sockets are not cut by it. */
  async offline(): Promise<AsyncLift> {
    await this.#setOffline(true);
    return once(() => this.#setOffline(false));
  }

  /** The same address in another tab of the same profile; once it has loaded, behind this one. The caller closes it. */
  async openSecondTab(): Promise<Page> {
    const second = await this.page.context().newPage();
    await second.goto(this.page.url());
    await this.#toFront();
    return second;
  }

  /** The page's `Date` goes wrong by so many milliseconds, now and in documents to come. Lifted, it is right again. */
  async skewClock(ms: number): Promise<AsyncLift> {
    await this.#setSkew(ms);
    return once(() => this.#setSkew(0));
  }

  /** Ends the CDP session; the page stays. */
  async close(): Promise<void> {
    await this.#cdp.detach().catch((error: unknown) => {
      if (!this.page.isClosed()) throw error;
    });
  }

  async #setSkew(ms: number): Promise<void> {
    const previous = this.#skewScript;
    this.#skewScript = undefined;
    if (previous !== undefined) {
      await this.#cdp.send('Page.removeScriptToEvaluateOnNewDocument', { identifier: previous });
    }
    const script = `(${SKEW})(${ms})`;
    if (ms !== 0) {
      await this.#cdp.send('Page.enable');
      const { identifier } = await this.#cdp.send('Page.addScriptToEvaluateOnNewDocument', { source: script });
      this.#skewScript = identifier;
    }
    await this.#evaluate(`(${script}, 0)`);
  }

  async #setOffline(offline: boolean): Promise<void> {
    await this.#cdp.send('Network.enable');
    await this.#cdp.send('Network.emulateNetworkConditions', {
      offline,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: -1,
    });
    await this.#until(offline ? 'offline' : 'online', `navigator.onLine === ${!offline}`);
  }

  async #toFront(): Promise<void> {
    await this.page.bringToFront();
    await this.#until('visible', `document.visibilityState === 'visible'`);
  }

  async #navigates(navigate: () => Promise<unknown>): Promise<void> {
    const arrived = this.page.waitForEvent('framenavigated', {
      predicate: (frame) => frame === this.page.mainFrame(),
      timeout: this.#deadline,
    });
    await Promise.all([arrived, navigate()]);
  }

  /** Raw, because Playwright's own contexts do not survive the back/forward cache. */
  async #evaluate(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = await this.#cdp.send('Runtime.evaluate', { expression, returnByValue: true });
    if (exceptionDetails !== undefined) throw new ChaosError('page', `in the page: ${exceptionDetails.text}`);
    return result.value;
  }

  /** The states of a page tell nobody outside when they change. */
  async #until(state: string, expression: string): Promise<void> {
    const deadline = Date.now() + this.#deadline;
    const isSo = async (): Promise<boolean> => {
      try {
        return (await this.#evaluate(expression)) === true;
      } catch (error) {
        if (BETWEEN_PAGES.test(String(error))) return false;
        throw error;
      }
    };
    while (!(await isSo())) {
      if (Date.now() > deadline) {
        throw new ChaosError(
          'page',
          `the page is not ${state} after ${this.#deadline} ms. Is its browser of launchLivelyBrowser, and the page in front?`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
    }
  }
}

function once(lift: AsyncLift): AsyncLift {
  let lifting: Promise<void> | undefined;
  return () => (lifting ??= lift());
}
