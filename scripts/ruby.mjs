// A Ruby for the tests: the one on PATH, or Debian's.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { platform } from 'node:process';
import { canUseApt, installByApt } from './apt.mjs';
import { run } from './command.mjs';
import { isExecutable, placesOnPath } from './executables.mjs';

/** @param {string} name */
export function isOnPath(name) {
  return placesOnPath([name]).some(isExecutable);
}

/** The one command that brings a Ruby; with `toCompile`, one that can build gems in C. @param {boolean} toCompile */
function howToInstallRuby(toCompile) {
  if (platform === 'darwin') return 'brew install ruby';
  if (existsSync('/usr/bin/apt-get')) {
    return `sudo apt-get install -y ${toCompile ? 'ruby-dev build-essential libyaml-dev' : 'ruby'}`;
  }
  return `sudo dnf install -y ${toCompile ? 'ruby-devel gcc make libyaml-devel' : 'ruby'}`;
}

/**
 * @param {string} what the sentence's end: what Ruby is needed for
 * @throws {Error} with the one command to run, where it cannot be installed from here
 */
export async function ensureRuby(what) {
  if (isOnPath('gem')) return;
  const advice = `Run  ${howToInstallRuby(false)}  and try again.`;
  if (!canUseApt()) throw new Error(`Ruby's \`gem\` is needed to ${what}. ${advice}`);
  await installByApt('ruby', advice);
  if (!isOnPath('gem')) throw new Error(`apt-get installed ruby, but \`gem\` is not on PATH. ${advice}`);
}

/**
 * A Ruby that can build gems which are written in C.
 * @param {string} what as above
 * @throws {Error} as above
 */
export async function ensureRubyThatCompiles(what) {
  await ensureRuby(what);
  const [rubyHeader, yamlHeader] = await headers();
  const missing = [
    ...(existsSync(rubyHeader) ? [] : ['ruby-dev']),
    ...(isOnPath('make') && isOnPath('cc') ? [] : ['build-essential']),
    // Ruby's own library for YAML is a gem by now, and links this one. Elsewhere it lies where only its compiler knows.
    ...(existsSync(yamlHeader) || platform !== 'linux' ? [] : ['libyaml-dev']),
  ];
  if (missing.length === 0) return;
  const advice = `Run  ${howToInstallRuby(true)}  and try again.`;
  if (!canUseApt()) {
    throw new Error(
      `This Ruby cannot build gems in C, which is needed to ${what}: ${missing.join(', ')} is missing. ${advice}`,
    );
  }
  for (const name of missing) await installByApt(name, advice);
}

/** @returns {Promise<[ruby: string, yaml: string]>} where the headers would lie */
async function headers() {
  const script = 'print RbConfig::CONFIG["rubyhdrdir"]';
  const { output } = await run('ruby', ['-rrbconfig', '-e', script], { capture: true, deadline: 30_000 });
  return [join(output.trim(), 'ruby.h'), '/usr/include/yaml.h'];
}
