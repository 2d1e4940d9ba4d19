/** The built scaffolder's doctor, run as users run it: what it prints, what it writes, and how it ends. */
import assert from 'node:assert/strict';
import { spawnSync, type SpawnSyncOptions } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { installScaffolder } from '../support/built-scaffolder.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const seed = join(root, 'test/fixtures/seed-app');
let home: string;
let app: string;

before(() => {
  home = mkdtempSync(join(tmpdir(), 'cable-chat-doctor-'));
  installScaffolder(join(home, 'package'));
});
after(() => rmSync(home, { recursive: true, force: true }));
beforeEach(() => {
  app = mkdtempSync(join(home, 'app-'));
  write({ Gemfile: 'gem "rails"\ngem "anycable-rails"\n' });
});

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(app, path, '..'), { recursive: true });
    writeFileSync(join(app, path), text);
  }
}

function doctor(args: readonly string[], env: NodeJS.ProcessEnv = process.env, who: SpawnSyncOptions = {}) {
  const { status, stdout, stderr, error } = spawnSync(
    process.execPath,
    [join(home, 'package/dist/cli.js'), 'doctor', ...args],
    { cwd: app, input: '', timeout: 60_000, env, ...who, encoding: 'utf8' },
  );
  if (error) throw error;
  return { status, stdout, stderr };
}

const careless = `import { createCable } from '@anycable/web';\nexport const cable = createCable();\n`;
const mended = careless.replace('()', `({ protocol: 'actioncable-v1-ext-json' })`);

test('a clean app: 0', () => {
  const { status, stdout } = doctor([]);
  assert.equal(stdout, 'Nothing was found.\n');
  assert.equal(status, 0);
});

test('the seed: 1, and every finding with file and line, why, and the mend', () => {
  const { status, stdout } = doctor([seed]);
  assert.equal(status, 1);
  assert.match(
    stdout,
    /^config\/anycable\.yml:3 {2}broadcast-adapter\n {2}broadcast_adapter is nats.*\n {2}Why: {2}.+\n {2}Mend: .+\n$/m,
  );
  assert.match(stdout, /\n23 findings\. --fix mends 6 of them\./);
});

test('--json: for programs, whole and alone on stdout', () => {
  const { status, stdout } = doctor([seed, '--json', '--rule', 'leaked-exception']);
  assert.equal(status, 1);
  const report = JSON.parse(stdout) as { version: number; findings: Record<string, unknown>[]; unread: unknown[] };
  assert.equal(report.version, 1);
  assert.deepEqual(
    report.findings.map(({ rule, file, line, fixable }) => ({ rule, file, line, fixable })),
    [{ rule: 'leaked-exception', file: 'app/channels/assistant_channel.rb', line: 25, fixable: false }],
  );
  assert.deepEqual(report.unread, []);
});

test('--fix: shows what it changes, and a second run changes nothing', () => {
  write({ 'app/javascript/cable.js': careless });
  const first = doctor(['--fix']);
  assert.match(
    first.stdout,
    /^mended {2}app\/javascript\/cable\.js {2}\(protocol-without-history\)\n {2}2 - .*\n {2}2 \+ .*ext-json/m,
  );
  assert.equal(first.status, 0);
  assert.equal(readFileSync(join(app, 'app/javascript/cable.js'), 'utf8'), mended);
  assert.equal(doctor(['--fix']).stdout, 'Nothing was found.\n');
  assert.equal(readFileSync(join(app, 'app/javascript/cable.js'), 'utf8'), mended);
});

test('without --fix nothing is written', () => {
  write({ 'app/javascript/cable.js': careless });
  assert.equal(doctor([]).status, 1);
  assert.equal(readFileSync(join(app, 'app/javascript/cable.js'), 'utf8'), careless);
});

test('a file that cannot be parsed: named with its reason, the rest is looked at, 2 where nothing else is found', () => {
  write({ 'config/anycable.yml': 'a: [\n', 'app/models/a.rb': 'def x(\n' });
  const { status, stdout } = doctor([]);
  assert.equal(status, 2);
  assert.match(stdout, /^config\/anycable\.yml {2}could not be read, .+: .+$/m);
  assert.match(stdout, /^app\/models\/a\.rb {2}could not be read, .+: line 1.*$/m);
  write({ 'app/javascript/cable.js': careless });
  assert.equal(doctor([]).status, 1);
});

test('no Ruby on PATH: said, and JavaScript is looked at all the same', () => {
  write({ 'app/javascript/cable.js': careless });
  const { status, stdout } = doctor([], { ...process.env, PATH: home });
  assert.equal(status, 1);
  assert.match(stdout, /^Gemfile {2}could not be read, .*no `ruby` on PATH/m);
  assert.match(stdout, /^app\/javascript\/cable\.js:2 {2}protocol-without-history$/m);
});

test('a read-only file: --fix says so, with 2', () => {
  write({ 'app/javascript/cable.js': careless });
  chmodSync(join(app, 'app/javascript/cable.js'), 0o444);
  // Root may write anywhere; another user is borrowed.
  if (process.getuid?.() === 0) for (const folder of [home, app]) chmodSync(folder, 0o755);
  const { status, stderr } = doctor(['--fix'], process.env, process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {});
  assert.equal(status, 2);
  assert.match(stderr, /^Cannot write to app\/javascript\/cable\.js: /);
});

for (const [args, says] of [
  [['--nonsense'], /^Unknown option '--nonsense'\. .*doctor --help/],
  [['a', 'b'], /^One folder is needed, and there are 2\./],
  [['--rule', 'x'], /^There is no rule "x"; --rules lists them\./],
  [['no-such-folder'], /^There is no folder .*no-such-folder\.$/m],
  [['package-less'], /is no app: it has neither a Gemfile nor a package\.json/],
] as const) {
  test(`wrong usage is 2: doctor ${args.join(' ')}`, () => {
    mkdirSync(join(app, 'package-less'));
    const { status, stdout, stderr } = doctor(args);
    assert.match(stderr, says);
    assert.equal(stdout, '');
    assert.equal(status, 2);
  });
}

test('--help and --rules', () => {
  assert.match(doctor(['--help']).stdout, /^Usage: npx create-cable-chat doctor/);
  assert.match(doctor(['--rules']).stdout, /^broadcast-adapter\n/m);
});
