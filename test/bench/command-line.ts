/** What the benches' commands have in common: how their arguments are read, and how they end. */
import { parseArgs } from 'node:util';
import type { ParseArgsConfig } from 'node:util';

/** Arguments that cannot be understood; the message says which. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @throws UsageError */
export function parse<const Known extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: Known,
) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** @throws UsageError */
export function positive(name: string, value: string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new UsageError(`--${name} ${value}: write a whole number above 0.`);
}

/**
 * Runs the bench, whose result is the exit code.
 * @param main told to come to an end with what it has when the first Ctrl-C comes, if it `isPatient`
 */
export async function runBench(
  main: (interrupted: AbortSignal) => Promise<number>,
  usage: string,
  { isPatient = false }: { readonly isPatient?: boolean } = {},
): Promise<void> {
  const interruption = new AbortController();
  // So that what ends processes at our exit (the browsers) gets to do it.
  const exitAt = (signal: NodeJS.Signals, code: number) => process.once(signal, () => process.exit(code));
  exitAt('SIGTERM', 143);
  if (!isPatient) exitAt('SIGINT', 130);
  else
    process.once('SIGINT', () => {
      console.error('  Ending after this measurement, with what there is. Ctrl-C again ends at once.');
      exitAt('SIGINT', 130);
      interruption.abort();
    });
  try {
    process.exitCode = await main(interruption.signal);
  } catch (error) {
    if (error instanceof UsageError) console.error(`${error.message}\n\n${usage}`);
    else console.error(error);
    process.exitCode = 1;
  }
}
