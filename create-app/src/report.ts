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
      const why = planned.action === 'conflict' ? `  (${planned.why})` : '';
      return `${planned.action.padStart(WIDTH)}  ${planned.file.path}${why}\n`;
    })
    .join('');
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

/** What was done, and the commands to go on with. Nothing else is printed after it. */
export function reportDone(name: string, files: readonly PlannedFile[], manager: PackageManager): string {
  const written = files.filter(({ action }) => action === 'create' || action === 'force').length;
  const kept = files.filter(({ action }) => action === 'skip').length;
  const sentence =
    written === 0
      ? `${name} is up to date already.`
      : `Wrote ${written} ${written === 1 ? 'file' : 'files'} to ${name}${kept > 0 ? `, and kept ${kept} of yours` : ''}.`;
  return `\n${sentence} To start it:\n\n${nextSteps(name, manager)
    .map((command) => `  ${command}\n`)
    .join('')}`;
}

/** The interruption came when there was nothing left to break off. */
export function reportLate(name: string): string {
  return `Interrupted, but everything was written already: ${name} is whole.\n`;
}

/** The commands that a user types next, in order. */
export function nextSteps(name: string, manager: PackageManager): string[] {
  const start = manager === 'bun' ? 'bun run start' : `${manager} start`;
  return [`cd ${name}`, `${manager} install`, start];
}
