// Finds the real AnyCable server, or installs it from RubyGems. Run as a command it prints the executable's path.
//
// The gem `anycable-thruster` holds a prebuilt `thrust`, a proxy with an AnyCable server inside, one for each platform
// (Linux and macOS, x86-64 and arm64). The gem's own `bin/thrust` is a Ruby script that only replaces itself by that
// program, so Ruby is needed to install the gem and not to run the server.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { argv, env, platform } from 'node:process';
import { pathToFileURL } from 'node:url';
import { run, withProgress } from './command.mjs';
import { isExecutable } from './executables.mjs';
import { withLock } from './lock.mjs';
import { cache } from './project.mjs';
import { ensureRuby } from './ruby.mjs';

/** The version that everything here was measured with; it carries AnyCable 1.6.14. */
export const gemVersion = '0.1.27';

const gem = 'anycable-thruster';

/** Where this project keeps gems of its own (a GEM_HOME). May be deleted at any time. */
export const gemHome = join(cache, 'gems');

/**
 * The server's executable: ANYCABLE_THRUST_PATH, else the one that was installed here.
 * @returns {string | undefined}
 * @throws {Error} when the variable names something that cannot be run
 */
export function findAnyCable() {
  const given = env['ANYCABLE_THRUST_PATH'];
  if (given) {
    if (isExecutable(given)) return given;
    throw new Error(
      `ANYCABLE_THRUST_PATH is ${given}, which is not an executable file. Correct it, or unset it to have one installed.`,
    );
  }
  // `anycable-thruster-0.1.27-x86_64-linux`: RubyGems chose the platform; it is the only folder in exe/.
  const gems = join(gemHome, 'gems');
  if (!existsSync(gems)) return undefined;
  for (const folder of readdirSync(gems).filter((name) => name.startsWith(`${gem}-${gemVersion}-`))) {
    for (const entry of readdirSync(join(gems, folder, 'exe'), { withFileTypes: true })) {
      const path = join(gems, folder, 'exe', entry.name, 'thrust');
      if (entry.isDirectory() && isExecutable(path)) return path;
    }
  }
  return undefined;
}

/**
 * @returns {Promise<string>} the executable's path
 * @throws {Error} with what to do, where it cannot be installed from here
 */
export async function ensureAnyCable() {
  return findAnyCable() ?? withLock('anycable', async () => findAnyCable() ?? install());
}

async function install() {
  if (platform === 'win32') {
    throw new Error('The AnyCable server comes prebuilt for Linux and macOS only. Use WSL for what needs it.');
  }
  await ensureRuby('install the AnyCable server');
  console.error(`Installing the AnyCable server (gem ${gem} ${gemVersion}) into .cache/gems …`);
  const args = ['install', gem, '--version', gemVersion, '--no-document', '--install-dir', gemHome];
  const { code, output } = await withProgress(
    'gem install',
    run('gem', args, { env: { GEM_HOME: gemHome, GEM_PATH: gemHome }, capture: true, deadline: 300_000 }),
  );
  if (code !== 0) throw new Error(`gem ${args.join(' ')} failed (exit code ${code}):\n${output.slice(-2000)}`);
  const installed = findAnyCable();
  if (installed === undefined) {
    throw new Error(
      `The gem ${gem} ${gemVersion} was installed, but holds no server for this machine (${platform}, ${process.arch}).`,
    );
  }
  return installed;
}

if (argv[1] !== undefined && import.meta.url === pathToFileURL(argv[1]).href) {
  try {
    console.log(await ensureAnyCable());
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
