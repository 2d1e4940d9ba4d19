import { fileURLToPath } from 'node:url';
import { esbuildPlugin } from '@web/dev-server-esbuild';
import { defaultReporter } from '@web/test-runner';
import { chromeLauncher } from '@web/test-runner-chrome';
import { chromiumFlags, findChromium } from './scripts/chromium.mjs';
import { webTestRunnerReporter } from './test/support/reporter-browser.mjs';

const executablePath = findChromium();

/** @type {import('@web/test-runner').TestRunnerConfig} */
export default {
  rootDir: fileURLToPath(new URL('.', import.meta.url)),
  hostname: '127.0.0.1',
  files: 'test/browser/**/*.test.ts',
  // `development` would be Lit's development build, which warns and is not what ships.
  nodeResolve: { browser: true, exportConditions: ['production'] },
  plugins: [
    esbuildPlugin({
      ts: true,
      target: 'es2022',
      tsconfig: fileURLToPath(new URL('tsconfig.base.json', import.meta.url)),
    }),
  ],
  browsers: [
    chromeLauncher({
      launchOptions: { ...(executablePath === undefined ? {} : { executablePath }), args: chromiumFlags },
      // Now and then a new tab stays behind the one before: without frames, and without focus events.
      createPage: async ({ context }) => {
        const page = await context.newPage();
        await page.bringToFront();
        const devtools = await page.createCDPSession();
        await devtools.send('Emulation.setFocusEmulationEnabled', { enabled: true });
        return page;
      },
    }),
  ],
  // A page in a background tab gets no animation frames, and its tests would wait for them until the deadline.
  concurrency: 1,
  testFramework: { config: { timeout: 60_000 } },
  // A page that never reports back is a failure, not a hang.
  testsStartTimeout: 60_000,
  testsFinishTimeout: 180_000,
  reporters: [defaultReporter({ reportTestResults: true, reportTestProgress: false }), webTestRunnerReporter()],
  // A seed from the environment reaches the page as a global; see test/support/reporter-browser.mjs.
  testRunnerHtml: (framework) => `<!doctype html>
<html lang="en">
  <head><title>Tests</title></head>
  <body>
    <script>globalThis.SEED = ${JSON.stringify(process.env['SEED'] ?? '')};</script>
    <script type="module" src="${framework}"></script>
  </body>
</html>`,
};
