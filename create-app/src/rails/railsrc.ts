import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a user's own options for `rails new` say about bundlers: the gems alone do not tell which one it is. */
export interface Bundlers {
  /** `esbuild`, `webpack`, … */
  readonly javascript: string | undefined;
  /** `bootstrap`, `postcss`, … */
  readonly css: string | undefined;
}

/**
 * The options that `rails new` reads by itself: https://guides.rubyonrails.org/command_line.html
 * @returns the file's text; empty where there is none
 */
export function readRailsrc(env: NodeJS.ProcessEnv): string {
  const { HOME: home = '', XDG_CONFIG_HOME: config = join(home, '.config') } = env;
  const path = [join(config, 'rails/railsrc'), join(home, '.railsrc')].find(existsSync);
  return path === undefined ? '' : readFileSync(path, 'utf8');
}

/** The last one wins, as on a command line. */
export function bundlersOf(railsrc: string): Bundlers {
  const options = railsrc.replace(/#.*$/gm, '');
  const valueOf = (names: string): string | undefined =>
    [...options.matchAll(new RegExp(`(?:^|\\s)(?:${names})[=\\s]*([a-z]+)`, 'g'))].at(-1)?.[1];
  return { javascript: valueOf('-j|--js|--javascript'), css: valueOf('-c|--css') };
}
