/** A Rails app made by the real `rails`, and prepared by the commands that the scaffolder printed, nothing else. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ensureRails, railsEnvironment } from '../../scripts/rails.mjs';
import { installScaffolder } from '../support/built-scaffolder.js';

let folder: string;
let home: string;

before(async () => {
  await ensureRails();
  folder = mkdtempSync(join(tmpdir(), 'cable-chat-rails-'));
  home = join(folder, 'package');
  installScaffolder(home);
});
after(() => {
  if (folder) rmSync(folder, { recursive: true, force: true });
});

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    env: railsEnvironment(),
    encoding: 'utf8',
    input: '',
    // A first `bundle install` compiles for minutes.
    timeout: 600_000,
  });
  if (error) throw error;
  assert.equal(status, 0, `${command} ${args.join(' ')}:\n${stdout}\n${stderr}`);
  return stdout;
}

const create = (cwd: string, ...args: string[]): string =>
  run(process.execPath, [join(home, 'dist/cli.js'), 'my-app', '--template', 'rails', ...args], cwd);

test('the app is made, and prepared by the commands that were printed', () => {
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
  assert.equal(statSync(join(app, 'bin/dev')).mode & 0o111, 0o111);
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

test('a dry run asks the real `rails` what it would write, and leaves nothing', () => {
  const cwd = mkdtempSync(join(folder, 'cwd-'));
  assert.match(create(cwd, '--dry-run', '--rpc', 'grpc', '--skip-test'), /edit {2}Gemfile {2}\(gem "anycable-rails",/);
  assert.deepEqual(readdirSync(cwd), []);
});
