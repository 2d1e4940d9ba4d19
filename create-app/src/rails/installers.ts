import { declares } from './edits/gemfile.js';
import type { Bundlers } from './railsrc.js';

/**
 * What `rails new --skip-bundle` left undone, since these tasks need the gems: arguments for `bin/rails`, in the order
 * in which `rails new` runs them.
 * @param ours gems whose set-up the template brings itself
 */
export function installersFor(gemfile: string, bundlers: Bundlers, ours: ReadonlySet<string>): string[] {
  const { javascript, css } = bundlers;
  const installers: readonly (readonly [gem: string, task: string | undefined])[] = [
    ['importmap-rails', 'importmap:install'],
    ['jsbundling-rails', javascript && `javascript:install:${javascript}`],
    ['turbo-rails', 'turbo:install'],
    ['stimulus-rails', 'stimulus:install'],
    ['tailwindcss-rails', 'tailwindcss:install'],
    ['dartsass-rails', 'dartsass:install'],
    ['cssbundling-rails', css && `css:install:${css}`],
    ['solid_cache', 'solid_cache:install'],
    ['solid_queue', 'solid_queue:install'],
    ['solid_cable', 'solid_cable:install'],
  ];
  return installers.flatMap(([gem, task]) =>
    task !== undefined && declares(gemfile, gem) && !ours.has(gem) ? [task] : [],
  );
}
