import { ExitCode, ScaffoldError } from '../../errors.js';
import { formatVersion, isAtLeast, type Version } from '../../version.js';
import { declares } from '../edits/gemfile.js';

/** What an app is made of, as far as the chat has to fit in. Kept in the manifest: a second run must not take ours for the app's. */
export interface AppFacts {
  readonly rails: string;
  /** The gem's version, where the app has AnyCable already. */
  readonly anycable: string | null;
  readonly javascript: 'importmap' | 'bundler' | 'none';
  readonly assets: 'propshaft' | 'sprockets' | 'none';
  readonly tests: 'minitest' | 'rspec' | 'none';
  readonly start: 'procfile' | 'script' | 'none';
  readonly auth: 'devise' | 'rails' | 'password' | 'none';
  /** Its cable refuses whoever has not signed in. */
  readonly membersOnly: boolean;
  /** What runs its jobs, where that is not the process that enqueues them. */
  readonly jobs: string | null;
  readonly database: 'sqlite3' | 'postgresql' | 'mysql';
  /** Names of ours that the app has already. */
  readonly taken: readonly TakenName[];
}

export const takenNames = ['AssistantChannel', 'ChatChannel', 'LlmStreamChannel', '/chat'] as const;
export type TakenName = (typeof takenNames)[number];

/** How an app is looked at. Paths are relative to it. */
export interface AppReader {
  /** A file's text; undefined where there is none. */
  read(path: string): string | undefined;
  /** Every file below a folder, relative to the app; none where there is no such folder. */
  list(folder: string): readonly string[];
}

const oldestRails: Version = [7, 0];
/** Solid Queue's. */
const railsOfSolidQueue: Version = [7, 1];

const backends = ['sidekiq', 'good_job', 'solid_queue', 'delayed_job_active_record', 'resque', 'que', 'sneakers'];

/**
 * Looks at an app, before anything is planned.
 * @throws ScaffoldError for what is no app, or one that the chat cannot be in; it says what to do
 */
export function detectApp(app: AppReader): AppFacts {
  const application = app.read('config/application.rb');
  if (application === undefined) throw noApp(app);
  const code = withoutComments(application);
  if (/^\s*module\s+CableChat\b/m.test(code)) {
    throw unfit('its own module is CableChat, which is the chat’s namespace. Rename the module first');
  }
  if (/\bconfig\.api_only\s*=\s*true\b/.test(code)) {
    throw unfit(
      'it is API-only: it has no pages, cookies and sessions, which a chat in a page needs. Make a chat app of its own beside it (npm create cable-chat my-chat -- --auth jwt), or take `config.api_only` out',
    );
  }
  const lock = app.read('Gemfile.lock');
  if (lock === undefined) throw unfit('it has no Gemfile.lock, which tells its versions. Run `bundle install` first');
  const rails = lockedVersion(lock, 'railties') ?? lockedVersion(lock, 'rails');
  if (rails === undefined) throw unfit('its Gemfile.lock names no Rails. Run `bundle install` first');
  if (!isAtLeast(rails, oldestRails)) {
    throw unfit(`it has Rails ${formatVersion(rails)}, and the chat needs 7.0 or newer. Upgrade Rails first`);
  }
  for (const [engine, what] of [
    ['active_record/railtie', 'Active Record, where conversations are stored'],
    ['active_job/railtie', 'Active Job, by which answers are generated'],
    ['action_cable/engine', 'Action Cable, whose channels the chat is'],
  ] as const) {
    if (/^\s*require\s+["']rails\/all["']/m.test(code) || code.includes(`require "${engine}"`)) continue;
    if (code.includes(`require '${engine}'`)) continue;
    throw unfit(`it goes without ${what}. Add \`require "${engine}"\` to config/application.rb first`);
  }

  const gemfile = app.read('Gemfile') ?? '';
  const jobs = jobsOf(app, code, gemfile);
  if (jobs === null && !isAtLeast(rails, railsOfSolidQueue)) {
    throw unfit(
      `answers are generated in jobs, nothing runs its jobs, and Solid Queue needs Rails 7.1 where this is ${formatVersion(rails)}. Set up a job backend (Sidekiq, GoodJob, …), or upgrade Rails`,
    );
  }
  const connection = app.read('app/channels/application_cable/connection.rb') ?? '';
  return {
    rails: formatVersion(rails),
    anycable: anycableOf(app, gemfile, lock),
    javascript: javascriptOf(app, gemfile),
    assets: has(lock, 'propshaft') ? 'propshaft' : has(lock, 'sprockets-rails') ? 'sprockets' : 'none',
    tests: testsOf(app, gemfile),
    start: app.read('Procfile.dev') !== undefined ? 'procfile' : app.read('bin/dev') !== undefined ? 'script' : 'none',
    auth: authOf(app, lock),
    membersOnly: withoutComments(connection).includes('reject_unauthorized_connection'),
    jobs,
    database: has(lock, 'pg') ? 'postgresql' : has(lock, 'mysql2') || has(lock, 'trilogy') ? 'mysql' : 'sqlite3',
    taken: takenOf(app),
  };
}

function noApp(app: AppReader): ScaffoldError {
  const isEngine = app.list('lib').some((path) => /(^|\/)engine\.rb$/.test(path));
  return isEngine
    ? unfit('it is an engine, and no app: run this in the app that mounts it')
    : new ScaffoldError(
        ExitCode.failed,
        'There is no Rails app here: config/application.rb is missing, and nothing was written. Change to the app’s folder, or name it: --into DIR. A new app is made by `npm create cable-chat NAME`.',
      );
}

function unfit(why: string): ScaffoldError {
  return new ScaffoldError(ExitCode.failed, `The chat does not fit into this app, and nothing was written: ${why}.`);
}

const withoutComments = (ruby: string): string => ruby.replace(/^\s*#.*$/gm, '');

const has = (lock: string, gem: string): boolean => lockedVersion(lock, gem) !== undefined;

/** The version that a Gemfile.lock has decided on: the line with four blanks before it. */
function lockedVersion(lock: string, gem: string): Version | undefined {
  const quoted = gem.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const found = new RegExp(`^ {4}${quoted} \\((\\d+(?:\\.\\d+)*)`, 'm').exec(lock)?.[1];
  return found?.split('.').map(Number);
}

function anycableOf(app: AppReader, gemfile: string, lock: string): string | null {
  const isOwn =
    ['anycable-rails', 'anycable-rails-core', 'anycable'].some((gem) => declares(gemfile, gem)) ||
    app.read('config/anycable.yml') !== undefined;
  if (!isOwn) return null;
  const version = lockedVersion(lock, 'anycable-rails-core') ?? lockedVersion(lock, 'anycable-rails');
  if (version !== undefined && !isAtLeast(version, [1, 6])) {
    throw unfit(
      `it has anycable-rails ${formatVersion(version)}, and the chat needs 1.6 or newer (\`bundle update anycable-rails\`)`,
    );
  }
  return version === undefined ? 'unknown' : formatVersion(version);
}

function javascriptOf(app: AppReader, gemfile: string): AppFacts['javascript'] {
  if (app.read('config/importmap.rb') !== undefined) return 'importmap';
  const bundlers = ['jsbundling-rails', 'vite_rails', 'shakapacker', 'webpacker'];
  if (bundlers.some((gem) => declares(gemfile, gem)) || app.read('package.json') !== undefined) return 'bundler';
  return 'none';
}

function testsOf(app: AppReader, gemfile: string): AppFacts['tests'] {
  if (declares(gemfile, 'rspec-rails') || app.read('spec/rails_helper.rb') !== undefined) return 'rspec';
  return app.read('test/test_helper.rb') === undefined ? 'none' : 'minitest';
}

function authOf(app: AppReader, lock: string): AppFacts['auth'] {
  const models = app.list('app/models').filter((path) => path.endsWith('.rb'));
  const anyModel = (pattern: RegExp): boolean =>
    models.some((path) => pattern.test(withoutComments(app.read(path) ?? '')));
  if (has(lock, 'devise') && anyModel(/^\s*devise[ (]/m)) return 'devise';
  const current = app.read('app/models/current.rb') ?? '';
  if (/\battribute[ (].*:session\b/.test(current) && app.read('app/models/session.rb') !== undefined) return 'rails';
  const isPassword = /^\s*has_secure_password\b/m.test(withoutComments(app.read('app/models/user.rb') ?? ''));
  const keepsId = app
    .list('app/controllers')
    .some((path) => path.endsWith('.rb') && /\bsession\[["':]user_id\b/.test(app.read(path) ?? ''));
  return isPassword && keepsId ? 'password' : 'none';
}

function jobsOf(app: AppReader, application: string, gemfile: string): string | null {
  const set = [application, withoutComments(app.read('config/environments/production.rb') ?? '')]
    .map((text) => /\bconfig\.active_job\.queue_adapter\s*=\s*:(\w+)/.exec(text)?.[1])
    .find((name) => name !== undefined && name !== 'async' && name !== 'inline');
  return set ?? backends.find((gem) => declares(gemfile, gem)) ?? null;
}

function takenOf(app: AppReader): TakenName[] {
  const taken = new Set<TakenName>();
  for (const name of ['AssistantChannel', 'ChatChannel', 'LlmStreamChannel'] as const) {
    const file = name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();
    if (app.read(`app/channels/${file}.rb`) !== undefined) taken.add(name);
  }
  const routes = [...app.list('config/routes'), 'config/routes.rb']
    .map((path) => withoutComments(app.read(path) ?? ''))
    .join('\n');
  // Drawn before the app's own, ours would win.
  if (/\b(get|post|match|resource|resources|namespace|scope|mount|direct)[ (].*["':]\/?chat\b(?![\w/#])/.test(routes)) {
    taken.add('/chat');
  }
  return [...taken].sort();
}

/** In words, for the user. */
export function describeFacts({ rails, anycable, ...facts }: AppFacts): string {
  const auth = {
    devise: 'Devise',
    rails: 'Rails’ own authentication',
    password: 'has_secure_password',
    none: 'no sign-in',
  };
  const parts = [
    `Rails ${rails}`,
    anycable === null ? 'no AnyCable yet' : `its own AnyCable (${anycable})`,
    { importmap: 'importmap', bundler: 'a JavaScript bundler', none: 'no JavaScript' }[facts.javascript],
    facts.assets === 'none' ? 'no asset pipeline' : facts.assets,
    { procfile: 'bin/dev with Procfile.dev', script: 'bin/dev', none: 'no bin/dev' }[facts.start],
    facts.tests === 'none' ? 'no tests' : facts.tests,
    auth[facts.auth],
    facts.jobs === null ? 'no job backend yet' : `jobs by ${facts.jobs}`,
  ];
  const taken = facts.taken.length === 0 ? '' : ` Taken already: ${facts.taken.join(', ')}.`;
  return `Found: ${parts.join(', ')}.${taken}\n`;
}
