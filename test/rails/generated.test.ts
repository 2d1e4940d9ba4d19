/** The generated app by its own standards: its tests, its linter, its security scanner, its loader. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ensureChromedriver } from '../../scripts/chromedriver.mjs';
import { makeApp, type RailsApp, removeApp } from './support/app.js';
import { mustRun } from './support/commands.js';
import { say } from './support/say.js';

/** Every option that changes what is written, at least once. */
const KINDS: readonly (readonly string[])[] = [
  [],
  ['--rpc', 'grpc', '--provider', 'openai', '--auth', 'session'],
  ['--provider', 'anthropic', '--auth', 'jwt', '--cluster', 'redis'],
];

/** What Selenium drives a browser by. It would download one. */
const needsDriver = (await ensureChromedriver())
  ? {}
  : { skip: 'no `chromedriver` on PATH: on Debian, `apt-get install chromium-driver` to run it' };

for (const options of process.env['TEST_FULL'] ? KINDS : KINDS.slice(0, 1)) {
  describe(`the app of npm create ${options.join(' ')}`, () => {
    let app: RailsApp;
    before(async () => {
      app = await makeApp(options);
    });
    after(() => {
      if (app) removeApp(app);
    });

    const run = (command: string, ...args: string[]): Promise<string> =>
      mustRun(command, args, { cwd: app.folder, deadline: 600_000 });

    test('its tests pass', async () => {
      const output = await run('bin/rails', 'test');
      const [summary = '', runs = '0', , failures, errors] =
        /(\d+) runs, (\d+) assertions, (\d+) failures, (\d+) errors.*/.exec(output) ?? [];
      say(summary);
      assert.ok(Number(runs) > 100, output.slice(-2000));
      assert.deepEqual([failures, errors], ['0', '0']);
    });

    test('its system tests pass', needsDriver, async () => {
      const output = await run('bin/rails', 'test:system');
      const [summary = ''] = /\d+ runs, .*/.exec(output) ?? [];
      say(summary);
      assert.match(summary, /^[1-9]\d* runs, \d+ assertions, 0 failures, 0 errors/);
      // Only where nobody may chat without an account, and the app has none yet.
      assert.equal(summary.includes(' 0 skips'), !options.includes('session'));
    });

    test('RuboCop has nothing to say', async () => {
      assert.match(await run('bin/rubocop', '--no-server'), /no offenses detected/);
    });

    // Not bin/brakeman, which asks RubyGems whether there is a newer one. How old Ruby and Rails are is the user's affair.
    test('nor has Brakeman', async () => {
      await run('bundle', 'exec', 'brakeman', '--quiet', '--no-pager', '--no-progress', '--except', 'EOLRuby,EOLRails');
    });

    test('everything loads', async () => {
      await run('bin/rails', 'zeitwerk:check');
    });
  });
}
