/** A Rails app made by the real `rails`, and prepared by the commands that the scaffolder printed, nothing else. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { accessSync, constants, cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Where gems may be installed: the user's own place, and this project's. */
const gemHomes = [process.env['GEM_HOME'], join(root, '.cache/gems-rails')].filter((path) => path !== undefined);

function environment(): NodeJS.ProcessEnv | undefined {
  const { PATH = '' } = process.env;
  if (PATH.split(delimiter).some((folder) => isExecutable(join(folder, 'rails')))) return process.env;
  const gemHome = gemHomes.find((path) => isExecutable(join(path, 'bin/rails')));
  if (gemHome === undefined) return undefined;
  return { ...process.env, GEM_HOME: gemHome, PATH: `${join(gemHome, 'bin')}${delimiter}${PATH}` };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const env = environment();
const needsRails =
  env === undefined ? { skip: 'no `rails` on PATH nor in GEM_HOME: `gem install rails` to run it' } : {};

let folder: string;
let home: string;

before(() => {
  if (env === undefined) return;
  const built = spawnSync(process.execPath, [join(root, 'scripts/build.mjs'), 'create-app'], { encoding: 'utf8' });
  assert.equal(built.status, 0, built.stderr);
  folder = mkdtempSync(join(tmpdir(), 'cable-chat-rails-'));
  home = join(folder, 'package');
  for (const part of ['dist', 'templates', 'package.json']) {
    cpSync(join(root, 'create-app', part), join(home, part), { recursive: true });
  }
});
after(() => {
  if (folder) rmSync(folder, { recursive: true, force: true });
});

function run(command: string, args: readonly string[], cwd: string): string {
  // In the middle of a test run, Rails would take itself for a part of one.
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    env: { ...env, RAILS_ENV: undefined },
    encoding: 'utf8',
    input: '',
    timeout: 280_000,
  });
  if (error) throw error;
  assert.equal(status, 0, `${command} ${args.join(' ')}:\n${stdout}\n${stderr}`);
  return stdout;
}

const create = (cwd: string, ...args: string[]): string =>
  run(process.execPath, [join(home, 'dist/cli.js'), 'my-app', '--template', 'rails', ...args], cwd);

test('the app is made, and prepared by the commands that were printed', needsRails, () => {
  const cwd = mkdtempSync(join(folder, 'cwd-'));
  const output = create(cwd);
  const commands = output
    .slice(output.indexOf('To start it:'))
    .split('\n')
    .filter((line) => line.startsWith('  '))
    .map((line) => line.trim());
  assert.deepEqual([commands[0], commands.at(-1)], ['cd my-app', 'bin/dev']);
  assert.ok(commands.length <= 3, commands.join('\n'));
  // The last one serves until it is ended; test/rails goes on from there.
  run('sh', ['-ec', commands.slice(0, -1).join('\n')], cwd);

  const app = join(cwd, 'my-app');
  assert.ok(isExecutable(join(app, 'bin/dev')));
  const routes = run('bin/rails', ['routes'], app);
  for (const route of ['/cable_chat/token', '/cable_chat/actions', 'cable_chat/chats#show']) {
    assert.ok(routes.includes(route), route);
  }
  assert.equal(
    run('bin/rails', ['runner', 'print ActionCable.server.config.cable.fetch("adapter")'], app),
    'any_cable',
  );
  run('bin/rails', ['zeitwerk:check'], app);
  assert.match(readFileSync(join(app, 'config/importmap.rb'), 'utf8'), /turbo/, 'what Rails sets up itself is there');
  assert.ok(existsSync(join(app, '.git')));
  assert.deepEqual(readdirSync(cwd), ['my-app'], 'nothing is left beside it');

  const again = create(cwd);
  assert.doesNotMatch(again, /^ *(create|force|skip|edit|conflict|run) {2}/m);
  assert.match(again, /up to date already/);
});

test('a dry run asks the real `rails` what it would write, and leaves nothing', needsRails, () => {
  const cwd = mkdtempSync(join(folder, 'cwd-'));
  assert.match(create(cwd, '--dry-run', '--rpc', 'grpc', '--skip-test'), /edit {2}Gemfile {2}\(gem "anycable-rails",/);
  assert.deepEqual(readdirSync(cwd), []);
});
