import { isChange, type Plan, type PlannedFile } from './plan.js';

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
    case 'skip':
      return planned.why === undefined ? '' : `  (${planned.why})`;
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
export function reportRefusal(name: string, planned: Plan): string {
  return isSecondRun(planned) ? reportChanged(name, planned) : reportObstacles(name, planned);
}

/** Most of it is there already: what else is there is the app's, or what was installed since. */
function isSecondRun({ files }: Plan): boolean {
  const count = (wanted: PlannedFile['action']): number => files.filter(({ action }) => action === wanted).length;
  return count('identical') > count('create') && !files.some(isObstacle);
}

/** What the user changed may be replaced, never what is no file. */
const isObstacle = (planned: PlannedFile): boolean => planned.action === 'conflict' && planned.why !== 'it differs';

function reportChanged(name: string, { files }: Plan): string {
  const changes = files.filter(({ action }) => action !== 'identical');
  const differing = files.filter(({ action }) => action === 'conflict').length;
  const cure =
    differing > 0
      ? `--force replaces ${countOf(differing, 'file')} that you changed (marked conflict); --skip keeps what is yours. Either does the rest.`
      : '--skip does that; none of your files is replaced.';
  return `${name} has this app already, changed since, and nothing was written. It would be:\n\n${reportFiles(changes)}\n${cure}\n`;
}

function reportObstacles(name: string, { files, occupants }: Plan): string {
  const conflicts = files.filter(({ action }) => action === 'conflict');
  const others = occupants.map((entry) => `${'exists'.padStart(WIDTH)}  ${entry}\n`).join('');
  const cure = conflicts.some(isObstacle)
    ? 'Move away what is a link or a folder where a file shall be, or choose another name.'
    : howToGoOn(files.length, conflicts.length);
  return `${name} is not empty, and nothing was written. In the way:\n\n${reportFiles(conflicts)}${others}\n${cure}\n`;
}

/** @param planned how many files the plan has; none where no option would help */
function howToGoOn(planned: number, differing: number): string {
  if (planned === 0) return 'Choose another name.';
  if (differing === 0) return 'Choose another name, or --skip to write into it: no file that is there is replaced.';
  return `Choose another name, or --force to replace ${countOf(differing, 'file')} (marked conflict; others stay), or --skip to keep what is there.`;
}

/**
 * What was done, and the commands to go on with. Nothing else is printed after that.
 * @param commands what the user types next, in order
 * @param afterwards a sentence about what comes then
 */
export function reportDone(
  name: string,
  files: readonly PlannedFile[],
  commands: readonly string[],
  afterwards?: string,
): string {
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
  const then = afterwards === undefined ? '' : `\n${afterwards}\n`;
  return `\n${sentence} To start it:\n\n${commands.map((command) => `  ${command}\n`).join('')}${then}`;
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

export interface IntoReport {
  readonly files: readonly PlannedFile[];
  readonly commands: readonly string[];
  readonly notes: readonly string[];
}

/** What was done to an app that is there, or would be. */
export function reportInto(
  { files, commands, notes }: IntoReport,
  { dryRun, revoke }: { readonly dryRun: boolean; readonly revoke: boolean },
): string {
  const list = reportFiles(files);
  if (dryRun) return `${list}\nThat is what would happen; nothing was written.\n`;
  const changed = files.filter(isChange).length;
  const remarks = notes.map((note) => `  - ${note}\n`).join('');
  const told = remarks === '' ? '' : `\nGood to know:\n\n${remarks}`;
  if (revoke) return `${list}\nThe chat is out again.${afterwards('To finish', commands)}`;
  if (changed === 0) return `${list}\nEverything is up to date already.\n`;
  return `${list}\nChanged ${countOf(changed, 'file')}.${afterwards('To go on', commands)}${told}`;
}

function afterwards(what: string, commands: readonly string[]): string {
  if (commands.length === 0) return '\n';
  return ` ${what}:\n\n${commands.map((command) => `  ${command}\n`).join('')}`;
}

/** Why nothing was written into an app that is there. */
export function reportIntoRefusal(files: readonly PlannedFile[]): string {
  const conflicts = files.filter(({ action }) => action === 'conflict');
  const differing = conflicts.filter((each) => !isObstacle(each)).length;
  const others = conflicts.length - differing;
  const cures = [
    ...(differing > 0 ? ['--diff shows what differs; --force replaces it, --skip keeps yours.'] : []),
    ...(others > 0 ? ['What cannot be edited is for you to mend as it says; --skip goes on without it.'] : []),
  ];
  return `Nothing was written. In the way:\n\n${reportFiles(conflicts)}\n${cures.join('\n')}\n`;
}
