import type { Plan, PlannedFile } from './plan.js';

export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun';

/**
 * Who ran us, from the `npm_config_user_agent` that all of them set, such as `pnpm/9.1.0 npm/? node/v22.1.0`.
 */
export function detectPackageManager(userAgent: string | undefined): PackageManager {
  const name = userAgent?.split('/')[0];
  return name === 'pnpm' || name === 'yarn' || name === 'bun' ? name : 'npm';
}

/** The width that Thor gives its words. */
const WIDTH = 12;

/** One line per file, as Rails' generators print them. */
export function reportFiles(files: readonly PlannedFile[]): string {
  return files
    .map((planned) => {
      const why = remarkOn(planned);
      return `${planned.action.padStart(WIDTH)}  ${planned.file.path}${why}\n`;
    })
    .join('');
}

function remarkOn(planned: PlannedFile): string {
  switch (planned.action) {
    case 'conflict':
      return `  (${planned.why})`;
    case 'edit':
      return `  (${planned.what})`;
    default:
      return '';
  }
}

/** A command that runs now, as Rails' generators print it. */
export function reportRun(command: string): string {
  return `${'run'.padStart(WIDTH)}  ${command}\n`;
}

/** The options whose defaults were taken. */
export function reportAssumed(assumed: readonly string[]): string {
  return assumed.length === 0 ? '' : `Taking the defaults: ${assumed.join(' ')}\n`;
}

/** Why nothing was written. */
export function reportRefusal(name: string, { files, occupants }: Plan): string {
  const conflicts = files.filter(({ action }) => action === 'conflict');
  const obstacles = conflicts.filter((planned) => planned.action === 'conflict' && planned.why !== 'it differs');
  const others = occupants.map((entry) => `${'exists'.padStart(WIDTH)}  ${entry}\n`).join('');
  const cure =
    obstacles.length > 0
      ? 'Move away what is a link or a folder where a file shall be, or choose another name.'
      : 'Choose another name, or --force to replace what is in the way (other files stay), or --skip to keep it.';
  return `${name} is not empty, and nothing was written. In the way:\n\n${reportFiles(conflicts)}${others}\n${cure}\n`;
}

/**
 * What was done, and the commands to go on with. Nothing else is printed after it.
 * @param commands what the user types next, in order
 */
export function reportDone(name: string, files: readonly PlannedFile[], commands: readonly string[]): string {
  const count = (...actions: PlannedFile['action'][]): number =>
    files.filter(({ action }) => actions.includes(action)).length;
  const written = count('create', 'force');
  const edited = count('edit');
  const kept = count('skip');
  const parts = [
    ...(written > 0 ? [`Wrote ${countOf(written, 'file')} to ${name}`] : []),
    ...(edited > 0 ? [`${written > 0 ? 'edited' : 'Edited'} ${countOf(edited, 'file')}`] : []),
    ...(kept > 0 ? [`${written + edited > 0 ? 'kept' : 'Kept'} ${kept} of yours`] : []),
  ];
  const sentence = written + edited === 0 ? `${name} is up to date already.` : `${inWords(parts)}.`;
  return `\n${sentence} To start it:\n\n${commands.map((command) => `  ${command}\n`).join('')}`;
}

const countOf = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

/** One, two, and three: with a comma before the last, as the sentence has clauses of its own. */
function inWords(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')}, and ${parts.at(-1)}`;
}

/** The interruption came when there was nothing left to break off. */
export function reportLate(name: string): string {
  return `Interrupted, but everything was written already: ${name} is whole.\n`;
}

/** The commands that start the embedded server, in its folder. */
export function nodeCommands(manager: PackageManager): string[] {
  return [`${manager} install`, manager === 'bun' ? 'bun run start' : `${manager} start`];
}
