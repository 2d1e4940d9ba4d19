import { spawn } from 'node:child_process';

/** How a program ended. `missing`: there is no such program on PATH. */
export type Outcome =
  | { readonly kind: 'missing' }
  /** `output` is the end of what it wrote to stdout and stderr; a signal counts as the code that shells give it. */
  | { readonly kind: 'ended'; readonly code: number; readonly output: string };

export interface RunOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Ends the program and all that it started. */
  readonly signal: AbortSignal;
  /** Called with every line as it comes. */
  readonly onLine?: (line: string) => void;
}

/** How much of the output is kept, in characters: an error stands at its end. */
const KEPT = 64 * 1024;

/** What a program gets to clean up before it is killed, in milliseconds. */
const GRACE = 3000;

/**
 * Runs a program to its end, without a terminal: nothing that it asks can wait for ever.
 *
 * It gets a process group of its own, so that Ctrl-C reaches us alone, and we end the whole group; the promise is
 * settled only when nothing of it is left that could write into a folder that is being removed.
 *
 * @throws the signal's reason once everything has ended; what `spawn` says when it cannot be started
 */
export async function run(command: string, args: readonly string[], options: RunOptions): Promise<Outcome> {
  const { cwd, env = process.env, signal, onLine } = options;
  signal.throwIfAborted();
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });

  let output = '';
  let line = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-KEPT);
      const lines = (line + text).split(/\r?\n/);
      line = lines.pop() ?? '';
      for (const complete of lines) onLine?.(complete);
    });
  }

  const end = (ending: NodeJS.Signals): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, ending);
    } catch (error) {
      // Gone already: what we wanted. (macOS says EPERM of a group of which only a zombie is left.)
      if (!isGone(error)) throw error;
    }
  };
  let grace: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    end('SIGTERM');
    grace = setTimeout(() => end('SIGKILL'), GRACE);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const code = await new Promise<number | undefined>((resolve, reject) => {
      child.once('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') resolve(undefined);
        else reject(error);
      });
      child.once('close', (exitCode) => resolve(exitCode ?? 1));
    });
    signal.throwIfAborted();
    return code === undefined ? { kind: 'missing' } : { kind: 'ended', code, output };
  } finally {
    signal.removeEventListener('abort', onAbort);
    clearTimeout(grace);
    end('SIGKILL');
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'EPERM');
}
