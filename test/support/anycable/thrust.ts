/** One process of the AnyCable server. Knows how it is started, how it says that it is ready, and how it ends. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { AnyCableError } from './errors.js';

export interface Thrust {
  readonly pid: number;
  /** Resolves when the process has ended, in whatever way. */
  readonly ended: Promise<void>;
  /**
   * Ends it as a deployment does: clients are told `server_restart`. The process ends as soon as the one that it wraps
   * does, which may be before that is sent: who needs to see it says `until` when.
   */
  stop(until?: Promise<unknown>): Promise<void>;
  /** SIGKILL: nobody is told anything. */
  kill(): Promise<void>;
}

/** Milliseconds until it is ready. It takes about 100; more only delays what fails anyway. */
const START_DEADLINE = 15_000;
/** Milliseconds that a graceful end may take; then it is killed. */
const STOP_DEADLINE = 10_000;

/** What they print who are ready: the server, and the process that it wraps, which a signal would end before that. */
const SERVER = '"Server started"';
const WRAPPED = 'wrapped process started';
/** And when it is told to end, after its goodbyes are on their way. */
const ENDING = '"Relaying signal';

/**
 * Starts the executable and waits until it accepts connections.
 *
 * `thrust` insists on wrapping another process, and ends when that one does. Here it is `cat`, which ends with its
 * standard input, a pipe from this process, and not with the signal that is passed on to it. So the server cannot
 * outlive us, not even if we are killed, and it ends when we say.
 *
 * @param port on 127.0.0.1, that it listens on besides
 * @param log called with every line that it logs (JSON)
 * @throws AnyCableError `not_started`
 */
export async function startThrust(
  executable: string,
  environment: Readonly<Record<string, string>>,
  port: number,
  log: (line: string) => void,
): Promise<Thrust> {
  const child = spawn(executable, ['sh', '-c', `trap '' TERM; echo '${WRAPPED}'; exec cat`], {
    // Not our whole environment: ANYCABLE_* of a developer's shell would configure this server as well.
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // A write to a process that has just ended says EPIPE; that it ended is told by `ended`.
  child.stdin.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  let goodbye = (): void => undefined;
  const saidGoodbye = new Promise<void>((resolve) => (goodbye = resolve));
  await ready(child, port, (line) => {
    if (line.includes(ENDING)) goodbye();
    log(line);
  });
  const { pid } = child;
  if (pid === undefined) throw new AnyCableError('not_started', `${executable} has no process`);
  const end = async (signal: NodeJS.Signals, until?: Promise<unknown>): Promise<void> => {
    child.kill(signal);
    const deadline = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE);
    await Promise.race([until, ended]);
    child.stdin.end();
    await ended;
    clearTimeout(deadline);
  };
  return {
    pid,
    ended,
    stop: (until = saidGoodbye) => end('SIGTERM', until),
    kill: () => end('SIGKILL'),
  };
}

async function ready(child: ChildProcess, port: number, log: (line: string) => void): Promise<void> {
  const lines: string[] = [];
  const missing = new Set([SERVER, WRAPPED]);
  const started = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        if (line !== WRAPPED) log(line);
        for (const text of missing) if (line.includes(text)) missing.delete(text);
        if (missing.size === 0) resolve();
      });
    }
  });
  const cancel = new AbortController();
  const { signal } = cancel;
  const failed = Promise.race([
    once(child, 'error', { signal }).then(([error]) => String(error)),
    once(child, 'close', { signal }).then(([code, by]) => `it ended (${code ?? by})`),
    new Promise<string>((resolve) => {
      const timer = setTimeout(() => resolve(`it was not ready after ${START_DEADLINE} ms`), START_DEADLINE);
      signal.addEventListener('abort', () => clearTimeout(timer));
    }),
  ]);
  // Abandoned when the server is there: its rejection is our own abort.
  failed.catch(() => undefined);
  // The broadcast endpoint says nothing when it listens: only that it is going to.
  const isReady = started.then(() => accepts(port, signal));
  const why = await Promise.race([isReady, failed]);
  cancel.abort();
  if (why === undefined) return;
  child.kill('SIGKILL');
  child.stdin?.end();
  throw new AnyCableError('not_started', `The AnyCable server did not start: ${why}. Its log:\n${lines.join('\n')}`);
}

/** Resolves when something listens there, or the signal says that it does not matter any more. */
async function accepts(port: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (isOpen) return;
    await pause(5);
  }
}
