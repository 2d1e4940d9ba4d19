import { ExitCode, ScaffoldError } from './errors.js';
import type { PlannedFile } from './plan.js';

/** Somebody at a terminal, who is asked as Thor asks in Rails' generators. */
export interface Questioner {
  /** @returns the line that was typed; undefined at the end of the input */
  ask(question: string): Promise<string | undefined>;
  say(text: string): void;
}

const HELP = `        Y - yes, overwrite
        n - no, do not overwrite
        a - all, overwrite this and all others
        q - quit, abort
        d - diff, show the differences between the old and the new
        h - help, show this help
`;

/**
 * Asks about each conflict: https://github.com/rails/thor/blob/main/lib/thor/shell/basic.rb (file_collision)
 * @param patch what would happen to a file
 * @returns what to do with each path
 * @throws ScaffoldError (interrupted) when the user quits
 */
export async function askAboutConflicts(
  conflicts: readonly PlannedFile[],
  patch: (planned: PlannedFile) => string,
  { ask, say }: Questioner,
): Promise<ReadonlyMap<string, 'force' | 'skip'>> {
  const decisions = new Map<string, 'force' | 'skip'>();
  let all = false;
  for (const planned of conflicts) {
    if (planned.action !== 'conflict') continue;
    const { path } = planned.file;
    say(`    conflict  ${path}  (${planned.why})\n`);
    // What cannot be overwritten can only be left: an edit without a place, a link where a file shall be.
    const isOurs = planned.why === 'it differs';
    const question = isOurs
      ? `Overwrite ${path}? (enter "h" for help) [Ynaqdh] `
      : `Leave ${path} to you, and go on without? (enter "q" to quit) [Yq] `;
    while (!decisions.has(path)) {
      const answer = all && isOurs ? 'y' : (await ask(question))?.trim().toLowerCase();
      switch (answer) {
        case '':
        case 'y':
        case 'yes':
        case 'f':
        case 'force':
          decisions.set(path, isOurs ? 'force' : 'skip');
          break;
        case 'n':
        case 'no':
        case 's':
        case 'skip':
          if (!isOurs) throw quit();
          decisions.set(path, 'skip');
          break;
        case 'a':
        case 'all':
        case 'always':
          all = true;
          decisions.set(path, isOurs ? 'force' : 'skip');
          break;
        case 'q':
        case 'quit':
        case undefined:
          throw quit();
        case 'd':
        case 'diff':
          say(`\n${patch(planned)}\n`);
          break;
        default:
          say(HELP);
      }
    }
  }
  return decisions;
}

const quit = (): ScaffoldError => new ScaffoldError(ExitCode.interrupted, 'Aborting. Nothing was written.');
