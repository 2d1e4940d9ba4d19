/**
 * A process of our own that is stopped, continued, killed and started again. It hits nothing but what it started: signals
 * go to that process by its id, or with `group` to the process group that was made for it. It does not outlive us.
 *
 *     const server = await startProcess({ command: process.execPath, args: ['server.js'], ready: /listening on (\d+)/ });
 *     await server.hang();      // SIGSTOP: the port is open, and nobody is there
 *     server.wake();
 *     await server.kill();      // SIGKILL: no good-bye
 *     await server.start();     // as it was started before
 *     await server.stop();
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChaosError } from './errors.js';
import { guardAgainstOrphans } from './orphan-guard.js';
import { ProcessOutput } from './process-output.js';

export interface ProcessOptions {
  readonly command: string;
  readonly args?: readonly string[];
  /** Added to this process's own. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** A line of its output (stdout or stderr), or a port of 127.0.0.1 that takes connections. */
  readonly ready: RegExp | { readonly port: number };
  /** Milliseconds to get ready in; default 30 000. */
  readonly deadline?: number;
  /** Milliseconds to end in when asked politely, before it is killed; default 10 000. */
  readonly patience?: number;
  /** The command starts processes of its own, which shall share its fate; default: false. */
  readonly group?: boolean;
}

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Resolves when it is ready. @throws ChaosError `process`, with what it said */
export async function startProcess(options: ProcessOptions): Promise<ManagedProcess> {
  const managed = new ManagedProcess(options);
  await managed.start();
  return managed;
}

interface Running {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly ended: Promise<ProcessEnd>;
  end: ProcessEnd | undefined;
}

/** Between two looks at what tells nobody when it changes: a port, the state of a process. Milliseconds. */
const LOOK_EVERY = 10;

export class ManagedProcess {
  readonly #options: ProcessOptions;
  readonly #output = new ProcessOutput();
  #running: Running | undefined;
  #ready: RegExpExecArray | undefined;

  /** Use `startProcess`. */
  constructor(options: ProcessOptions) {
    this.#options = options;
  }

  /** Lines of its output, of all its lives; the last 2 000. */
  get log(): readonly string[] {
    return this.#output.lines;
  }

  /** @throws ChaosError `process` where it does not run */
  get pid(): number {
    return this.#alive().pid;
  }

  get isRunning(): boolean {
    return this.#running !== undefined && this.#running.end === undefined;
  }

  /** What the line of its readiness matched, such as its port; of its present life. */
  get ready(): RegExpExecArray {
    if (this.#ready === undefined) throw new ChaosError('process', 'no line of its output was to say that it is ready');
    return this.#ready;
  }

  /** Resolves with how its present, or last, life ended. */
  get ended(): Promise<ProcessEnd> {
    if (this.#running === undefined) throw new ChaosError('process', 'it was never started');
    return this.#running.ended;
  }

  /** Starts it as before, and resolves when it is ready. Does nothing while it runs. */
  async start(): Promise<void> {
    if (this.isRunning) return;
    const { ready, deadline = 30_000 } = this.#options;
    // Before anything can be said.
    const line = ready instanceof RegExp ? this.#output.next(ready) : undefined;
    const running = await this.#spawn();
    const ending = new AbortController();
    const dead = running.ended.then(({ code, signal }) => {
      throw this.#failure(`it ended (${signal ?? code}) before it was ready`);
    });
    const late = sleep(deadline, undefined, { signal: ending.signal }).then(() => {
      throw this.#failure(`it was not ready after ${deadline} ms`);
    });
    const isReady =
      line?.found.then((match) => (this.#ready = match)) ??
      this.#portOpens((ready as { port: number }).port, ending.signal);
    try {
      await Promise.race([isReady, dead, late]);
    } catch (error) {
      this.#signalIfAlive('SIGKILL');
      await running.ended;
      throw error;
    } finally {
      line?.forget();
      // Also ends the look at the port; whoever lost the race fails unheard.
      for (const loser of [isReady, dead, late]) loser.catch(() => {});
      ending.abort();
    }
  }

  /** SIGSTOP. Resolves when it really stands still. */
  async hang(): Promise<void> {
    this.#signal('SIGSTOP');
    const state = `/proc/${this.pid}/stat`;
    // Elsewhere than on Linux there is nothing to look at; the signal is not delivered much later.
    while (existsSync(state) && !/^\d+ \(.*\) [TtZX]/s.test(readFileSync(state, 'utf8'))) await sleep(1);
  }

  /** SIGCONT. */
  wake(): void {
    this.#signalIfAlive('SIGCONT');
  }

  /** SIGKILL. Resolves when it is gone. */
  async kill(): Promise<void> {
    if (this.#running === undefined) return;
    this.#signalIfAlive('SIGKILL');
    await this.#running.ended;
  }

  /** Stops it politely and starts it again; `between` runs while nobody is there. */
  async restart(between?: () => void | Promise<void>): Promise<void> {
    await this.stop();
    await between?.();
    await this.start();
  }

  /** SIGTERM, and SIGKILL when patience is at its end. Resolves when it is gone. Idempotent. */
  async stop(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    this.#signalIfAlive('SIGTERM');
    // What hangs hears nothing but that.
    this.#signalIfAlive('SIGCONT');
    const patience = setTimeout(() => this.#signalIfAlive('SIGKILL'), this.#options.patience ?? 10_000);
    await running.ended;
    clearTimeout(patience);
  }

  /** Resolves with the match of the next line of its output that does. Rejects when it ends before. */
  async said(pattern: RegExp): Promise<RegExpExecArray> {
    const line = this.#output.next(pattern);
    try {
      const end = this.ended.then(({ code, signal }) => {
        throw this.#failure(`it ended (${signal ?? code}) and never said ${pattern}`);
      });
      return await Promise.race([line.found, end]);
    } finally {
      line.forget();
    }
  }

  async #spawn(): Promise<Running> {
    const { command, args = [], env, cwd, group = false } = this.#options;
    const child = spawn(command, args, {
      env: { ...process.env, ...env },
      cwd,
      detached: group,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error) =>
        reject(new ChaosError('process', `${command} cannot be started: ${error.message}`, { cause: error })),
      );
    });
    const endGuard = guardAgainstOrphans(child.pid ?? 0, group);
    // `close`, not `exit`: all that it said has been read by then.
    const running: Running = {
      child,
      pid: child.pid ?? 0,
      end: undefined,
      ended: new Promise((resolve) => {
        child.once('exit', (code, signal) => {
          running.end = { code, signal };
          // Others of its group may hold its output open, and outlive it otherwise.
          if (group) signalGroup(running.pid, 'SIGKILL');
          endGuard();
        });
        child.once('close', (code, signal) => resolve({ code, signal }));
      }),
    };
    this.#running = running;
    for (const stream of [child.stdout, child.stderr]) this.#output.read(stream);
    return running;
  }

  async #portOpens(port: number, signal: AbortSignal): Promise<void> {
    while (!(await takesConnections(port))) await sleep(LOOK_EVERY, undefined, { signal });
  }

  #alive(): Running {
    if (this.#running === undefined || this.#running.end !== undefined) {
      throw new ChaosError('process', `${this.#options.command} does not run`);
    }
    return this.#running;
  }

  #signal(signal: NodeJS.Signals): void {
    const { child, pid } = this.#alive();
    if (this.#options.group === true) signalGroup(pid, signal);
    else child.kill(signal);
  }

  #signalIfAlive(signal: NodeJS.Signals): void {
    if (this.isRunning) this.#signal(signal);
  }

  #failure(what: string): ChaosError {
    const { command, args = [] } = this.#options;
    return new ChaosError(
      'process',
      `${[command, ...args].join(' ')}: ${what}. It said:\n${this.log.slice(-30).join('\n')}`,
    );
  }
}

function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    // Nobody of the group is left.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
