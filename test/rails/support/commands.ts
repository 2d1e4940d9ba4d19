/** Commands that run to their end, in the environment of the tests' own Ruby. */
import assert from 'node:assert/strict';
import { run } from '../../../scripts/command.mjs';
import { railsEnvironment } from '../../../scripts/rails.mjs';

export interface CommandOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds; default: ten minutes, for a first `bundle install` on a busy machine. */
  readonly deadline?: number;
}

export interface CommandOutcome {
  readonly code: number;
  /** What it wrote to stdout and stderr. */
  readonly output: string;
}

export async function runCommand(
  command: string,
  args: readonly string[],
  { cwd, env, deadline = 600_000 }: CommandOptions,
): Promise<CommandOutcome> {
  const outcome = await run(command, args, { cwd, env: { ...railsEnvironment(), ...env }, capture: true, deadline });
  const output = outcome.timedOut ? `${outcome.output}\nIt was not through after ${deadline} ms.` : outcome.output;
  return { code: outcome.code, output };
}

/** @returns what it wrote; fails with it where the command does */
export async function mustRun(command: string, args: readonly string[], options: CommandOptions): Promise<string> {
  const { code, output } = await runCommand(command, args, options);
  assert.equal(code, 0, `${command} ${args.join(' ')} (exit code ${code}):\n${output.slice(-4000)}`);
  return output;
}
