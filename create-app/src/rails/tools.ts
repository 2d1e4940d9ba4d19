import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ExitCode, ScaffoldError } from '../errors.js';
import { run, type Outcome } from '../run.js';
import { findVersion, formatVersion, isAtLeast, type Version } from '../version.js';
import type { RailsChoices } from './choices.js';

/** The user's own programs that the app is made with. */
export interface Tools {
  readonly ruby: Version;
  readonly rubygems: Version;
  readonly rails: Version;
  readonly hasGit: boolean;
}

const oldestRuby: Version = [3, 1];
/** Solid Queue's. */
const oldestRails: Version = [7, 1];
/** Rails 8 needs it, and so does ruby_llm. */
const ruby32: Version = [3, 2];

/** Ruby's own variables, without those by which a Bundler that we run under would bind us to its Gemfile. */
export function rubyEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { BUNDLE_GEMFILE: _gemfile, BUNDLE_BIN_PATH: _bin, BUNDLER_SETUP: _setup, RUBYOPT, ...rest } = env;
  const options = RUBYOPT?.split(' ').filter((option) => !option.includes('bundler/setup'));
  return options === undefined ? rest : { ...rest, RUBYOPT: options.join(' ') };
}

/**
 * Looks whether everything is there, before anything is written.
 * @param folder where the app's folder shall be
 * @throws ScaffoldError that says what is missing and by which command it comes
 */
export async function checkTools(choices: RailsChoices, folder: string, signal: AbortSignal): Promise<Tools> {
  if (process.platform === 'win32') {
    throw missing('AnyCable has no server for Windows itself. Use WSL (https://learn.microsoft.com/windows/wsl)');
  }
  const enclosing = findRailsApp(folder);
  if (enclosing !== undefined) {
    throw new ScaffoldError(
      ExitCode.conflict,
      `${enclosing} is a Rails app, and \`rails new\` makes none inside another. Change to a folder outside of it.`,
    );
  }

  const ask = (command: string, ...args: string[]): Promise<Outcome> =>
    run(command, args, { cwd: folder, env: rubyEnvironment(process.env), signal });

  const versions = await ask('ruby', '-e', 'puts RUBY_VERSION, Gem::VERSION');
  const [ruby, rubygems] = versionsOf('ruby', versions, 2, howToGetRuby);
  if (!isAtLeast(ruby, oldestRuby)) {
    throw missing(`Ruby ${formatVersion(ruby)} is too old. ${howToGetRuby}`);
  }
  if (choices.provider === 'ruby_llm' && !isAtLeast(ruby, ruby32)) {
    throw missing(
      `The gem ruby_llm needs Ruby 3.2 or newer, and this is ${formatVersion(ruby)}. Choose --provider openai or --provider anthropic, or install a newer Ruby`,
    );
  }

  const howToGetRails = `Run \`${installRails(ruby)}\` and try again`;
  const [rails] = versionsOf('rails', await ask('rails', '--version'), 1, howToGetRails);
  if (!isAtLeast(rails, oldestRails)) {
    throw missing(`Rails ${formatVersion(rails)} is too old: the chat needs Rails 7.1 or newer. ${howToGetRails}`);
  }
  const git = await ask('git', '--version');
  return { ruby, rubygems, rails, hasGit: git.kind === 'ended' && git.code === 0 };
}

const howToGetRuby =
  'Install Ruby 3.1 or newer (https://www.ruby-lang.org/en/documentation/installation), or choose --template node, which needs none';

/** Rails 8 needs Ruby 3.2, and the newest nokogiri a RubyGems that comes with it. */
function installRails(ruby: Version): string {
  return isAtLeast(ruby, ruby32) ? 'gem install rails' : "gem install 'nokogiri:~> 1.17.2' 'rails:~> 7.2.0'";
}

/** @returns as many versions as were asked for */
function versionsOf(program: string, outcome: Outcome, count: 1, advice: string): [Version];
function versionsOf(program: string, outcome: Outcome, count: 2, advice: string): [Version, Version];
function versionsOf(program: string, outcome: Outcome, count: number, advice: string): Version[] {
  if (outcome.kind === 'missing') throw missing(`There is no \`${program}\` on this machine. ${advice}`);
  const lines = outcome.output.trim().split('\n');
  const versions = lines.slice(-count).map(findVersion);
  const found = versions.filter((version) => version !== undefined);
  if (outcome.code !== 0 || found.length < count) {
    throw missing(
      `\`${program}\` is there, but does not say its version (exit code ${outcome.code}): ${lines.at(-1) || 'it says nothing'}. ${advice}`,
    );
  }
  return found;
}

/** The Rails app that a folder lies in, found as `rails` itself finds it: by bin/rails, here or above. */
export function findRailsApp(folder: string): string | undefined {
  for (let place = folder; ; place = dirname(place)) {
    if (existsSync(join(place, 'bin/rails')) && existsSync(join(place, 'config/application.rb'))) return place;
    if (dirname(place) === place) return undefined;
  }
}

function missing(message: string): ScaffoldError {
  return new ScaffoldError(ExitCode.failed, `${message}.`);
}
