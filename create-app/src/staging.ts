import { existsSync, mkdtempSync, readdirSync, realpathSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fromFileSystem } from './errors.js';

/** Beside the target's real place, so that moving is renaming; the dot keeps it out of sight should the power fail. */
export function makeStaging(target: string): string {
  try {
    const place = existsSync(target) ? realpathSync(target) : target;
    return mkdtempSync(join(dirname(place), `.${basename(place)}-`));
  } catch (error) {
    throw fromFileSystem(error, dirname(target));
  }
}

/** Inside of an app that is there: who may write to it need not be allowed to write beside it. */
export function makeStagingWithin(target: string): string {
  try {
    return mkdtempSync(join(target, '.cable-chat-'));
  } catch (error) {
    throw fromFileSystem(error, target);
  }
}

/**
 * Moves a folder that was made in the staging to its target, in one step: a rename, or where an empty folder is there
 * already, one for each of its entries. What the target has (a repository) stays.
 * @throws ScaffoldError when something could not be moved; the target is then as it was
 */
export function moveTree(made: string, target: string): void {
  const moved: string[] = [];
  try {
    if (!existsSync(target)) {
      renameSync(made, target);
      return;
    }
    for (const entry of readdirSync(made)) {
      if (existsSync(join(target, entry))) continue;
      renameSync(join(made, entry), join(target, entry));
      moved.push(entry);
    }
  } catch (error) {
    for (const entry of moved.toReversed()) renameSync(join(target, entry), join(made, entry));
    throw fromFileSystem(error, target);
  }
}
