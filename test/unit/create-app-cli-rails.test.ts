/** The built scaffolder making Rails apps, with doubles of `ruby`, `rails`, `bundle` and `git` on PATH. */
import assert from 'node:assert/strict';
import { spawnSync, type SpawnSyncOptionsWithStringEncoding } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { installScaffolder } from '../support/built-scaffolder.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const posix = process.platform === 'win32' ? { skip: 'the doubles are scripts, which Windows does not run' } : {};

/** What each program does, as Node runs it. Every call is noted in $LOG. */
const doubles = {
  ruby: `if (argv.includes('puts RUBY_VERSION, Gem::VERSION')) console.log('3.3.0\\n3.5.3');`,
  git: `console.log('git version 2.47.0');`,
  rails: `
    if (argv[0] === '--version') console.log('Rails 7.2.4');
    else {
      const app = argv[1];
      const files = {
        'Gemfile': 'source "https://rubygems.org"\\n\\ngem "rails", "~> 7.2.4"\\ngem "importmap-rails"\\n',
        'config/application.rb': 'class Application < Rails::Application\\n  config.load_defaults 7.2\\nend\\n',
        'config/puma.rb': 'port 3000\\n',
        'config/database.yml': 'default: &default\\n  adapter: sqlite3\\n',
        'config/routes.rb': 'Rails.application.routes.draw do\\nend\\n',
        'config/cable.yml': 'development:\\n  adapter: async\\n\\ntest:\\n  adapter: test\\n\\nproduction:\\n  adapter: redis\\n',
        '.gitignore': '/.env*\\n',
        'bin/rails': '#!' + process.execPath + '\\nrequire("node:fs").appendFileSync(process.env.LOG, "bin/rails " + process.argv.slice(2).join(" ") + "\\\\n");\\n',
        ...(argv.includes('--skip-git') ? {} : { '.git/HEAD': 'ref: refs/heads/main\\n' }),
      };
      for (const [path, text] of Object.entries(files)) {
        fs.mkdirSync(app + '/' + path.split('/').slice(0, -1).join('/'), { recursive: true });
        fs.writeFileSync(app + '/' + path, text, { mode: path.startsWith('bin/') ? 0o755 : 0o644 });
      }
    }`,
  bundle: `fs.writeFileSync('Gemfile.lock', 'locked\\n');`,
} as const;
type Program = keyof typeof doubles;

let home: string;
let bin: string;
let cwd: string;
let log: string;

before(() => {
  home = mkdtempSync(join(tmpdir(), 'create-cable-chat-'));
  chmodSync(home, 0o755);
  installScaffolder(join(home, 'package'));
});
after(() => rmSync(home, { recursive: true, force: true }));
beforeEach(() => {
  bin = mkdtempSync(join(home, 'bin-'));
  cwd = mkdtempSync(join(home, 'cwd-'));
  log = join(bin, 'log');
  writeFileSync(log, '');
  for (const folder of [bin, cwd]) chmodSync(folder, 0o777);
  chmodSync(log, 0o666);
  for (const [program, code] of Object.entries(doubles)) install(program as Program, code);
});

/** Puts a double of a program on PATH; `undefined` takes it away. */
function install(program: Program, code: string | undefined): void {
  const path = join(bin, program);
  rmSync(path, { force: true });
  if (code === undefined) return;
  const script = `#!${process.execPath}
const fs = require('node:fs');
const argv = process.argv.slice(2);
fs.appendFileSync(process.env.LOG, ['${program}', ...argv].join(' ').split('\\n')[0] + '\\n');
${code}
`;
  writeFileSync(path, script, { mode: 0o755 });
}

function create(args: readonly string[], options: Partial<SpawnSyncOptionsWithStringEncoding> = {}) {
  const { status, stdout, stderr, error } = spawnSync(
    process.execPath,
    [join(home, 'package/dist/cli.js'), ...args],
    // A question would wait for ever here: then the deadline fails the test.
    { cwd, encoding: 'utf8', input: '', timeout: 20_000, env: { PATH: bin, LOG: log, HOME: cwd }, ...options },
  );
  if (error) throw error;
  return { status, stdout, stderr };
}

/** The calls that did something, in order. */
function calls(): string[] {
  const questions = /^(ruby|git|rails --version)\b/;
  return readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !questions.test(line));
}

const read = (path: string): string => readFileSync(join(cwd, 'my-app', path), 'utf8');

/** Every path with its content, so that two pictures are equal only if nothing at all was touched. */
function picture(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .sort()
      .map((path) => {
        const found = lstatSync(join(folder, path));
        return [path, found.isFile() ? `${found.mode} ${readFileSync(join(folder, path), 'utf8')}` : `${found.mode}`];
      }),
  );
}

test('runs the user’s own rails, lays the chat over it, installs, and says how to go on', posix, () => {
  const { status, stdout, stderr } = create(['my-app']);
  assert.equal(stderr, '');
  assert.equal(status, 0);
  assert.match(stdout, /^Taking the defaults: --template rails --provider demo --rpc http .*--database sqlite3\n/);
  const [first = '', ...others] = calls();
  assert.match(first, /^rails new my-app --skip-bundle .*--no-skip-action-cable/);
  assert.ok(
    others[0] === 'bundle install' && others.at(-1)?.startsWith('bin/rails importmap:install'),
    others.join('\n'),
  );

  assert.match(stdout, /^ {9}run {2}rails new my-app /m);
  assert.match(stdout, /^ {6}create {2}app\/channels\/assistant_channel\.rb$/m);
  assert.match(stdout, /^ {8}edit {2}config\/routes\.rb {2}\(draw :cable_chat, root "cable_chat\/chats#show"\)$/m);
  assert.match(
    stdout,
    /\nWrote \d+ files to my-app, and edited 7 files\. To start it:\n\n {2}cd my-app\n {2}bin\/rails db:prepare\n {2}bin\/dev\n\nThen open http:\/\/localhost:3000\/chat\. .*docs\/cable_chat\.md\.\n$/,
  );
  assert.match(read('Gemfile'), /^gem "anycable-rails-core", "~> 1\.6"$/m);
  assert.match(read('config/routes.rb'), /^ {2}draw :cable_chat$/m);
  assert.match(read('config/cable.yml'), /^ {2}adapter: any_cable # was: redis$/m);
  assert.equal(read('.gitignore'), '/.env*\n!/.env.example\n');
  assert.equal(read('Gemfile.lock'), 'locked\n');
  assert.ok(existsSync(join(cwd, 'my-app/.git')));
  assert.match(read('vendor/javascript/cable-chat.js'), /cable-chat/);
  assert.deepEqual(readdirSync(cwd), ['my-app'], 'nothing is left beside it');
});

test('what can be run in the template can be run in the app', posix, () => {
  create(['my-app']);
  const template = join(root, 'templates/rails');
  for (const path of readdirSync(template, { recursive: true, encoding: 'utf8' })) {
    const source = statSync(join(template, path));
    const place = join(cwd, 'my-app', path);
    if (!source.isFile() || !existsSync(place)) continue;
    assert.equal(statSync(place).mode & 0o111, source.mode & 0o111 ? 0o111 : 0, path);
  }
});

test('the choices decide about gems and the provider', posix, () => {
  create(['my-app', '--provider', 'openai', '--rpc', 'grpc', '--database', 'postgresql']);
  assert.match(read('Gemfile'), /^gem "anycable-rails", "~> 1\.6"$/m);
  assert.match(read('Gemfile'), /^gem "ruby-openai"/m);
  assert.match(calls()[0] ?? '', /--database=postgresql/);
});

test('with --skip-bundle nothing is installed, and the commands for it are among the next ones', posix, () => {
  const { stdout } = create(['my-app', '--skip-bundle', '--skip-git', '--skip-test', '--skip-docker']);
  const [first = '', ...others] = calls();
  assert.deepEqual(others, []);
  for (const flag of ['--skip-git', '--skip-test', '--skip-docker']) assert.ok(first.includes(flag), flag);
  assert.match(
    stdout,
    /\n {2}cd my-app\n {2}bundle install\n {2}bin\/rails importmap:install.*\n {2}bin\/rails db:prepare\n/,
  );
  assert.ok(!existsSync(join(cwd, 'my-app/test')) && !existsSync(join(cwd, 'my-app/.git')));
});

test('a dry run lists everything and writes nothing', posix, () => {
  const { status, stdout } = create(['my-app', '--dry-run'], { env: { PATH: bin, LOG: log, TMPDIR: cwd } });
  assert.equal(status, 0);
  assert.match(stdout, /create {2}app\/channels\/assistant_channel\.rb/);
  assert.match(stdout, /edit {2}Gemfile/);
  assert.match(stdout, /--dry-run wrote nothing\.\n$/);
  assert.deepEqual(calls().length, 1);
  assert.deepEqual(readdirSync(cwd), []);
});

test('a second run says identical everywhere', posix, () => {
  create(['my-app']);
  const before = picture(cwd);
  const { status, stdout } = create(['my-app']);
  assert.equal(status, 0);
  assert.doesNotMatch(stdout, /^ *(create|force|skip|edit|conflict|run) {2}/m);
  assert.match(stdout, /identical {2}config\/routes\.rb/);
  assert.match(stdout, /\nmy-app is up to date already\./);
  assert.deepEqual(picture(cwd), before);
});

test('in an app of which something was changed, it asks what to do, and then does that and no more', posix, () => {
  create(['my-app']);
  const place = join(cwd, 'my-app/app/channels/assistant_channel.rb');
  const original = readFileSync(place, 'utf8');
  writeFileSync(place, '# mine\n');
  writeFileSync(join(cwd, 'my-app/config/routes.rb'), 'Rails.application.routes.draw do\n  root "posts#index"\nend\n');
  const before = picture(cwd);
  const refused = create(['my-app']);
  assert.equal(refused.status, 3);
  assert.match(refused.stderr, /^my-app has this app already, changed since, and nothing was written\./);
  // What --force replaces and what is edited, and nothing that merely is there.
  assert.deepEqual(
    refused.stderr.match(/^ +\w+ {2}\S+/gm)?.map((line) => line.trim()),
    ['conflict  app/channels/assistant_channel.rb', 'edit  config/routes.rb'],
  );
  assert.match(refused.stderr, /--force replaces 1 file /);
  assert.deepEqual(picture(cwd), before);

  // Where nothing of the user's would be replaced, it says so.
  writeFileSync(place, original);
  assert.match(
    create(['my-app']).stderr,
    /edit {2}config\/routes\.rb .*\n\n--skip does that; none of your files is replaced\./,
  );
  writeFileSync(place, '# mine\n');

  assert.match(create(['my-app', '--skip']).stdout, /skip {2}app\/channels\/assistant_channel\.rb/);
  assert.equal(readFileSync(place, 'utf8'), '# mine\n');
  assert.equal(
    read('config/routes.rb'),
    'Rails.application.routes.draw do\n  draw :cable_chat\n  root "posts#index"\nend\n',
  );
  create(['my-app', '--force']);
  assert.equal(readFileSync(place, 'utf8'), original);
});

test('a folder with other things in it is refused, with --force as well', posix, () => {
  mkdirSync(join(cwd, 'my-app'));
  writeFileSync(join(cwd, 'my-app/notes.txt'), 'mine');
  const refused = create(['my-app']);
  assert.equal(refused.status, 3);
  assert.match(refused.stderr, /exists {2}notes\.txt/);
  assert.doesNotMatch(refused.stderr, /--(force|skip)/, 'neither would help');
  const forced = create(['my-app', '--force']);
  assert.equal(forced.status, 3);
  assert.match(forced.stderr, /^my-app has files and is no Rails app/);
  assert.deepEqual(readdirSync(join(cwd, 'my-app')), ['notes.txt']);
  assert.deepEqual(calls(), []);
});

test('an empty folder that is a repository stays that repository', posix, () => {
  mkdirSync(join(cwd, 'my-app/.git'), { recursive: true });
  writeFileSync(join(cwd, 'my-app/.git/HEAD'), 'ref: refs/heads/theirs\n');
  assert.equal(create(['my-app']).status, 0);
  assert.equal(read('.git/HEAD'), 'ref: refs/heads/theirs\n');
  assert.ok(existsSync(join(cwd, 'my-app/config/routes.rb')));
  assert.deepEqual(readdirSync(cwd), ['my-app']);
});

test('without git there is an app without a repository', posix, () => {
  install('git', undefined);
  assert.equal(create(['my-app']).status, 0);
  assert.match(calls()[0] ?? '', /--skip-git/);
});

const ruby = (versions: string) => `if (argv[0] === '-e') console.log('${versions}');`;
const missing: readonly (readonly [
  what: string,
  program: Program,
  code: string | undefined,
  says: RegExp,
  args?: string[],
])[] = [
  ['no Ruby', 'ruby', undefined, /^There is no `ruby` on this machine\. Install .*--template node/],
  ['an old Ruby', 'ruby', ruby('2.7.8\\n3.1.6'), /^Ruby 2\.7\.8 is too old\. Install Ruby 3\.1 or newer/],
  [
    'a Ruby that ruby_llm does not know',
    'ruby',
    ruby('3.1.2\\n3.3.15'),
    /^The gem ruby_llm needs Ruby 3\.2/,
    ['--provider=ruby_llm'],
  ],
  [
    'a broken Ruby',
    'ruby',
    'console.error("libruby.so: not found"); process.exit(127);',
    /exit code 127\): libruby\.so: not found/,
  ],
  ['no Rails', 'rails', undefined, /^There is no `rails` on this machine\. Run `gem install rails` and try again\.$/m],
  ['an old Rails', 'rails', 'console.log("Rails 7.0.10");', /^Rails 7\.0\.10 is too old: the chat needs Rails 7\.1/],
  [
    'a Rails that fails',
    'rails',
    'if (argv[0] === "new") { console.error("Invalid application name"); process.exit(1); } console.log("Rails 7.2.4");',
    /`rails new my-app .*` failed \(exit code 1\), so nothing was written\. It said:\n\n {2}Invalid application name/,
  ],
  ['a Rails that makes nothing', 'rails', 'console.log("Rails 7.2.4");', /made no app/],
  ['no Bundler', 'bundle', undefined, /^There is no `bundle` on this machine/m],
  [
    'gems that cannot be built',
    'bundle',
    'console.error("An error occurred while installing sqlite3"); process.exit(5);',
    /`bundle install` failed \(exit code 5\).*\n\n {2}An error occurred while installing sqlite3/,
  ],
  [
    'a full disk',
    'rails',
    `if (argv[0] === 'new') { console.error("rails:1:in 'write': No space left on device (Errno::ENOSPC)\\n\\tfrom /x.rb:1:in 'y'"); process.exit(1); } console.log('Rails 7.2.4');`,
    /^`rails new my-app .*` found the disk full, so nothing was written\. Make room/,
  ],
  [
    'a Rails that crashes',
    'rails',
    `if (argv[0] === 'new') { console.error("rails:1:in 'boot': wrong (RuntimeError)\\n\\tfrom /x.rb:1:in 'y'"); process.exit(1); } console.log('Rails 7.2.4');`,
    /It said:\n\n {2}rails:1:in 'boot': wrong \(RuntimeError\)\n$/,
  ],
  [
    'no network',
    'bundle',
    'console.error("Could not reach host index.rubygems.org."); process.exit(17);',
    /^RubyGems cannot be reached.*--skip-bundle/,
  ],
];
for (const [what, program, code, says, args = []] of missing) {
  test(`${what}: a clear sentence, and nothing written`, posix, () => {
    install(program, code);
    const { status, stderr } = create(['my-app', ...args]);
    assert.match(stderr, says);
    assert.doesNotMatch(stderr, /\n {4}at /, 'no stack for what is foreseen');
    assert.equal(status, 1);
    assert.deepEqual(readdirSync(cwd), []);
  });
}

test('for an old Ruby, the Rails to install is one that it can run', posix, () => {
  install('ruby', ruby('3.1.2\\n3.3.15'));
  install('rails', undefined);
  assert.match(create(['my-app']).stderr, /Run `gem install 'nokogiri:~> 1\.17\.2' 'rails:~> 7\.2\.0'` and try again/);
});

test('without a network, gems that are installed already are enough', posix, () => {
  install('bundle', 'if (!argv.includes("--local")) { console.error("Could not reach host"); process.exit(17); }');
  const { status, stdout } = create(['my-app']);
  assert.equal(status, 0);
  assert.match(stdout, /run {2}bundle install --local/);
});

test('what Rails wrote otherwise than expected is named', posix, () => {
  install(
    'rails',
    `${doubles.rails}\nif (argv[0] === 'new') fs.writeFileSync(argv[1] + '/config/routes.rb', 'nothing');`,
  );
  const { status, stderr } = create(['my-app']);
  assert.match(stderr, /config\/routes\.rb: it has no line `Rails\.application\.routes\.draw do`/);
  assert.equal(status, 1);
  assert.deepEqual(readdirSync(cwd), []);
});

test('an edit that Ruby could not read any more gets no further', posix, () => {
  install(
    'ruby',
    `${doubles.ruby}\nif (argv[0] === '-e' && argv.includes('Gemfile')) { console.log('Gemfile: syntax error'); process.exit(1); }`,
  );
  const { status, stderr } = create(['my-app']);
  assert.match(stderr, /An edit would break a file, so nothing was written\. Gemfile: syntax error/);
  assert.equal(status, 1);
  assert.deepEqual(readdirSync(cwd), []);
});

test('inside another Rails app there is none', posix, () => {
  for (const path of ['bin/rails', 'config/application.rb']) {
    mkdirSync(join(cwd, path, '..'), { recursive: true });
    writeFileSync(join(cwd, path), '');
  }
  const inner = join(cwd, 'lib');
  mkdirSync(inner);
  const { status, stderr } = create(['my-app'], { cwd: inner });
  assert.equal(status, 3);
  assert.match(stderr, /is a Rails app, and `rails new` makes none inside another/);
  assert.deepEqual(readdirSync(inner), []);
});

/** Signals the scaffolder that started it, and goes on for ever with a child that does as well. */
const HANGING = (ending: string) => `
  const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  fs.writeFileSync(process.env.LOG + '.pids', process.pid + ' ' + child.pid);
  process.kill(process.ppid, '${ending}');
  setInterval(() => {}, 1000);`;

for (const [program, ending, code] of [
  ['rails', 'SIGINT', 130],
  ['bundle', 'SIGINT', 130],
  ['bundle', 'SIGTERM', 143],
] as const) {
  test(`${ending} while ${program} runs ends all of it and leaves nothing`, posix, () => {
    install(
      program,
      program === 'rails'
        ? `if (argv[0] === 'new') { ${HANGING(ending)} } else console.log('Rails 7.2.4');`
        : HANGING(ending),
    );
    const { status, stderr } = create(['my-app']);
    assert.equal(stderr, `Interrupted by ${ending}. Nothing was written: everything is as it was.\n`);
    assert.equal(status, code);
    assert.deepEqual(readdirSync(cwd), []);
    for (const pid of readFileSync(`${log}.pids`, 'utf8').split(' ').map(Number))
      assert.ok(!isAlive(pid), `${pid} lives`);
  });
}

/** A process that ended counts as dead though nobody has asked for its exit code yet. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = `/proc/${pid}/stat`;
  return !existsSync(stat) || !/\) Z /.test(readFileSync(stat, 'utf8'));
}

/** Root may write anywhere; another user is borrowed for the tests about permissions. */
const unprivileged: Partial<SpawnSyncOptionsWithStringEncoding> =
  process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

test('a read-only folder ends in a clear sentence', posix, () => {
  chmodSync(cwd, 0o555);
  const { status, stderr } = create(['my-app'], unprivileged);
  assert.equal(status, 1);
  assert.match(stderr, /^Cannot write to .*: this user may not write there\. Choose another folder/);
  assert.deepEqual(readdirSync(cwd), []);
  chmodSync(cwd, 0o777);
});
