/** Starts the server from the environment (and `.env`, where there is one), and stops it on a signal. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { CableError } from './cable/index.js';
import { ChatError } from './chat/index.js';
import { ConfigError, readConfig } from './config.js';
import type { Config } from './config.js';
import { ListenError } from './listen.js';
import { createLogger } from './logger.js';
import { DEFAULT_BASE_URL, DEFAULT_MODEL, ProviderConfigurationError } from './providers/index.js';
import type { RunningServer } from './server.js';
import { superviseServer } from './supervisor.js';
import type { Supervisor } from './supervisor.js';

/** How long answers under way may go on after a signal. */
const DRAIN_MS = 2_000;
/** After that long something hangs, and the process ends without it. What was persisted is safe. */
const GIVE_UP_MS = 10_000;
/** One Ctrl+C reaches us several times: from the terminal, and passed on by npm and tsx. Only a later one is meant. */
const SAME_SIGNAL_MS = 500;

try {
  // What is set outside has precedence.
  if (existsSync('.env')) process.loadEnvFile('.env');
  const config = readConfig(process.env);
  const logger = createLogger(config.logLevel, (line) => process.stderr.write(`${line}\n`));
  const supervisor = await superviseServer({ config, logger }, (error) => {
    process.stderr.write(`The server could not be restarted. ${explain(error)}\n`);
    process.exit(1);
  });
  stopOnSignals(supervisor);
  announce(supervisor.server, config);
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
}

function announce({ url }: RunningServer, { openai, databasePath, lab }: Config): void {
  const model =
    openai === undefined
      ? 'the built-in demo model. For a real one set OPENAI_API_KEY (and OPENAI_BASE_URL, OPENAI_MODEL).'
      : `${openai.model ?? DEFAULT_MODEL} at ${withoutQuery(openai.baseURL ?? DEFAULT_BASE_URL)}.`;
  process.stdout.write(
    [
      `cable-chat is ready: ${url}`,
      `Answers come from ${model}`,
      `Conversations are kept in ${resolve(databasePath)}.`,
      ...(lab ? ['The fault lab is on (LAB): whoever opens the page can restart this server.'] : []),
      '',
    ].join('\n'),
  );
}

/** Some gateways want a key there. */
function withoutQuery(address: string): string {
  return address.replace(/[?#].*$/, '');
}

/** What went wrong in words for whoever starts the server; the stack only where nobody foresaw it. */
function explain(error: unknown): string {
  if (error instanceof ConfigError) return `The environment has mistakes:\n  ${error.problems.join('\n  ')}`;
  if (
    error instanceof ListenError ||
    error instanceof ChatError ||
    error instanceof CableError ||
    error instanceof ProviderConfigurationError
  ) {
    return error.message;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function stopOnSignals(supervisor: Supervisor): void {
  let firstAt: number | undefined;
  const stop = (signal: NodeJS.Signals): void => {
    if (firstAt !== undefined) {
      if (performance.now() - firstAt > SAME_SIGNAL_MS) process.exit(signal === 'SIGINT' ? 130 : 143);
      return;
    }
    firstAt = performance.now();
    setTimeout(() => {
      process.stderr.write(`Not everything could be stopped within ${GIVE_UP_MS / 1_000} s; ending anyway.\n`);
      process.exit(1);
    }, GIVE_UP_MS).unref();
    supervisor.close({ drainMs: DRAIN_MS }).then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`Stopping failed: ${explain(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}
