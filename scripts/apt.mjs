// Debian's packages, where this process may install them.
import { existsSync, readFileSync } from 'node:fs';
import { run, withProgress } from './command.mjs';

/** Where apt can be asked, as the user that it obeys. */
export function canUseApt() {
  if (process.getuid?.() !== 0 || !existsSync('/etc/os-release') || !existsSync('/usr/bin/apt-get')) return false;
  return /^(ID|ID_LIKE)=.*\b(debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'));
}

/**
 * Installs one package and what it needs.
 * @param {string} name
 * @param {string} advice what to do instead, for whom this fails
 * @throws {Error} with the end of apt's output and the advice
 */
export async function installByApt(name, advice) {
  console.error(`Installing the package \`${name}\` with apt-get …`);
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', name]]) {
    const { code, output } = await withProgress(
      `apt-get ${args[0]}`,
      run('apt-get', args, { env: { DEBIAN_FRONTEND: 'noninteractive' }, capture: true, deadline: 300_000 }),
    );
    if (code !== 0) {
      throw new Error(`apt-get ${args.join(' ')} failed (exit code ${code}):\n${output.slice(-2000)}\n${advice}`);
    }
  }
}
