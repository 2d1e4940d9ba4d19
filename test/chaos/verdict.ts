/**
 * - `wrong`: a text that is not the true one, or no beginning of it
 * - `incomplete`: shown as final, and not whole
 * - `backwards`: a status went back, or a final one changed
 * - `misplaced`: a message is missing, or is where it does not belong
 * - `unfinished`: it never came to rest
 * - `interrupted`: an answer was given up though nothing had happened to its job
 * - `twice`: a question or an answer is there more than once
 * - `vanished`: what the visitor did is nowhere, and nobody was told
 * - `announced`: the page's events tell another story than its screen
 * - `broken`: an exception, a frame refused as malformed or contradictory, an error in the server's log
 */
export type ViolationKind =
  | 'wrong'
  | 'incomplete'
  | 'backwards'
  | 'misplaced'
  | 'unfinished'
  | 'interrupted'
  | 'twice'
  | 'vanished'
  | 'announced'
  | 'broken';

export const VIOLATION_KINDS = [
  'wrong',
  'incomplete',
  'backwards',
  'misplaced',
  'unfinished',
  'interrupted',
  'twice',
  'vanished',
  'announced',
  'broken',
] as const satisfies readonly ViolationKind[];

export interface Violation {
  readonly kind: ViolationKind;
  readonly detail: string;
  /** Virtual milliseconds since the trial began. */
  readonly at: number;
}

/** Ends the trial where it is thrown by a check; a check inside a callback of the code under test reports instead. */
export class ViolationError extends Error {
  override readonly name = 'ViolationError';
  constructor(
    readonly kind: ViolationKind,
    detail: string,
  ) {
    super(detail);
  }
}

/** Names a text without repeating all of it. */
export function abridge(text: string): string {
  const shown = text.length > 60 ? `${text.slice(0, 24)}…${text.slice(-24)}` : text;
  return `${JSON.stringify(shown)} (${text.length})`;
}
