/** Rails apps of somebody else's, and the way of the chat into one and out again: by the commands that are printed. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Browser } from 'playwright-core';
import { root } from '../../../scripts/project.mjs';
import { ensureRails } from '../../../scripts/rails.mjs';
import { openChat } from '../../support/page.js';
import { mustRun, runCommand, type CommandOutcome } from './commands.js';
import { startRailsApp, type RailsHost } from './host.js';
import { say } from './say.js';

export interface ExistingApp {
  readonly folder: string;
  /** The scaffolder, in the app's folder. */
  create(...options: readonly string[]): Promise<CommandOutcome>;
  /** `create-cable-chat doctor`, on the app. */
  doctor(): Promise<CommandOutcome>;
  run(command: string, ...args: readonly string[]): Promise<string>;
  read(path: string): string;
  write(path: string, text: string): void;
  /** What git has to say of the working tree: nothing, if it is as it was committed. */
  status(): Promise<string>;
  commit(): Promise<void>;
  remove(): void;
}

export interface ExistingAppOptions {
  /** For `rails new`. */
  readonly flags?: readonly string[];
  /** Lines for its Gemfile. */
  readonly gems?: readonly string[];
  /** Files that are not what `rails new` wrote. */
  readonly files: Readonly<Record<string, string>>;
  /** Changes of those that are. */
  readonly change?: (app: ExistingApp) => void;
  /** Whether its database is prepared by a migration of its own. */
  readonly env?: NodeJS.ProcessEnv;
}

/** `rails new`, what somebody made of it, its gems, its database, and all of it committed. */
export async function makeExistingApp({
  flags = [],
  gems = [],
  files,
  change,
  env = {},
}: ExistingAppOptions): Promise<ExistingApp> {
  await ensureRails();
  await mustRun(process.execPath, [join(root, 'scripts/build.mjs'), 'create-app'], { cwd: root });
  const parent = mkdtempSync(join(tmpdir(), 'cable-chat-existing-'));
  const folder = join(parent, 'shop');
  const cwd = folder;
  const app: ExistingApp = {
    folder,
    create: (...options) =>
      runCommand(process.execPath, [join(root, 'create-app/dist/cli.js'), '.', ...options], { cwd, env }),
    doctor: () => runCommand(process.execPath, [join(root, 'create-app/dist/cli.js'), 'doctor'], { cwd, env }),
    run: (command, ...args) => mustRun(command, args, { cwd, env, deadline: 600_000 }),
    read: (path) => readFileSync(join(folder, path), 'utf8'),
    write(path, text) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
      if (path.startsWith('bin/')) chmodSync(join(folder, path), 0o755);
    },
    status: () => app.run('git', 'status', '--porcelain'),
    async commit() {
      await app.run('git', 'add', '--all');
      const who = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com'];
      await app.run('git', ...who, 'commit', '--quiet', '--message', 'A shop');
    },
    remove: () => rmSync(parent, { recursive: true, force: true, maxRetries: 10 }),
  };
  try {
    const skipped = ['bundle', 'action-mailbox', 'action-text', 'active-storage', 'jbuilder', 'docker', 'bootsnap'];
    await mustRun('rails', ['new', 'shop', ...skipped.map((part) => `--skip-${part}`), ...flags], { cwd: parent });
    // Prebuilt for the RubyGems of the tests.
    const lines = ['gem "nokogiri", "~> 1.17.2"', ...gems];
    app.write('Gemfile', `${app.read('Gemfile')}\n${lines.join('\n')}\n`);
    for (const [path, text] of Object.entries(files)) app.write(path, text);
    await app.run('bundle', 'install');
    if (!flags.some((flag) => flag.startsWith('--skip-javascript') || flag.startsWith('--javascript'))) {
      await app.run('bin/rails', 'importmap:install', 'turbo:install', 'stimulus:install');
    }
    change?.(app);
    await app.run('bin/rails', 'db:prepare');
    await app.commit();
    assert.equal(await app.status(), '');
    return app;
  } catch (error) {
    app.remove();
    throw error;
  }
}

export interface Journey {
  readonly app: ExistingApp;
  readonly browser: Browser;
  /** Its own tests, as it runs them. */
  readonly test: () => Promise<void>;
  /** Where the chat is. */
  readonly path: string;
  /** Brings the chat in; default: the scaffolder. */
  readonly bring?: () => Promise<CommandOutcome>;
  /** Signs somebody in, where that is needed: a path that does it. */
  readonly signIn?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** A look, a diff, in, its own tests, an answer in a browser, again, and out. */
export async function goThere({ app, browser, test, path, signIn, env, bring = app.create }: Journey): Promise<void> {
  await findsNothing(app);
  const look = await app.create('--dry-run');
  assert.equal(look.code, 0, look.output);
  assert.match(look.output, /^Found: Rails 7\.2/m);
  assert.match(look.output, /nothing was written\.\n$/);
  const diff = await app.create('--diff');
  assert.equal(diff.code, 0, diff.output);
  assert.match(diff.output, /^--- a\/config\/routes\.rb$[^]*^\+ {2}draw :cable_chat$/m);
  assert.equal(await app.status(), '', 'a look changes nothing');

  const brought = await bring();
  assert.equal(brought.code, 0, brought.output);
  assert.doesNotMatch(brought.output, /^ *(force|update|remove|conflict) {2}/m, 'nothing of the app’s is replaced');
  const commands = commandsIn(brought.output);
  assert.deepEqual(commands.slice(0, 2), ['bundle install', 'bin/rails db:migrate']);
  for (const command of commands.slice(0, 2)) await app.run('sh', '-c', command);
  await onlyAdds(app);
  await findsNothing(app);
  await test();

  const host = await startRailsApp({ app, ...(env === undefined ? {} : { env }) });
  try {
    await answerIn(browser, host, path, signIn);
  } finally {
    await host.stop();
    rmSync(join(app.folder, 'config/initializers/zz_trials.rb'));
  }

  const before = await app.status();
  const again = await app.create();
  assert.equal(again.code, 0, again.output);
  assert.doesNotMatch(again.output, /^ *(create|force|edit|update|remove|conflict|skip) {2}/m);
  assert.match(again.output, /Everything is up to date already\.\n$/);
  assert.equal(await app.status(), before);

  const warned = await app.create('--revoke');
  assert.equal(warned.code, 3, warned.output);
  const downs = commandsIn(warned.output);
  assert.ok(downs.length > 0 && downs.every((each) => each.startsWith('bin/rails db:migrate:down VERSION=')));
  for (const command of downs) await app.run('sh', '-c', command);
  const revoked = await app.create('--revoke');
  assert.equal(revoked.code, 0, revoked.output);
  for (const command of commandsIn(revoked.output)) await app.run('sh', '-c', command);
  assert.equal(await app.status(), '', await app.run('git', 'diff'));
}

/** The user's own lines are all there still, in their order, but for those whose value we changed and noted behind it. */
async function onlyAdds(app: ExistingApp): Promise<void> {
  const diff = await app.run('git', 'diff', '--unified=0', '--', '.', ':!Gemfile.lock', ':!db/schema.rb');
  const removed = diff.split('\n').filter((line) => /^-(?!--)/.test(line));
  for (const line of removed) assert.match(line, /^-\s*(adapter: |pool: |web: |exec )/, diff);
}

async function answerIn(browser: Browser, host: RailsHost, path: string, signIn = path): Promise<void> {
  const chat = await openChat(browser, `${host.url}${signIn}`);
  if (signIn !== path) await chat.page.goto(`${host.url}${path}`);
  await chat.ask('Hello!');
  const { status, text } = await chat.answer(0);
  assert.equal(status, 'complete');
  assert.ok(text.length > 20, text);
  // What streamed is, byte for byte, what is stored.
  await chat.page.reload();
  assert.equal((await chat.answer(0)).text, text);
  assert.deepEqual(chat.complaints, []);
  say(`an answer of ${text.length} characters, exact, in Chromium`);
  await chat.close();
}

const commandsIn = (printed: string): string[] =>
  [...printed.matchAll(/^ {2}((?:bundle|bin\/\S+) ?\S.*|bin\/dev)$/gm)].map(([, command = '']) => command);

/** The doctor has no false alarms, on what somebody else wrote as on what the chat adds. */
async function findsNothing(app: ExistingApp): Promise<void> {
  const { code, output } = await app.doctor();
  assert.match(output, /^Nothing was found\.$/m);
  assert.equal(code, 0, output);
}
