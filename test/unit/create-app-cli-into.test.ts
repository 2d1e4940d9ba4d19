/** The built scaffolder in Rails apps that are there, with the real Ruby and git: nothing is harmed, and nothing is half-done. */
import assert from 'node:assert/strict';
import { spawnSync, type SpawnSyncOptionsWithStringEncoding } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { installScaffolder } from '../support/built-scaffolder.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const posix = process.platform === 'win32' ? { skip: 'Rails apps are made in WSL there' } : {};

/** What `rails new` writes, as far as it is edited. */
const app: Readonly<Record<string, string>> = {
  Gemfile:
    'source "https://rubygems.org"\n\ngem "rails", "~> 7.2.4"\ngem "propshaft"\n\ngroup :test do\n  gem "capybara"\nend\n',
  'Gemfile.lock': 'GEM\n  specs:\n    propshaft (1.1.0)\n    railties (7.2.4)\n    sqlite3 (2.0.0)\n',
  'config/application.rb':
    'require "rails/all"\n\nmodule Shop\n  class Application < Rails::Application\n    config.load_defaults 7.2\n  end\nend\n',
  'config/puma.rb': 'port ENV.fetch("PORT", 3000)\n',
  'config/database.yml':
    'default: &default\n  adapter: sqlite3\n  pool: <%= ENV.fetch("RAILS_MAX_THREADS") { 5 } %>\n  timeout: 5000\n',
  'config/routes.rb': 'Rails.application.routes.draw do\n  root "posts#index"\nend\n',
  'config/cable.yml':
    'development:\n  adapter: async\n\ntest:\n  adapter: test\n\nproduction:\n  adapter: redis\n  url: <%= ENV["REDIS_URL"] %>\n',
  'config/importmap.rb': 'pin "application"\n',
  'app/channels/application_cable/connection.rb':
    'module ApplicationCable\n  class Connection < ActionCable::Connection::Base\n  end\nend\n',
  'app/channels/application_cable/channel.rb':
    'module ApplicationCable\n  class Channel < ActionCable::Channel::Base\n  end\nend\n',
  'app/views/layouts/application.html.erb': '<html>\n  <head>\n  </head>\n  <body><%= yield %></body>\n</html>\n',
  'test/test_helper.rb': 'require "rails/test_help"\n',
  '.gitignore': '/tmp/*\n',
};

let home: string;
let cwd: string;

before(() => {
  home = mkdtempSync(join(tmpdir(), 'create-cable-chat-'));
  chmodSync(home, 0o755);
  installScaffolder(join(home, 'package'));
});
after(() => rmSync(home, { recursive: true, force: true }));
beforeEach(() => {
  cwd = mkdtempSync(join(home, 'app-'));
  chmodSync(cwd, 0o777);
  for (const [path, text] of Object.entries(app)) write(path, text);
  git('init', '--quiet');
  commit();
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(cwd, path)), { recursive: true });
  writeFileSync(join(cwd, path), text);
}

const read = (path: string): string => readFileSync(join(cwd, path), 'utf8');

function git(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('git', args, { cwd, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout;
}

function commit(): void {
  git('add', '--all');
  git('-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', 'commit', '--quiet', '--message', 'x');
}

function create(args: readonly string[] = [], options: Partial<SpawnSyncOptionsWithStringEncoding> = {}) {
  const cli = join(home, 'package/dist/cli.js');
  // A question would wait for ever here: then the deadline fails the test.
  const done = spawnSync(process.execPath, [cli, '.', ...args], {
    cwd,
    encoding: 'utf8',
    input: '',
    timeout: 60_000,
    ...options,
  });
  if (done.error) throw done.error;
  return { status: done.status, stdout: done.stdout, stderr: done.stderr };
}

/** Every path with its content and mode, but for git's own. */
function picture(): Record<string, string> {
  return Object.fromEntries(
    readdirSync(cwd, { recursive: true, encoding: 'utf8' })
      .filter((path) => !/^\.git(\/|$)/.test(path))
      .sort()
      .map((path) => {
        const found = lstatSync(join(cwd, path));
        return [path, found.isFile() ? `${found.mode} ${read(path)}` : String(found.mode)];
      }),
  );
}

/** Nothing at all happens, and a sentence says why. */
function refuses(status: number, says: RegExp, args: readonly string[] = [], options = {}): void {
  const before = picture();
  const refused = create(args, options);
  assert.match(refused.stderr, says);
  assert.doesNotMatch(refused.stderr, /\n {4}at /, 'no stack for what is foreseen');
  assert.equal(refused.status, status);
  assert.deepEqual(picture(), before);
}

test('in, again, and out: what is edited keeps every line of its own, and nothing is left', posix, () => {
  const before = picture();
  const look = create(['--dry-run']);
  assert.equal(look.status, 0, look.stderr);
  assert.deepEqual(picture(), before);

  const { status, stdout, stderr } = create();
  assert.equal(stderr, '');
  assert.equal(status, 0);
  assert.match(
    stdout,
    /^Found: Rails 7\.2\.4, no AnyCable yet, importmap, propshaft, no bin\/dev, minitest, no sign-in/,
  );
  assert.match(stdout, /\n {2}bundle install\n {2}bin\/rails db:migrate\n {2}bin\/dev\n/);
  assert.equal(
    read('config/routes.rb'),
    'Rails.application.routes.draw do\n  draw :cable_chat\n  root "posts#index"\nend\n',
  );
  assert.match(read('config/cable.yml'), /^ {2}adapter: any_cable # was: redis$/m);
  assert.match(read('app/views/layouts/application.html.erb'), /<%= yield :head %>\n {2}<\/head>/);
  assert.match(
    read('config/importmap.rb'),
    /^pin "application"\npin "cable-chat", to: "cable-chat\.js", preload: false\n$/,
  );
  for (const path of ['Procfile', 'compose.yml', '.env.example']) assert.ok(!existsSync(join(cwd, path)), path);

  const done = picture();
  const again = create();
  assert.doesNotMatch(again.stdout, /^ *(create|force|edit|update|remove|conflict|skip) {2}/m);
  assert.match(again.stdout, /Everything is up to date already\.\n$/);
  assert.deepEqual(picture(), done);

  const out = create(['--revoke']);
  assert.equal(out.status, 0, out.stderr);
  assert.match(out.stdout, /The chat is out again\. To finish:\n\n {2}bundle install\n$/);
  assert.deepEqual(picture(), before);
});

test('CRLF stays CRLF, in and out', posix, () => {
  for (const path of ['config/routes.rb', 'config/cable.yml', 'Gemfile'])
    write(path, read(path).replaceAll('\n', '\r\n'));
  git('config', 'core.autocrlf', 'false');
  commit();
  const before = picture();
  assert.equal(create().status, 0);
  for (const path of ['config/routes.rb', 'config/cable.yml', 'Gemfile']) {
    assert.doesNotMatch(read(path), /[^\r]\n/, path);
  }
  assert.equal(create(['--revoke']).status, 0);
  assert.deepEqual(picture(), before);
});

test('what is not committed is warned of, and goes on only with --force', posix, () => {
  write('notes.txt', 'mine');
  refuses(3, /^Not everything here is committed: notes\.txt\. Commit or stash it first.*--force/);
  const forced = create(['--force']);
  assert.equal(forced.status, 0);
  assert.match(forced.stdout, /^Warning: Not everything here is committed: notes\.txt\.$/m);
  assert.equal(read('notes.txt'), 'mine');
});

for (const [what, path, text, says] of [
  [
    'broken Ruby',
    'config/routes.rb',
    'Rails.application.routes.draw do\n',
    /cannot be read as it is; mend it first.*config\/routes\.rb/,
  ],
  [
    'broken YAML',
    'config/cable.yml',
    'development:\n  adapter: "async\n',
    /cannot be read as it is; mend it first.*config\/cable\.yml/,
  ],
  [
    'a hand-made anchor',
    'config/routes.rb',
    'Shop.draw_routes\n',
    /config\/routes\.rb {2}\(it has no line `Rails\.application/,
  ],
  [
    'a hand-made cable.yml',
    'config/cable.yml',
    'test:\n  adapter: test\n',
    /no line `adapter:` was found for development/,
  ],
  ['an API-only app', 'config/application.rb', 'require "rails/all"\nconfig.api_only = true\n', /API-only/],
  ['Rails 6.1', 'Gemfile.lock', 'GEM\n  specs:\n    railties (6.1.7)\n', /it has Rails 6\.1\.7/],
] as const) {
  test(`${what}: said, and nothing is touched`, posix, () => {
    write(path, text);
    commit();
    const foreseen = /anchor|hand-made/.test(what) ? 3 : 1;
    refuses(foreseen, says);
  });
}

test('with --skip, what cannot be edited is left to the user', posix, () => {
  write('config/routes.rb', 'Shop.draw_routes\n');
  commit();
  const { status, stdout } = create(['--skip']);
  assert.equal(status, 0);
  assert.match(stdout, /skip {2}config\/routes\.rb {2}\(it has no line/);
  assert.equal(read('config/routes.rb'), 'Shop.draw_routes\n');
});

test('an app without JavaScript and without an asset pipeline gets the widget as a public file', posix, () => {
  rmSync(join(cwd, 'config/importmap.rb'));
  write('Gemfile.lock', 'GEM\n  specs:\n    railties (7.2.4)\n');
  commit();
  const { stdout } = create();
  assert.match(stdout, /no JavaScript, no asset pipeline/);
  assert.ok(existsSync(join(cwd, 'public/javascripts/cable-chat.js')));
  assert.ok(existsSync(join(cwd, 'public/stylesheets/cable_chat.css')));
  assert.ok(!existsSync(join(cwd, 'vendor')));
});

test(
  'without a terminal a file in the way stops everything, with the list; --force replaces it, --revoke gives it back',
  posix,
  () => {
    write('app/jobs/cable_chat/answer_job.rb', '# mine\n');
    commit();
    refuses(
      3,
      /conflict {2}app\/jobs\/cable_chat\/answer_job\.rb {2}\(it differs\)\n\n--diff shows what differs; --force/,
    );
    assert.match(create(['--diff']).stdout, /^--- a\/app\/jobs\/cable_chat\/answer_job\.rb[^]*^-# mine$/m);
    const before = picture();
    assert.match(create(['--force']).stdout, /force {2}app\/jobs\/cable_chat\/answer_job\.rb/);
    assert.equal(create(['--revoke']).status, 0);
    assert.deepEqual(picture(), before);
  },
);

test('a read-only file in the middle of the plan: nothing is half-done', posix, () => {
  chmodSync(join(cwd, 'config/routes.rb'), 0o444);
  refuses(3, /config\/routes\.rb {2}\(it is read-only; make it writable/);
});

/** Root may write anywhere; another user is borrowed. */
const unprivileged =
  process.getuid?.() === 0 ? { uid: 65534, gid: 65534, env: { ...process.env, HOME: '/nonexistent' } } : {};

test('a read-only folder in the middle of it: what was begun is taken back', posix, () => {
  const everything = [cwd, ...readdirSync(cwd, { recursive: true, encoding: 'utf8' }).map((path) => join(cwd, path))];
  for (const place of everything) if (lstatSync(place).isDirectory()) chmodSync(place, 0o777);
  chmodSync(join(cwd, 'config'), 0o555);
  refuses(1, /^Cannot write to .*: this user may not write there/, [], unprivileged);
  chmodSync(join(cwd, 'config'), 0o755);
});

test('a folder in the place of the manifest: said, and nothing is written', posix, () => {
  mkdirSync(join(cwd, 'config/cable_chat.json'));
  const says = /^config\/cable_chat\.json is a folder, and config\/cable_chat\.json should be a file/m;
  refuses(1, says);
  refuses(1, says, ['--revoke']);
});

test('a newer scaffolder upgrades from the manifest; an older one refuses', posix, () => {
  create();
  commit();
  const manifest = JSON.parse(read('config/cable_chat.json'));
  // As if the last version had written something else there, and another file.
  const old = '# version 0\n';
  write('app/jobs/cable_chat/answer_job.rb', old);
  write('app/jobs/cable_chat/old_job.rb', old);
  const sha256 = createHash('sha256').update(old).digest('hex');
  manifest.files['app/jobs/cable_chat/answer_job.rb'].sha256 = sha256;
  manifest.files['app/jobs/cable_chat/old_job.rb'] = { sha256 };
  manifest.version = '0.0.9';
  write('config/cable_chat.json', JSON.stringify(manifest));
  commit();
  const { stdout, status } = create();
  assert.equal(status, 0);
  assert.match(stdout, /update {2}app\/jobs\/cable_chat\/answer_job\.rb/);
  assert.match(stdout, /remove {2}app\/jobs\/cable_chat\/old_job\.rb/);
  assert.match(read('app/jobs/cable_chat/answer_job.rb'), /class AnswerJob/);

  write('config/cable_chat.json', read('config/cable_chat.json').replace(/"version": "[^"]+"/, '"version": "99.0.0"'));
  commit();
  refuses(1, /written by create-cable-chat 99\.0\.0, which is newer than this one/);
});

test('--revoke leaves the tables to Rails, as long as it can still take them back', posix, () => {
  create();
  write('db/schema.rb', 'create_table "cable_chat_messages"\n');
  refuses(
    3,
    /bin\/rails db:migrate:down VERSION=\d{14}\n {2}bin\/rails db:migrate:down VERSION=\d{14}\n\nand then this again/,
    ['--revoke'],
  );
  assert.equal(create(['--revoke', '--skip']).status, 0);
  refuses(1, /^There is nothing to take back/, ['--revoke']);
});

test('as a Rails template', posix, () => {
  cpSync(join(root, 'create-app/rails-template.rb'), join(home, 'package/rails-template.rb'));
  // What `bin/rails app:template` evaluates it in, as far as it is asked: the folder.
  const script = 'require "bundler"; def destination_root = Dir.pwd; load ARGV[0]';
  const run = (env: NodeJS.ProcessEnv) =>
    spawnSync('ruby', ['-e', script, join(home, 'package/rails-template.rb')], {
      cwd,
      encoding: 'utf8',
      env: { ...process.env, ...env },
    });
  const before = picture();
  assert.match(run({ CABLE_CHAT_OPTIONS: '--dry-run' }).stdout, /nothing was written/);
  assert.deepEqual(picture(), before);
  assert.equal(run({}).status, 0);
  assert.ok(existsSync(join(cwd, 'config/cable_chat.json')));
  write('config/cable_chat.json', '{');
  assert.equal(run({}).status, 1);
});
