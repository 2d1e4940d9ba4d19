/**
 * A Chromium in which pages have the life that they have for users.
 *
 * Playwright's own launch takes it from them: `--disable-back-forward-cache`, and focus emulation in every page, which
 * keeps hidden pages visible, so that none can be frozen. So the browser is started by hand, and Playwright connected to
 * it without its defaults. That holds for its one, first profile: contexts made by `newContext()` are emulated again.
 * Another visitor is another browser.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext } from 'playwright-core';
import { ChaosError } from '../../../create-app/src/chaos/errors.js';
import { startProcess } from '../../../create-app/src/chaos/managed-process.js';

export interface LivelyBrowser {
  readonly browser: Browser;
  /** The profile in which pages can be hidden, frozen and cached. */
  readonly context: BrowserContext;
  /** Ends the browser and deletes its profile. Idempotent. */
  close(): Promise<void>;
}

export interface LivelyBrowserOptions {
  readonly executablePath: string;
  /** Added to what it needs; default: `--headless`. */
  readonly flags?: readonly string[];
}

/** Needs the package playwright-core. @throws ChaosError `process` where the browser does not start */
export async function launchLivelyBrowser(options: LivelyBrowserOptions): Promise<LivelyBrowser> {
  const { executablePath, flags = ['--headless'] } = options;
  const profile = await mkdtemp(join(tmpdir(), 'cable-chat-browser-'));
  const removeProfile = (): Promise<void> => rm(profile, { recursive: true, force: true, maxRetries: 10 });
  let started;
  try {
    started = await startProcess({
      command: executablePath,
      args: [
        ...flags,
        '--remote-debugging-port=0',
        `--user-data-dir=${profile}`,
        '--no-default-browser-check',
        'about:blank',
      ],
      ready: /^DevTools listening on (ws:\/\/\S+)/,
      group: true,
    });
  } catch (error) {
    await removeProfile();
    throw error;
  }
  const chromium = started;
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await chromium.stop();
    await removeProfile();
  };
  try {
    const playwright = await import('playwright-core');
    const browser = await playwright.chromium.connectOverCDP(chromium.ready[1] ?? '', { noDefaults: true });
    const [context] = browser.contexts();
    if (context === undefined) throw new ChaosError('page', 'the browser has no profile to open pages in');
    return { browser, context, close: () => (closing ??= close()) };
  } catch (error) {
    await close();
    throw error;
  }
}
