import { isAtLeast, type Version } from '../version.js';
import type { RailsChoices, RailsPart } from './choices.js';

export interface NewAppOptions {
  readonly choices: Pick<RailsChoices, 'database'>;
  readonly skipped: ReadonlySet<RailsPart>;
}

/** What a chat has no use for, or what ours replaces; with the Rails that knows the option first. */
const unneeded: readonly (readonly [flag: string, since: Version])[] = [
  ['--skip-action-mailbox', [7, 0]],
  ['--skip-action-text', [7, 0]],
  ['--skip-active-storage', [7, 0]],
  ['--skip-jbuilder', [7, 0]],
  ['--skip-kamal', [8, 0]],
  // The queue's tables are in the app's one database, where the template puts them.
  ['--skip-solid', [8, 0]],
  // Its `thrust` would be found instead of the one that carries AnyCable.
  ['--skip-thruster', [8, 0]],
];

/** What the chat cannot be without, whatever the user's ~/.railsrc says. */
const needed = [
  '--no-api',
  '--no-minimal',
  '--no-skip-action-cable',
  '--no-skip-active-job',
  '--no-skip-active-record',
];

const parts: Record<RailsPart, readonly [flag: string, since: Version]> = {
  bundle: ['--skip-bundle', [7, 0]],
  git: ['--skip-git', [7, 0]],
  test: ['--skip-test', [7, 0]],
  docker: ['--skip-docker', [7, 1]],
};

/**
 * Arguments for `rails new`. Everything else stays as the user's Rails, and their ~/.railsrc, decide: the asset pipeline,
 * JavaScript, CSS, the linters.
 */
export function railsNewFlags(rails: Version, { choices, skipped }: NewAppOptions): string[] {
  const known = ([, since]: readonly [string, Version]): boolean => isAtLeast(rails, since);
  return [
    // The gems are installed once the Gemfile has all of them.
    '--skip-bundle',
    ...needed,
    ...unneeded.filter(known).map(([flag]) => flag),
    ...[...skipped]
      .filter((part) => part !== 'bundle' && known(parts[part]))
      .sort()
      .map((part) => parts[part][0]),
    `--database=${choices.database}`,
  ];
}
