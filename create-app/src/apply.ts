import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { ExitCode, ScaffoldError, fromFileSystem } from './errors.js';
import { isChange, type PlannedFile } from './plan.js';
import { makeStaging } from './staging.js';

/**
 * Carries a feasible plan out: everything or nothing.
 *
 * The files are first written beside the target, where a failure harms nobody, and then moved. Where the target is
 * new that is one rename; else every move notes how to take it back, and a failure takes all of them back.
 *
 * Each step, and the taking back as a whole, is synchronous: `signal` is looked at between the steps only, and not
 * after the last one, when everything is done.
 *
 * @param signal aborted with a ScaffoldError
 * @param stage makes the folder for that, on the target's file system
 * @throws ScaffoldError when something could not be written, or the signal's reason; the target is then as it was
 */
export async function apply(
  target: string,
  files: readonly PlannedFile[],
  signal: AbortSignal,
  stage: (target: string) => string = makeStaging,
): Promise<void> {
  const changes = files.filter(isChange);
  if (changes.length === 0) return;
  const proceed = async (): Promise<void> => {
    await turn();
    signal.throwIfAborted();
  };

  await proceed();
  const staging = stage(target);
  let keep = false;
  try {
    const staged = join(staging, 'new');
    mkdirSync(staged);
    for (const { action, file } of changes) {
      await proceed();
      if (action === 'remove') continue;
      mkdirSync(dirname(join(staged, file.path)), { recursive: true });
      writeFileSync(join(staged, file.path), file.content, { mode: file.mode });
    }
    await proceed();
    if (existsSync(target)) await moveInto(target, staging, changes, proceed);
    else renameSync(staged, target);
  } catch (error) {
    keep = error instanceof RollbackError;
    throw error instanceof ScaffoldError ? error : fromFileSystem(error, target);
  } finally {
    if (!keep) rmSync(staging, { recursive: true, force: true });
  }
}

/** What was begun could neither be finished nor taken back. The originals are kept. */
class RollbackError extends ScaffoldError {
  constructor(staging: string, cause: AggregateError) {
    super(
      ExitCode.failed,
      `Writing was broken off, and taking it back failed. What was there before is in ${join(staging, 'old')}; copy it back.`,
      { cause },
    );
  }
}

/** @param proceed awaited before each move; throws when there shall be no other */
async function moveInto(
  target: string,
  staging: string,
  changes: readonly PlannedFile[],
  proceed: () => Promise<void>,
): Promise<void> {
  const inverses: (() => void)[] = [];
  try {
    for (const { action, file } of changes) {
      await proceed();
      const place = join(target, file.path);
      makeFolders(target, dirname(file.path), inverses);
      if (action !== 'create') {
        const kept = join(staging, 'old', file.path);
        mkdirSync(dirname(kept), { recursive: true });
        renameSync(place, kept);
        inverses.push(() => renameSync(kept, place));
      }
      if (action === 'remove') continue;
      renameSync(join(staging, 'new', file.path), place);
      inverses.push(() => rmSync(place));
    }
  } catch (error) {
    takeBack(inverses, staging, error);
    throw error;
  }
  for (const { action, file } of changes) if (action === 'remove') removeEmpty(target, dirname(file.path));
}

/** The last change first. Goes on after a failure: the more is back in place, the better. */
function takeBack(inverses: readonly (() => void)[], staging: string, reason: unknown): void {
  const failures: unknown[] = [];
  for (const undo of inverses.toReversed()) {
    try {
      undo();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new RollbackError(staging, new AggregateError([reason, ...failures]));
}

/** Folders in which nothing is left. One that may not be removed stays: everything that was asked for is done already. */
function removeEmpty(target: string, path: string): void {
  if (path === '.' || !existsSync(join(target, path)) || readdirSync(join(target, path)).length > 0) return;
  try {
    rmdirSync(join(target, path));
  } catch {
    return;
  }
  removeEmpty(target, dirname(path));
}

/** Makes the folders that are missing, each with its inverse. */
function makeFolders(target: string, path: string, inverses: (() => void)[]): void {
  if (path === '.' || existsSync(join(target, path))) return;
  makeFolders(target, dirname(path), inverses);
  mkdirSync(join(target, path));
  inverses.push(() => rmdirSync(join(target, path)));
}
