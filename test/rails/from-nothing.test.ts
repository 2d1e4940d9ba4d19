/**
 * From nothing to an answer in a browser: `npm create` from the packed tarball, then the commands that it printed and
 * nothing else. No key, one terminal. How long it takes is printed; the gems are in the tests' cache already.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { railsEnvironment } from '../../scripts/rails.mjs';
import { freePorts } from '../support/anycable/ports.js';
import { type ManagedProcess, startProcess } from '../support/chaos/index.js';
import { openChat, startBrowser, until } from '../support/page.js';
import { keptApp, npmCreate, packCreateApp } from './support/app.js';
import { say } from './support/say.js';

let browser: Browser;
let folder: string;
let tarball: string;
let running: ManagedProcess | undefined;

before(async () => {
  // Brings the gems, where this is the first app of all.
  await keptApp([]);
  browser = await startBrowser();
  folder = mkdtempSync(join(tmpdir(), 'cable-chat-from-nothing-'));
  tarball = await packCreateApp(folder);
});
after(async () => {
  await browser?.close();
  await running?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

test('npm create, the printed commands, and an answer streams in Chromium', async () => {
  const started = performance.now();
  const commands = await npmCreate(tarball, folder, []);
  const created = performance.now();
  assert.ok(commands.length <= 3, commands.join('\n'));

  const [http = 0, puma = 0, broadcast = 0] = await freePorts(3);
  running = await startProcess({
    command: 'sh',
    args: ['-ec', commands.join('\n')],
    cwd: folder,
    // The only thing that the commands leave open: which ports are free.
    env: {
      ...railsEnvironment(),
      HTTP_PORT: String(http),
      TARGET_PORT: String(puma),
      ANYCABLE_HTTP_BROADCAST_PORT: String(broadcast),
    },
    ready: { port: http },
    deadline: 120_000,
    group: true,
  });
  const url = `http://127.0.0.1:${http}/`;
  // The proxy is there before puma is.
  await until(
    async () => ((await fetch(url)).ok ? true : undefined),
    async () => running?.log.slice(-40).join('\n') ?? '',
  );
  const booted = performance.now();

  const chat = await openChat(browser, url);
  await chat.ask('Hello!');
  await chat.streaming(0, '');
  const streaming = performance.now();
  const { status, text } = await chat.answer(0);
  assert.equal(status, 'complete');
  assert.ok(text.length > 0);
  assert.deepEqual(chat.complaints, []);
  await chat.close();

  const seconds = (from: number, to: number): string => `${((to - from) / 1000).toFixed(1)} s`;
  say(
    `from nothing to an answer that streams: ${seconds(started, streaming)} (npm create ${seconds(started, created)}, ` +
      `prepared and booted ${seconds(created, booted)}, page and first words ${seconds(booted, streaming)})`,
  );
});
