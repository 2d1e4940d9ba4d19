/** The one browser of all tests: which it is, and how it is started. */
import { chromium, type Browser, type LaunchOptions } from 'playwright-core';
import { chromiumFlags, ensureChromium } from '../../scripts/chromium.mjs';

/**
 * Starts a headless Chromium with a fresh profile. The caller closes it.
 * @param options added to Playwright's own; `args` are added to the flags that every test has
 * @throws Error with the one command to run, where there is no Chromium and none can be installed
 */
export async function launchChromium(options: LaunchOptions = {}): Promise<Browser> {
  return chromium.launch({
    ...options,
    executablePath: await ensureChromium(),
    args: [...chromiumFlags, ...(options.args ?? [])],
  });
}
