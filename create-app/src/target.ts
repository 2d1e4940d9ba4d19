import { lstatSync, readFileSync, readdirSync, statSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { ExitCode, ScaffoldError, fromFileSystem } from './errors.js';
import type { Existing } from './plan.js';

/**
 * What the target folder holds; nothing when it is not there.
 * @throws ScaffoldError when something else has its name, or it cannot be read
 */
export function readEntries(target: string): string[] {
  const found = statSync(target, { throwIfNoEntry: false });
  if (found === undefined) {
    // A link to nowhere: creating through it would write who knows where.
    if (lstatSync(target, { throwIfNoEntry: false })) throw inTheWay(target, 'a link to something that is not there');
    return [];
  }
  if (!found.isDirectory()) throw inTheWay(target, describe(found));
  try {
    return readdirSync(target);
  } catch (error) {
    throw fromFileSystem(error, target);
  }
}

/** What is at `path` of the target, seen without following links, so that nothing is written outside the target. */
export function readExisting(target: string, path: string): Existing {
  const parts = path.split('/');
  let mode = 0;
  for (const depth of parts.keys()) {
    const at = parts.slice(0, depth + 1).join('/');
    const found = lstatSync(join(target, at), { throwIfNoEntry: false });
    if (found === undefined) return { kind: 'nothing' };
    const isLast = depth === parts.length - 1;
    if (isLast ? !found.isFile() : !found.isDirectory()) return { kind: 'obstacle', at, what: describe(found) };
    mode = found.mode & 0o777;
  }
  return { kind: 'file', content: readFileSync(join(target, path)), mode };
}

function describe(found: Stats): string {
  if (found.isSymbolicLink()) return 'a symbolic link';
  if (found.isDirectory()) return 'a folder';
  return found.isFile() ? 'a file' : 'not an ordinary file';
}

function inTheWay(target: string, what: string): ScaffoldError {
  return new ScaffoldError(ExitCode.conflict, `${target} is ${what}. Choose another name, or move it away.`);
}
