/** The built scaffolder, interrupted at a step that is chosen exactly: it sends the signal to itself. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { lstatSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { installScaffolder } from '../support/built-scaffolder.js';

const posix = process.platform === 'win32' ? { skip: 'Windows cannot send a signal that is handled' } : {};

/** Wraps one function of node:fs: once it has returned for the given time, the process is signalled. */
const PRELOAD = `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const { AT_CALL: call, AT_COUNT: count, WITH_SIGNALS: signals } = process.env;
const original = fs[call];
let calls = 0;
fs[call] = (...args) => {
  const result = original(...args);
  calls += 1;
  if (calls === Number(count)) for (const signal of signals.split(',')) process.kill(process.pid, signal);
  return result;
};
syncBuiltinESMExports();
`;

let home: string;
let cwd: string;
let app: string;
/** How many files the template has. */
let total: number;

before(() => {
  home = mkdtempSync(join(tmpdir(), 'create-cable-chat-'));
  installScaffolder(join(home, 'package'));
  writeFileSync(join(home, 'preload.mjs'), PRELOAD);
});
after(() => rmSync(home, { recursive: true, force: true }));
beforeEach(() => {
  cwd = mkdtempSync(join(home, 'cwd-'));
  app = join(cwd, 'my-app');
});

interface Moment {
  readonly call: 'mkdtempSync' | 'writeFileSync' | 'renameSync' | 'rmSync';
  readonly count: number;
  readonly signals: string;
}

function create(args: readonly string[], moment?: Moment) {
  const preload = moment ? ['--import', join(home, 'preload.mjs')] : [];
  const env = moment && { AT_CALL: moment.call, AT_COUNT: String(moment.count), WITH_SIGNALS: moment.signals };
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    [...preload, join(home, 'package/dist/cli.js'), ...args, '--template', 'node'],
    { cwd, encoding: 'utf8', input: '', timeout: 20_000, env: { ...process.env, ...env } },
  );
  return { status, signal, stdout, stderr };
}

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

/** An app in which its owner has changed every file, removed a folder and added a file. */
function editedApp(): void {
  assert.equal(create(['my-app']).status, 0);
  rmSync(join(app, 'src/cable'), { recursive: true });
  const files = readdirSync(app, { recursive: true, encoding: 'utf8', withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  for (const entry of files) writeFileSync(join(entry.parentPath, entry.name), '// mine\n', { flag: 'a' });
  writeFileSync(join(app, 'notes.txt'), 'mine');
  total = create(['other', '--dry-run']).stdout.match(/^ *create {2}/gm)?.length ?? 0;
  assert.ok(total > 50, `${total} files`);
}

const moments: readonly (readonly [when: string, call: Moment['call'], count: number])[] = [
  ['when the engine’s folder is there', 'mkdtempSync', 1],
  ['when the staging folder is there', 'mkdtempSync', 2],
  ['while the files are staged', 'writeFileSync', 20],
  ['when the first file was put aside', 'renameSync', 1],
  ['in the middle of the replacement', 'renameSync', 81],
];
for (const [ending, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  for (const [when, call, count] of moments) {
    test(`${ending} ${when} takes everything back`, posix, () => {
      editedApp();
      const before = picture(cwd);
      const { status, signal, stdout, stderr } = create(['my-app', '--force'], { call, count, signals: ending });
      assert.deepEqual(picture(cwd), before, 'something was touched, or left behind');
      assert.deepEqual([status, signal, stdout], [code, null, '']);
      assert.equal(stderr, `Interrupted by ${ending}. Nothing was written: everything is as it was.\n`);
    });
  }

  test(`${ending} on the way to a new folder leaves none`, posix, () => {
    const { status, stderr } = create(['my-app'], { call: 'writeFileSync', count: 20, signals: ending });
    assert.deepEqual(readdirSync(cwd), []);
    assert.equal(status, code);
    assert.match(stderr, /Nothing was written/);
  });

  for (const [call, count] of [
    ['renameSync', 1],
    // The first is that of the engine's folder.
    ['rmSync', 2],
  ] as const) {
    test(`${ending} after the one step to a new folder (${call}) says that it is whole`, posix, () => {
      const { status, stdout, stderr } = create(['my-app'], { call, count, signals: ending });
      assert.deepEqual([status, stdout], [code, '']);
      assert.equal(stderr, 'Interrupted, but everything was written already: my-app is whole.\n');
      assert.deepEqual(readdirSync(cwd), ['my-app']);
      assert.doesNotMatch(create(['my-app']).stdout, /^ *(create|force|skip|conflict) {2}/m);
    });
  }
}

test('the last move of a replacement is the end of it', posix, () => {
  editedApp();
  const untouched = readdirSync(join(home, 'package/templates/node/src/cable')).length;
  // Two renames for a file that is replaced, one for a file that was missing.
  const count = 2 * total - untouched;
  const { status, stderr } = create(['my-app', '--force'], { call: 'renameSync', count, signals: 'SIGINT' });
  assert.equal(stderr, 'Interrupted, but everything was written already: my-app is whole.\n');
  assert.equal(status, 130);
  assert.deepEqual(readdirSync(cwd), ['my-app']);
  assert.equal(readFileSync(join(app, 'notes.txt'), 'utf8'), 'mine');
  assert.doesNotMatch(create(['my-app', '--force']).stdout, /^ *(create|force|skip|conflict) {2}/m);
});

test('a Ctrl-C that comes twice, and a kill after it, are the first one', posix, () => {
  editedApp();
  const before = picture(cwd);
  const signals = 'SIGINT,SIGINT,SIGTERM';
  const { status, stderr } = create(['my-app', '--force'], { call: 'renameSync', count: 81, signals });
  assert.deepEqual(picture(cwd), before);
  assert.equal(status, 130);
  assert.match(stderr, /^Interrupted by SIGINT\./);
});
