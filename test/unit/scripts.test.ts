/** The project's own tools, where a mistake of theirs would hide mistakes of the product. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { findChromium } from '../../scripts/chromium.mjs';
import { run, runNode } from '../../scripts/command.mjs';
import { staleness } from '../../scripts/install.mjs';
import { publish, undocumented } from '../../scripts/manifest.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
let temporary: string;
before(() => (temporary = mkdtempSync(join(tmpdir(), 'cable-chat-scripts-'))));
after(() => rmSync(temporary, { recursive: true, force: true }));

interface Results {
  readonly passed: number;
  readonly failed: readonly { readonly name: string; readonly message: string }[];
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}

/** Runs one test file under our reporter and returns what it counted. */
function report(
  name: string,
  source: string,
  options: readonly string[] = [],
): Results & { readonly status: number | null; readonly stdout: string } {
  const file = join(temporary, `${name}.test.mjs`);
  const results = join(temporary, `${name}.json`);
  writeFileSync(file, source);
  const { status, stdout } = spawnSync(
    process.execPath,
    [
      '--test',
      '--test-reporter',
      './test/support/reporter.mjs',
      '--test-reporter-destination',
      'stdout',
      ...options,
      file,
    ],
    // NODE_TEST_CONTEXT would make it report to the runner that runs us.
    { cwd: root, encoding: 'utf8', env: { ...process.env, CABLE_CHAT_RESULTS: results, NODE_TEST_CONTEXT: undefined } },
  );
  return { ...(JSON.parse(readFileSync(results, 'utf8')) as Results), status, stdout };
}

const imports = `import { test, describe, before } from 'node:test';\n`;

test('the reporter counts tests, not suites or parents', () => {
  const { passed, failed, skipped } = report(
    'counts',
    `${imports}
    test('one', () => {});
    describe('suite', () => { test('two', () => {}); describe('inner', () => { test('three', () => {}); }); });
    test('parent', async (t) => { await t.test('four', () => {}); await t.test('five', () => {}); });
    test('six', () => {});
    test('no', { skip: 'needs a moon' }, () => {});
    test('later', { todo: 'one day' }, () => { throw new Error('not yet'); });`,
  );
  assert.equal(passed, 6);
  assert.deepEqual(failed, []);
  assert.deepEqual(
    skipped.map(({ reason }) => reason),
    ['needs a moon', 'one day'],
  );
});

test('the reporter names each failure once, with its way and its reason', () => {
  const { passed, failed, status, stdout } = report(
    'failures',
    `${imports}
    describe('suite', () => { test('bad', () => { throw new Error('broken here'); }); test('good', () => {}); });
    test('parent', async (t) => { await t.test('worse', () => { throw new Error('and there'); }); });`,
  );
  assert.equal(status, 1);
  assert.equal(passed, 1);
  assert.deepEqual(
    failed.map(({ name }) => name.replace(/^.*failures\.test\.mjs › /, '')),
    ['suite › bad', 'parent › worse'],
  );
  assert.match(failed[0]?.message ?? '', /broken here/);
  assert.match(stdout, /and there/);
});

const brokenFiles: Record<string, string> = {
  'cannot be imported': `import './is-not-there.mjs';`,
  'throws while loading': `throw new Error('early');`,
  'does not parse': `const = 1;`,
  'has no test': `export {};`,
  'ends its process': `${imports} test('x', () => process.exit(3));`,
  'throws after its tests': `${imports} test('x', () => { setImmediate(() => { throw new Error('late'); }); });`,
  'has a hook that fails': `${imports} describe('s', () => { before(() => { throw new Error('hook'); }); test('x', () => {}); });`,
};
for (const [what, source] of Object.entries(brokenFiles)) {
  test(`the reporter counts a file that ${what} as failed`, () => {
    const { failed } = report(what.replaceAll(' ', '-'), source);
    assert.ok(failed.length > 0);
  });
}

test('the reporter leaves what was unfinished when it is killed', async () => {
  const file = join(temporary, 'endless.test.mjs');
  const results = join(temporary, 'endless.json');
  writeFileSync(
    file,
    `${imports} test('ends', () => {}); test('never ends', () => { setInterval(() => {}, 1000); return new Promise(() => {}); });`,
  );
  const { timedOut } = await runNode(
    ['--test', '--test-reporter', './test/support/reporter.mjs', '--test-reporter-destination', 'stdout', file],
    { capture: true, deadline: 5_000, env: { CABLE_CHAT_RESULTS: results, NODE_TEST_CONTEXT: undefined } },
  );
  assert.equal(timedOut, true);
  const { passed, unfinished } = JSON.parse(readFileSync(results, 'utf8'));
  assert.equal(passed, 1);
  assert.deepEqual(
    unfinished.map((name: string) => name.replace(/^.* › /, '')),
    ['never ends'],
  );
});

test('a file that never ends fails by itself at the runner’s own time-out', () => {
  const { failed } = report(
    'hangs',
    `${imports} test('x', () => { setInterval(() => {}, 1000); return new Promise(() => {}); });`,
    ['--test-timeout=2000'],
  );
  assert.match(failed[0]?.message ?? '', /timed out/);
});

test('a command that misses its deadline is killed with what it started', async () => {
  // The grandchild inherits the pipe: that `run` returns at all shows that it is gone too.
  const grandchild = `setInterval(() => {}, 1000)`;
  const child = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}], { stdio: 'inherit' }); setInterval(() => {}, 1000)`;
  const { code, timedOut } = await runNode(['-e', child], { capture: true, deadline: 500 });
  assert.equal(timedOut, true);
  assert.equal(code, 1);
});

test('a command that leaves something running does not leave it behind', async () => {
  const grandchild = `process.stdout.end(); setInterval(() => {}, 1000)`;
  const child = `const c = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}], { stdio: 'ignore' }); console.log(c.pid); c.unref();`;
  const { code, output } = await runNode(['-e', child], { capture: true });
  assert.equal(code, 0);
  const pid = Number(output);
  // The kill is on its way; the system needs a moment to bury it.
  while (isAlive(pid)) await new Promise((resolve) => setImmediate(resolve));
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie still has its number where nobody reaps orphans, as in a bare container.
    return process.platform !== 'linux' || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test('a command that is not there is an error with its name', async () => {
  await assert.rejects(run('cable-chat-no-such-command', []), /cable-chat-no-such-command could not be started/);
});

test('node_modules is stale exactly when it is not what the lock says', () => {
  const wanted = {
    '': { version: '1.0.0' },
    widget: { version: '0.1.0' },
    'node_modules/a': { version: '1.0.0', integrity: 'x' },
    'node_modules/cable-chat': { link: true },
    'node_modules/for-another-system': { version: '1.0.0', optional: true },
  };
  const installed = {
    'node_modules/a': { version: '1.0.0', integrity: 'x' },
    'node_modules/cable-chat': { link: true },
  };
  const all = () => true;
  assert.equal(staleness(wanted, installed, all), undefined);
  assert.match(staleness(wanted, undefined, all) ?? '', /missing/);
  assert.match(
    staleness({ ...wanted, 'node_modules/b': { version: '2.0.0' } }, installed, all) ?? '',
    /b is not installed/,
  );
  const updated = { ...wanted, 'node_modules/a': { version: '2.0.0', integrity: 'y' } };
  assert.match(staleness(updated, installed, all) ?? '', /a is 1\.0\.0, not 2\.0\.0/);
  assert.match(staleness(wanted, installed, (path) => path !== 'node_modules/a') ?? '', /a is gone/);
});

test('the lock knows the native packages of every system, so that npm ci works on each', () => {
  const { packages }: { packages: Record<string, { optionalDependencies?: Record<string, string> }> } = JSON.parse(
    readFileSync(join(root, 'package-lock.json'), 'utf8'),
  );
  const names = new Set(Object.keys(packages).map((path) => path.split('node_modules/').at(-1)));
  const missing = Object.values(packages)
    .flatMap(({ optionalDependencies }) => Object.keys(optionalDependencies ?? {}))
    .filter((name) => !names.has(name));
  assert.deepEqual(missing, [], 'run node scripts/lock-platforms.mjs');
});

test('an old Node is told so before anything else runs', () => {
  const check = pathToFileURL(join(root, 'scripts/node-version.mjs')).href;
  const pretend = (version: string) =>
    spawnSync(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `Object.defineProperty(process, 'versions', { value: { node: '${version}' } }); await import('${check}'); console.log('on');`,
      ],
      { encoding: 'utf8' },
    );
  for (const version of ['12.22.0', '18.20.1', '20.18.3']) {
    const { status, stderr, stdout } = pretend(version);
    assert.equal(status, 1, version);
    assert.match(stderr, /needs Node 20\.19 or newer, and this is Node /);
    assert.equal(stdout, '');
  }
  for (const version of ['20.19.0', '22.0.0', '100.1.2']) assert.equal(pretend(version).stdout, 'on\n');
});

test('a wrong CHROMIUM_PATH is named, not searched around', () => {
  const before = process.env['CHROMIUM_PATH'];
  process.env['CHROMIUM_PATH'] = join(temporary, 'no-chromium');
  try {
    assert.throws(() => findChromium(), /CHROMIUM_PATH is .*no-chromium, which is not an executable file/);
    process.env['CHROMIUM_PATH'] = process.execPath;
    assert.equal(findChromium(), process.execPath);
  } finally {
    if (before === undefined) delete process.env['CHROMIUM_PATH'];
    else process.env['CHROMIUM_PATH'] = before;
  }
});

test('the manifest publishes the public elements only, and says what lacks a description', () => {
  const chat = {
    name: 'CableChat',
    tagName: 'cable-chat',
    description: 'A chat.',
    attributes: [{ name: 'url', description: 'Where.' }, { name: 'heading' }],
    members: [
      { name: 'stop', description: 'Stops.' },
      { name: 'secret', privacy: 'private' },
    ],
    events: [{ name: 'cable-chat-start', description: 'Began.' }, { name: 'text' }],
  };
  const analyzed = {
    schemaVersion: '1.0.0',
    modules: [{ path: 'src/elements/a.ts', declarations: [chat, { name: 'Inner', tagName: 'cable-chat-inner' }] }],
  };
  const [module] = publish(analyzed).modules;
  assert.deepEqual(
    module?.declarations.map(({ tagName }) => tagName),
    ['cable-chat'],
  );
  assert.deepEqual(
    module?.declarations[0]?.members.map(({ name }) => name),
    ['stop'],
  );
  assert.deepEqual(undocumented(analyzed), ['<cable-chat>: attribute heading has no description']);
  assert.match(undocumented({ schemaVersion: '1.0.0', modules: [] })[0] ?? '', /is not in the manifest/);
});
