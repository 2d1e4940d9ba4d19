/**
 * The whole of it as a Rails developer has it, under the chaos kit: a real Chromium, the chaos proxy, the real AnyCable
 * server, a real Rails with puma, its jobs in a process of their own, and a stand-in for OpenAI.
 */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { chromiumFlags, ensureChromium } from '../../scripts/chromium.mjs';
import { dealFaults, type Fault, lineFaults, pageFaults, processFaults, pause } from '../e2e/chaos/faults.js';
import { namesOf, runTrial, type TrialReport } from '../e2e/chaos/trial.js';
import { type WatchedPage, watchPage } from '../e2e/chaos/watched-page.js';
import { launchLivelyBrowser, openPageFaults, startChaosProxy } from '../support/chaos/index.js';
import { startOpenAIServer } from '../support/openai-server.js';
import { randomFrom, seed } from '../support/seed.js';
import { makeApp, removeApp } from './support/app.js';
import { type RailsHost, startRailsApp, workerOf } from './support/host.js';
import { say } from './support/say.js';

export interface RailsTrials {
  readonly trials: number;
  /** Pieces of each answer. */
  readonly chunks: number;
  readonly faultsATrial: number;
  readonly rpc: 'http' | 'grpc';
}

/** So short that tokens run out in the middle of answers, in seconds. */
const TOKEN_TTL = 3;

const SETTINGS = `
# All trials are one visitor's.
config.asks_per_minute = 10_000
# Longer than a process hangs here, and short for who waits until a dead job is noticed.
config.lease = 6
# Every piece is a broadcast of its own.
config.coalesce_bytes = 1
# Pages are told of an hour, so that it is AnyCable who says that a token has expired.
AnyCable::JWT.singleton_class.prepend(Module.new { def encode(payload, **) = super(payload, ttl: ${TOKEN_TTL}) })
`;

/** What the real servers said while the trials ran, as a proof that they were put through what they were meant to be. */
const SAID = {
  chunks: /"type":"chunk"/,
  'histories refused': /"type":"reject_history"/,
  'histories replayed': /"type":"confirm_history"/,
  'tokens expired': /"reason":"token_expired"/,
  'sessions restored': /"restored":true/,
};

export async function runRailsTrials({ trials, chunks, faultsATrial, rpc }: RailsTrials): Promise<void> {
  say(`SEED=${seed}`);
  // What was started last is stopped first, also when starting fails in the middle.
  const stops: (() => unknown)[] = [];
  try {
    const endpoint = await startOpenAIServer();
    stops.push(() => endpoint.stop());
    // Once with tokens, once with cookies.
    const app = await makeApp(['--provider', 'openai', ...(rpc === 'grpc' ? ['--rpc', 'grpc'] : ['--auth', 'jwt'])]);
    stops.push(() => removeApp(app));
    const host = await startRailsApp({
      app,
      rpc,
      settings: SETTINGS,
      env: {
        OPENAI_BASE_URL: endpoint.baseURL,
        OPENAI_MODEL: 'gpt-test',
        // So small that what is said during a drop overruns it.
        ANYCABLE_HISTORY_LIMIT: '10',
      },
    });
    stops.push(() => host.stop());
    const proxy = await startChaosProxy({ target: host.url, harm: 'websocket', compression: 'refuse', seed });
    stops.push(() => proxy.stop());
    const browser = await launchLivelyBrowser({ executablePath: await ensureChromium(), flags: chromiumFlags });
    stops.push(() => browser.close());
    const watched = await watchPage(browser.context, proxy.url);
    const faults = await openPageFaults(watched.page);
    const said = countFrames(watched.page);

    const random = randomFrom(seed);
    const menu = [
      ...lineFaults(proxy),
      ...pageFaults(faults),
      ...railsFaults(host),
      ...(rpc === 'http' ? [expiredToken(host, watched, said)] : []),
    ];
    const reports: TrialReport[] = [];
    for (const [trial, chosen] of dealFaults(menu, { trials, each: faultsATrial, random }).entries()) {
      try {
        reports.push(await runTrial({ watched, faults, endpoint }, { chunks, faults: chosen, random }));
        say(
          `${trial}: ${namesOf(chosen)}${reports.at(-1)?.interrupted ? ' (interrupted, exact after its retry)' : ''}`,
        );
      } catch (error) {
        throw new Error(
          `trial ${trial} (${namesOf(chosen)}), SEED=${seed}: ${(error as Error).message}\n${lastWords(host)}`,
          { cause: error },
        );
      }
    }
    const interrupted = reports.filter((report) => report.interrupted).length;
    const killed = reports.filter(({ faults: suffered }) => suffered.some(({ endsTheJob }) => endsTheJob)).length;
    say(`${reports.length} answers exact, ${interrupted} interrupted first, in ${killed} trials that ended the job`);
    say([...said].map(([what, count]) => `${count} ${what}`).join(', '));
    assert.equal(reports.length, trials);
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

function railsFaults({ anycable, puma, jobs, rpc }: RailsHost): Fault[] {
  return [
    ...processFaults('AnyCable', anycable),
    ...processFaults('puma', puma),
    ...processFaults('the job process', jobs, { writesAnswers: true }),
    ...(rpc === undefined ? [] : processFaults('the RPC server', rpc)),
    {
      // By the kernel, for its memory: the supervisor lives on.
      name: 'a worker is killed',
      endsTheJob: true,
      happen: async () => {
        const next = jobs.said(/^worker \d+ is ready$/);
        process.kill(workerOf(jobs), 'SIGKILL');
        await next;
      },
    },
  ];
}

/** A session that AnyCable restores is not asked for its token: so the sessions end as well, with the server's memory. */
function expiredToken({ anycable }: RailsHost, watched: WatchedPage, said: ReadonlyMap<string, number>): Fault {
  return {
    name: 'token expired',
    happen: async () => {
      await pause(TOKEN_TTL * 1_000);
      const before = said.get('tokens expired');
      await anycable.kill();
      await anycable.start();
      await watched.until(
        'word that the token has expired',
        async () => said.get('tokens expired') !== before || undefined,
      );
    },
  };
}

function countFrames(page: Page): ReadonlyMap<string, number> {
  const counts = new Map(Object.keys(SAID).map((what) => [what, 0]));
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => {
      for (const [what, pattern] of Object.entries(SAID)) {
        if (pattern.test(String(payload))) counts.set(what, (counts.get(what) ?? 0) + 1);
      }
    }),
  );
  return counts;
}

function lastWords({ anycable, puma, jobs }: RailsHost): string {
  return Object.entries({ anycable, puma, jobs })
    .map(([name, { log }]) => `── ${name}\n${log.slice(-20).join('\n')}`)
    .join('\n');
}
