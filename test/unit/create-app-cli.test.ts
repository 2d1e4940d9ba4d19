/** The built scaffolder, run as users run it. */
import assert from 'node:assert/strict';
import { spawnSync, type SpawnSyncOptionsWithStringEncoding } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { installScaffolder } from '../support/built-scaffolder.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
let home: string;
let cwd: string;

before(() => {
  home = mkdtempSync(join(tmpdir(), 'create-cable-chat-'));
  chmodSync(home, 0o755);
  installScaffolder(join(home, 'package'));
});
after(() => rmSync(home, { recursive: true, force: true }));
beforeEach(() => {
  cwd = mkdtempSync(join(home, 'cwd-'));
  chmodSync(cwd, 0o777);
});

function create(args: readonly string[], options: Partial<SpawnSyncOptionsWithStringEncoding> = {}) {
  const { status, stdout, stderr, error } = spawnSync(
    process.execPath,
    [join(home, 'package/dist/cli.js'), ...args],
    // A question would wait for ever here: then the deadline fails the test.
    { cwd, encoding: 'utf8', input: '', timeout: 20_000, ...options },
  );
  if (error) throw error;
  return { status, stdout, stderr };
}

const createNode: typeof create = (args, options) => create([...args, '--template', 'node'], options);

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

test('writes the template under the app’s name and says how to go on', () => {
  const { status, stdout } = createNode(['my-app'], { env: { ...process.env, npm_config_user_agent: 'pnpm/9.0.0' } });
  assert.equal(status, 0);
  assert.match(stdout, /^ {6}create {2}package\.json$/m);
  assert.match(stdout, /\n {2}cd my-app\n {2}pnpm install\n {2}pnpm start\n$/);

  const manifest = JSON.parse(readFileSync(join(cwd, 'my-app/package.json'), 'utf8'));
  assert.equal(manifest.name, 'my-app');
  assert.equal(manifest.version, '0.0.0');
  assert.equal(manifest.private, true);
  assert.deepEqual(readdirSync(cwd), ['my-app'], 'nothing is left beside it');

  const template = JSON.parse(readFileSync(join(root, 'templates/node/package.json'), 'utf8'));
  assert.deepEqual(manifest.dependencies, template.dependencies);
  // `.gitignore` travels without its dot, since npm leaves it out of packages.
  for (const path of ['.gitignore', 'tsconfig.json', 'src/cable/channel.ts']) {
    assert.deepEqual(readFileSync(join(cwd, 'my-app', path)), readFileSync(join(root, 'templates/node', path)));
  }
});

test('a dry run lists everything and writes nothing', () => {
  const { status, stdout } = createNode(['my-app', '--dry-run']);
  assert.equal(status, 0);
  assert.match(stdout, /create {2}package\.json/);
  assert.deepEqual(readdirSync(cwd), []);
});

test('a second run says identical everywhere', () => {
  createNode(['my-app']);
  const before = picture(cwd);
  mkdirSync(join(cwd, 'my-app/node_modules'));
  const { status, stdout } = createNode(['my-app']);
  assert.equal(status, 0);
  assert.doesNotMatch(stdout, /^ *(create|force|skip|conflict) {2}/m);
  assert.match(stdout, /identical {2}package\.json/);
  rmSync(join(cwd, 'my-app/node_modules'), { recursive: true });
  assert.deepEqual(picture(cwd), before);
});

test('an occupied folder is refused with the list, and nothing in it is touched', () => {
  mkdirSync(join(cwd, 'my-app/src'), { recursive: true });
  writeFileSync(join(cwd, 'my-app/package.json'), '{}');
  writeFileSync(join(cwd, 'my-app/notes.txt'), 'mine');
  const before = picture(cwd);
  for (const args of [['my-app'], ['my-app', '--dry-run'], ['my-app', '--yes']]) {
    const { status, stdout, stderr } = createNode(args);
    assert.equal(status, 3);
    assert.equal(stdout, '');
    assert.match(stderr, /conflict {2}package\.json/);
    assert.match(stderr, /exists {2}notes\.txt/);
    assert.match(stderr, /--force/);
  }
  assert.deepEqual(picture(cwd), before);
});

test('--force replaces what is in the way and leaves the rest; --skip keeps it', () => {
  const app = join(cwd, 'my-app');
  mkdirSync(app);
  writeFileSync(join(app, 'package.json'), '{}');
  writeFileSync(join(app, 'notes.txt'), 'mine');

  const kept = createNode(['my-app', '--skip']);
  assert.equal(kept.status, 0);
  assert.match(kept.stdout, /skip {2}package\.json/);
  assert.match(kept.stdout, /kept 1 of yours/);
  assert.equal(readFileSync(join(app, 'package.json'), 'utf8'), '{}');

  const forced = createNode(['my-app', '--force']);
  assert.equal(forced.status, 0);
  assert.match(forced.stdout, /force {2}package\.json/);
  assert.match(forced.stdout, /identical {2}tsconfig\.json/);
  assert.equal(JSON.parse(readFileSync(join(app, 'package.json'), 'utf8')).name, 'my-app');
  assert.equal(readFileSync(join(app, 'notes.txt'), 'utf8'), 'mine');
  assert.deepEqual(readdirSync(cwd), ['my-app']);
});

test('nothing is ever written through a link', () => {
  const outside = join(cwd, 'outside');
  mkdirSync(outside);
  mkdirSync(join(cwd, 'my-app'));
  symlinkSync(outside, join(cwd, 'my-app/src'));
  const { status, stderr } = createNode(['my-app', '--force']);
  assert.equal(status, 3);
  assert.match(stderr, /src is a symbolic link/);
  assert.deepEqual(readdirSync(outside), []);
  assert.deepEqual(readdirSync(join(cwd, 'my-app')), ['src']);

  symlinkSync(join(cwd, 'nowhere'), join(cwd, 'dangling'));
  assert.equal(createNode(['dangling', '--force']).status, 3);
  writeFileSync(join(cwd, 'a-file'), '');
  assert.equal(createNode(['a-file', '--force']).status, 3);
});

const wrong: readonly (readonly [args: string[], says: RegExp])[] = [
  [[], /name of the new folder is missing/],
  [['../escape'], /is a path/],
  [['--template', 'django', 'my-app'], /no template "django".*rails, node/],
  [['--template'], /--template/],
  [['my-app', 'other'], /One name is needed, and there are 2/],
  [['my-app', '--frobnicate'], /Unknown option '--frobnicate'/],
  [['my-app', '--force', '--skip'], /exclude each other/],
  [['my-app', '--dry-run=yes'], /--dry-run/],
  [['my-app', '--provider', 'eliza'], /no provider "eliza".*demo, openai, ruby_llm, anthropic/],
  [['my-app', '--rpc=soap'], /no RPC "soap".*http, grpc/],
  [['my-app', '--template', 'node', '--auth', 'jwt', '--skip-bundle'], /--auth, --skip-bundle: only for a Rails app/],
  [['test', '--template', 'rails'], /"test" cannot be a Rails app.*Try: my-test/],
  [['My-App'], /capital letters.*Try: my-app/],
];
for (const [args, says] of wrong) {
  test(`wrong usage: ${args.join(' ') || '(nothing)'}`, () => {
    const { status, stdout, stderr } = create(args);
    assert.equal(status, 2);
    assert.equal(stdout, '');
    assert.match(stderr, says);
    assert.doesNotMatch(stderr, /\n {4}at /, 'no stack for a mistake in typing');
    assert.deepEqual(readdirSync(cwd), []);
  });
}

test('--help and --version win, and --yes takes the default name', () => {
  assert.match(create(['--help', '../x']).stdout, /^Usage: npm create cable-chat/);
  const { version } = JSON.parse(readFileSync(join(root, 'create-app/package.json'), 'utf8'));
  assert.equal(create(['--version']).stdout, `${version}\n`);
  assert.equal(createNode(['--yes']).status, 0);
  assert.deepEqual(readdirSync(cwd), ['my-chat']);
});

/** Root may write anywhere; another user is borrowed for the tests about permissions. */
const unprivileged: Partial<SpawnSyncOptionsWithStringEncoding> =
  process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
const permissions = process.platform === 'win32' ? { skip: 'Windows has no permission bits' } : {};

test('a read-only folder ends in a clear sentence', permissions, () => {
  chmodSync(cwd, 0o555);
  const { status, stderr } = createNode(['my-app'], unprivileged);
  assert.equal(status, 1);
  assert.match(stderr, /^Cannot write to .*: this user may not write there\. Choose another folder/);
  assert.deepEqual(readdirSync(cwd), []);
});

test('a failure in the middle takes everything back', permissions, () => {
  assert.equal(createNode(['my-app'], unprivileged).status, 0);
  const app = join(cwd, 'my-app');
  // The root of the app can be changed, this folder in it cannot: its file comes late in the plan.
  writeFileSync(join(app, 'package.json'), '{"mine":true}');
  rmSync(join(app, 'src/cable'), { recursive: true });
  writeFileSync(join(app, 'src/providers/provider.ts'), 'mine');
  chmodSync(join(app, 'src/providers'), 0o555);
  const before = picture(cwd);
  const { status, stderr } = createNode(['my-app', '--force'], unprivileged);
  assert.equal(status, 1);
  assert.match(stderr, /Cannot write to/);
  assert.deepEqual(picture(cwd), before);
  chmodSync(join(app, 'src/providers'), 0o755);
});
