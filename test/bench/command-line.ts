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

/** Runs the bench, whose result is the exit code. */
export async function runBench(main: () => Promise<number>, usage: string): Promise<void> {
  // So that what ends processes at our exit (the browsers) gets to do it.
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(signal, () => process.exit(code));
  }
  try {
    process.exitCode = await main();
  } catch (error) {
    if (error instanceof UsageError) console.error(`${error.message}\n\n${usage}`);
    else console.error(error);
    process.exitCode = 1;
  }
}
