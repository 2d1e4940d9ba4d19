import { isCancel, select, text } from '@clack/prompts';
import { ExitCode, ScaffoldError } from './errors.js';

export interface Choice<T extends string> {
  readonly value: T;
  readonly hint: string;
}

/** Somebody who answers. */
export interface Prompter {
  /** @param check throws a ScaffoldError for an answer that will not do; it is shown, and the question asked again */
  text(question: string, fallback: string, check: (answer: string) => void): Promise<string>;
  /** The first choice is the default. */
  choose<T extends string>(question: string, choices: readonly Choice<T>[]): Promise<T>;
}

/** Whether somebody can answer: without a terminal a question would hang for ever. */
export function isInteractive(): boolean {
  return Boolean(process.stdin.isTTY && process.stdout.isTTY);
}

/** Asks on the terminal. */
export const terminal: Prompter = {
  async text(question, fallback, check) {
    const answer = await text({
      message: question,
      placeholder: fallback,
      defaultValue: fallback,
      validate: (value) => complaintOf(check, value?.trim() || fallback),
    });
    return settled(answer).trim();
  },

  async choose<T extends string>(question: string, choices: readonly Choice<T>[]): Promise<T> {
    const options = choices.map(({ value, hint }) => ({
      value: String(value),
      label: value,
      hint,
    }));
    const answer = settled(await select({ message: question, options }));
    const chosen = choices.find(({ value }) => value === answer);
    if (chosen === undefined) throw new RangeError('A choice needs at least one value.');
    return chosen.value;
  },
};

function complaintOf(check: (answer: string) => void, answer: string): string | undefined {
  try {
    check(answer);
    return undefined;
  } catch (error) {
    if (error instanceof ScaffoldError) return error.message;
    throw error;
  }
}

/** @throws ScaffoldError (interrupted) where the question was left by Ctrl-C or Escape */
function settled(answer: string | symbol): string {
  if (!isCancel(answer)) return String(answer);
  throw new ScaffoldError(ExitCode.interrupted, 'Nothing was written.');
}
