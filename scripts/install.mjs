import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runNpm, seconds, withProgress } from './command.mjs';
import { root } from './project.mjs';

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, devOptional?: boolean, peer?: boolean, link?: boolean }} LockedPackage
 * @typedef {Record<string, LockedPackage>} LockedPackages by path, such as `node_modules/lit`
 */

/**
 * Why node_modules is not what package-lock.json says, or undefined when it is.
 * npm notes what it installed in `node_modules/.package-lock.json`.
 *
 * @param {LockedPackages} wanted
 * @param {LockedPackages | undefined} installed
 * @param {(path: string) => boolean} isThere
 * @returns {string | undefined}
 */
export function staleness(wanted, installed, isThere) {
  if (installed === undefined) return 'node_modules is missing';
  for (const [path, { version, integrity, optional, devOptional, peer, link }] of Object.entries(wanted)) {
    // The workspaces' own folders, and what npm leaves out on this platform.
    if (!path.includes('node_modules/')) continue;
    const found = installed[path];
    if (found === undefined) {
      if (optional || devOptional || peer) continue;
      return `${path} is not installed`;
    }
    if (!link && (found.version !== version || (integrity && found.integrity !== integrity))) {
      return `${path} is ${found.version}, not ${version}`;
    }
    if (!isThere(path)) return `${path} is gone`;
  }
  return undefined;
}

/** @param {string} path @returns {LockedPackages} */
function readLock(path) {
  return JSON.parse(readFileSync(path, 'utf8')).packages ?? {};
}

/** Runs `npm ci` where node_modules is missing or out of step with package-lock.json. */
export async function ensureInstalled() {
  const hidden = join(root, 'node_modules', '.package-lock.json');
  const reason = staleness(
    readLock(join(root, 'package-lock.json')),
    existsSync(hidden) ? readLock(hidden) : undefined,
    (path) => existsSync(join(root, path)),
  );
  if (reason === undefined) return;

  console.error(`Installing with npm ci (${reason}); the first time takes a minute or two …`);
  const { code, milliseconds } = await withProgress('installing', runNpm(['ci', '--include=dev']));
  if (code !== 0) {
    throw new Error(
      `npm ci failed (exit code ${code}); npm says why above. Without a network or registry nothing can be installed.`,
    );
  }
  console.error(`Installed in ${seconds(milliseconds)}.`);
}
