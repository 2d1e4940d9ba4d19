/** The app as it is deployed: RAILS_ENV=production, code loaded ahead, assets with digests, HTTPS ended before it. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { openChat, startBrowser } from '../support/page.js';
import { makeApp, type RailsApp, removeApp } from './support/app.js';
import { mustRun, runCommand } from './support/commands.js';
import { type RailsHost, startRailsApp } from './support/host.js';

const secrets = {
  RAILS_ENV: 'production',
  SECRET_KEY_BASE: randomBytes(32).toString('hex'),
  ANYCABLE_SECRET: randomBytes(16).toString('hex'),
  // There is no HTTPS on this machine.
  FORCE_SSL: 'false',
};

let browser: Browser;
let app: RailsApp;
let host: RailsHost | undefined;

before(async () => {
  browser = await startBrowser();
  app = await makeApp();
  await mustRun('bin/rails', ['db:prepare', 'assets:precompile'], { cwd: app.folder, env: secrets });
});
after(async () => {
  await browser?.close();
  await host?.stop();
  if (app) removeApp(app);
});

test('without its secrets it does not start, and says which', async () => {
  for (const [name, message] of [
    ['ANYCABLE_SECRET', /ANYCABLE_SECRET is not set/],
    ['SECRET_KEY_BASE', /secret_key_base/],
  ] as const) {
    const env = { ...secrets, [name]: undefined };
    const { code, output } = await runCommand('sh', ['-c', 'rm -f config/master.key; bin/rails runner 1'], {
      cwd: app.folder,
      env,
    });
    assert.notEqual(code, 0);
    assert.match(output, message);
  }
});

test('an answer streams, and is there after a reload', async () => {
  host = await startRailsApp({ app, env: secrets });
  const chat = await openChat(browser, host.url);
  await chat.ask('Hello!');
  const { status, text } = await chat.answer(0);
  assert.equal(status, 'complete');
  await chat.page.reload();
  assert.equal((await chat.answer(0)).text, text);
  assert.deepEqual(chat.complaints, []);
  const log = [...host.puma.log, ...host.jobs.log, ...host.anycable.log].join('\n');
  assert.ok(log.length > 0);
  for (const secret of ['Hello!', secrets.SECRET_KEY_BASE, secrets.ANYCABLE_SECRET])
    assert.ok(!log.includes(secret), secret);
  await chat.close();
});
