/** A page of the bench, talked to by raw CDP, because Playwright's own way into a page does not survive its cache. */
import type { CDPSession } from 'playwright-core';
import type { LivelyBrowser } from '../../support/chaos/browser.js';
import { openPageFaults } from '../../support/chaos/page-faults.js';
import type { PageFaults } from '../../support/chaos/page-faults.js';
import type { Bench } from './page/main.js';

type Method = keyof Bench;

export class Tab {
  /** What can be done to the page. */
  readonly faults: PageFaults;
  readonly #cdp: CDPSession;

  private constructor(faults: PageFaults, cdp: CDPSession) {
    this.faults = faults;
    this.#cdp = cdp;
  }

  /** In front, in a browser that has no other at work: what is behind is slowed down. */
  static async open({ context }: LivelyBrowser, url: string): Promise<Tab> {
    const page = await context.newPage();
    try {
      await page.goto(url);
      return new Tab(await openPageFaults(page), await context.newCDPSession(page));
    } catch (error) {
      await page.close();
      throw error;
    }
  }

  /** Calls a method of the page's `bench`. Throws what it throws. */
  async call<M extends Method>(method: M, ...args: Parameters<Bench[M]>): Promise<Awaited<ReturnType<Bench[M]>>> {
    const expression = `bench.${method}(${args.map((arg) => JSON.stringify(arg)).join(', ')})`;
    const { result, exceptionDetails } = await this.#cdp.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined) {
      throw new Error(`${expression}: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
    }
    return result.value as Awaited<ReturnType<Bench[M]>>;
  }

  async close(): Promise<void> {
    await this.faults.page.close();
  }
}
