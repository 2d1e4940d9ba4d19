// Finds the Rails that the tests make apps with, or installs it from RubyGems. Run as a command it prints the gems' folder.
//
// It is a GEM_HOME of this project, apart from the user's gems: `bundle install` of the tests' apps fills it further, and
// the next app finds everything there.
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { argv, env, platform } from 'node:process';
import { pathToFileURL } from 'node:url';
import { run, seconds, withProgress } from './command.mjs';
import { isExecutable } from './executables.mjs';
import { withLock } from './lock.mjs';
import { cache } from './project.mjs';
import { ensureRubyThatCompiles } from './ruby.mjs';

/**
 * In this order. Rails 8 needs Ruby 3.2, and Debian's is 3.1; its RubyGems would compile newer nokogiris for minutes, and
 * its Bundler is too old for some of the gems.
 */
const gems = [
  { name: 'bundler', requirement: '2.6.9' },
  { name: 'nokogiri', requirement: '~> 1.17.2' },
  { name: 'rails', requirement: '~> 7.2.0' },
];

/** May be deleted at any time. */
export const railsHome = join(cache, 'gems-rails');

/** What would lead Ruby, Bundler, Rails, AnyCable or the chat elsewhere than a test says. */
const misleading = /^(ANYCABLE_|BUNDLE|BUNDLER_|CABLE_CHAT_|GEM_|OPENAI_|ANTHROPIC_|RAILS_|RACK_|RUBY)|^DATABASE_URL$/;

/**
 * The environment for everything that is Ruby: this process's own, without what would mislead, and with these gems first.
 * @returns {Record<string, string | undefined>} whole; `undefined` takes a variable away where it is added to others
 */
export function railsEnvironment() {
  /** @type {Record<string, string | undefined>} */
  const environment = { ...env };
  for (const name of Object.keys(env)) if (misleading.test(name)) environment[name] = undefined;
  return {
    ...environment,
    GEM_HOME: railsHome,
    GEM_PATH: railsHome,
    PATH: `${join(railsHome, 'bin')}${delimiter}${env['PATH'] ?? ''}`,
  };
}

function isInstalled() {
  const folder = join(railsHome, 'gems');
  if (!existsSync(folder) || !isExecutable(join(railsHome, 'bin/rails'))) return false;
  const names = readdirSync(folder);
  return gems.every(({ name, requirement }) => {
    const version = requirement.replace('~> ', '').split('.');
    // `~> 7.2.0` leaves the last number open.
    const prefix = `${name}-${(requirement.startsWith('~>') ? version.slice(0, -1) : version).join('.')}`;
    return names.some((each) => each === prefix || each.startsWith(`${prefix}.`) || each.startsWith(`${prefix}-`));
  });
}

/**
 * @returns {Promise<void>} when `railsEnvironment()` has a `rails` and a `bundle`
 * @throws {Error} with what to do, where they cannot be installed from here
 */
export async function ensureRails() {
  if (isInstalled()) return;
  await withLock('rails', async () => {
    if (!isInstalled()) await install();
  });
}

async function install() {
  if (platform === 'win32') throw new Error('The Rails tests need an AnyCable server, which Windows has in WSL only.');
  await ensureRubyThatCompiles('test the Rails template');
  console.error('Installing Rails into .cache/gems-rails; the first time takes a few minutes …');
  for (const { name, requirement } of gems) {
    const args = ['install', name, '--version', requirement, '--no-document', '--conservative'];
    const { code, output, milliseconds } = await withProgress(
      `gem install ${name}`,
      run('gem', args, { env: railsEnvironment(), capture: true, deadline: 900_000 }),
    );
    if (code !== 0) throw new Error(`gem ${args.join(' ')} failed (exit code ${code}):\n${output.slice(-2000)}`);
    console.error(`  installed  ${name} ${requirement} (${seconds(milliseconds)})`);
  }
  if (!isInstalled()) throw new Error('The gems were installed, but there is no `rails` in .cache/gems-rails/bin.');
}

if (argv[1] !== undefined && import.meta.url === pathToFileURL(argv[1]).href) {
  try {
    await ensureRails();
    console.log(railsHome);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
