import { setImmediate as turn } from 'node:timers/promises';
import { ExitCode, ScaffoldError } from './errors.js';

/** How a process is asked to end: by Ctrl-C, by `kill`, by a terminal that closes. */
const exitCodes = {
  SIGINT: ExitCode.interrupted,
  SIGTERM: ExitCode.terminated,
  SIGHUP: ExitCode.hungUp,
} as const;
type Ending = keyof typeof exitCodes;

/** Somebody asked the process to end, and what had been done was taken back: the reason of the abort signal. */
export class Interruption extends ScaffoldError {
  constructor(ending: Ending) {
    super(exitCodes[ending], `Interrupted by ${ending}. Nothing was written: everything is as it was.`);
  }
}

/**
 * Runs `work` so that a signal does not kill the process in the middle of it, but aborts `signal` with an Interruption.
 * Afterwards signals mean what they always do. They reach us in the event loop only: `work` has to come by there.
 * @returns what `work` came to, and the interruption that came too late for it to heed, if one did
 * @throws what `work` throws
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
): Promise<{ readonly value: T; readonly late: Interruption | undefined }> {
  const interrupted = new AbortController();
  let first: Interruption | undefined;
  // The same Ctrl-C may come twice, from the terminal and passed on by npm; the first one counts.
  const onSignal = (ending: Ending): void => {
    first ??= new Interruption(ending);
    interrupted.abort(first);
  };
  const endings = Object.keys(exitCodes) as Ending[];
  for (const ending of endings) process.on(ending, onSignal);
  try {
    const value = await work(interrupted.signal);
    // What came during the last step is still on its way to us, and would be lost with the handlers.
    await turn();
    return { value, late: first };
  } finally {
    for (const ending of endings) process.off(ending, onSignal);
  }
}
