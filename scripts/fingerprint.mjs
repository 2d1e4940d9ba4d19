import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { cache, root } from './project.mjs';

/** Names that are never an input, wherever they lie. */
const ignored = new Set(['node_modules', 'dist', 'data', '.git', '.cache', '.DS_Store']);

/**
 * All files under the paths, which are relative to the repository; sorted, with `/` on every system.
 * @param {readonly string[]} paths folders or files
 * @returns {string[]}
 */
export function listFiles(paths) {
  /** @type {string[]} */
  const files = [];
  /** @param {string} path */
  const visit = (path) => {
    if (!existsSync(path)) return;
    if (!statSync(path).isDirectory()) {
      files.push(relative(root, path).split(sep).join('/'));
      return;
    }
    for (const name of readdirSync(path)) if (!ignored.has(name)) visit(join(path, name));
  };
  for (const path of paths) visit(join(root, path));
  return files.sort();
}

/**
 * A hash of the names and contents: unlike times, it survives a checkout and a copied cache.
 * @param {readonly string[]} paths folders or files, relative to the repository
 */
export function fingerprint(paths) {
  const hash = createHash('sha256').update(process.version);
  for (const file of listFiles(paths)) hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

/** @param {string} name */
const stamp = (name) => join(cache, 'stamps', name);

/** Whether `name` was last made from exactly this. @param {string} name @param {string} print */
export function isFresh(name, print) {
  return existsSync(stamp(name)) && readFileSync(stamp(name), 'utf8') === print;
}

/** @param {string} name @param {string} print */
export function markFresh(name, print) {
  mkdirSync(join(cache, 'stamps'), { recursive: true });
  writeFileSync(stamp(name), print);
}

/** To be called before the outputs are touched: a build that breaks off must not look finished. @param {string} name */
export function markStale(name) {
  rmSync(stamp(name), { force: true });
}
