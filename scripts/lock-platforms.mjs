// `node scripts/lock-platforms.mjs`, after `npm install` changed package-lock.json: npm leaves the native packages of
// other systems out of the lock when it could not look at them (https://github.com/npm/cli/issues/4828), and then
// `npm ci` refuses the lock on every system. This puts them back. Which system a package is for stands in its name;
// npm verifies the version against the registry where it installs one.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './project.mjs';

/** @typedef {{ version?: string, dev?: boolean, license?: string, optional?: boolean, optionalDependencies?: Record<string, string> }} Locked */

/** The families that ship this way, and how their names tell the system. */
const native = /^@(?:oxlint\/binding|rollup\/rollup)-([a-z0-9]+)-([a-z0-9]+)(?:-(\w+))?$/;

/** @param {string} name */
function systemOf(name) {
  const [, os, cpu, abi] = native.exec(name) ?? [];
  if (os === undefined || cpu === undefined) {
    throw new Error(`${name} is missing in package-lock.json, and its name does not tell for which system it is.`);
  }
  const libc = os !== 'linux' ? undefined : abi?.startsWith('musl') ? 'musl' : 'glibc';
  return { os: [os], cpu: [cpu], ...(libc === undefined ? {} : { libc: [libc] }) };
}

const path = join(root, 'package-lock.json');
const lock = JSON.parse(readFileSync(path, 'utf8'));
/** @type {Record<string, Locked>} */
const packages = lock.packages;

/** @type {string[]} */
const added = [];
for (const { optionalDependencies = {}, dev, license } of Object.values(packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    if (Object.keys(packages).some((place) => place.endsWith(`node_modules/${name}`))) continue;
    packages[`node_modules/${name}`] = {
      version,
      ...(dev ? { dev } : {}),
      ...(license === undefined ? {} : { license }),
      optional: true,
      ...systemOf(name),
    };
    added.push(name);
  }
}
if (added.length > 0) {
  lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en')));
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
}
console.log(added.length === 0 ? 'Nothing is missing.' : `Put back ${added.length}: ${added.join(', ')}`);
