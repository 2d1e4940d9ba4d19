import assert from 'node:assert/strict';
import { test } from 'node:test';
import { edited, problem, type Edit } from '../../create-app/src/edits/edit.js';
import { isFeasible, plan, type Existing, type OnConflict } from '../../create-app/src/plan.js';
import { detectPackageManager, nodeCommands } from '../../create-app/src/report.js';

const rendered = ['package.json', 'src/a.ts'].map((path) => ({ path, content: Buffer.from(path), mode: 0o644 }));

function planFor(found: Record<string, Existing>, entries: string[], onConflict: OnConflict = 'refuse') {
  const planned = plan(rendered, (path) => found[path] ?? { kind: 'nothing' }, entries, onConflict);
  return { ...planned, actions: planned.files.map(({ action }) => action), feasible: isFeasible(planned) };
}
const same = (path: string): Existing => ({ kind: 'file', content: Buffer.from(path), mode: 0o644 });
const other: Existing = { kind: 'file', content: Buffer.from('other'), mode: 0o644 };

test('an empty folder, or one with only a fresh repository in it, gets everything', () => {
  for (const entries of [[], ['.git'], ['.DS_Store']]) {
    const { actions, feasible } = planFor({}, entries);
    assert.deepEqual(actions, ['create', 'create']);
    assert.equal(feasible, true);
  }
});

test('a second run over an unchanged app is identical and welcome, whatever was installed since', () => {
  const { actions, feasible } = planFor({ 'package.json': same('package.json'), 'src/a.ts': same('src/a.ts') }, [
    'node_modules',
    'package.json',
    'src',
  ]);
  assert.deepEqual(actions, ['identical', 'identical']);
  assert.equal(feasible, true);
});

test('an occupied folder is refused even where no file collides', () => {
  // `src` is a name of ours, but what is in it is not.
  const { actions, occupants, feasible } = planFor({}, ['src', 'notes.txt']);
  assert.deepEqual(actions, ['create', 'create']);
  assert.deepEqual(occupants, ['notes.txt', 'src']);
  assert.equal(feasible, false);
});

test('a differing file is a conflict, unless the user chose', () => {
  const found = { 'package.json': other };
  assert.deepEqual(planFor(found, ['package.json']).actions, ['conflict', 'create']);
  assert.equal(planFor(found, ['package.json']).feasible, false);
  assert.deepEqual(planFor(found, ['package.json'], 'force').actions, ['force', 'create']);
  assert.deepEqual(planFor(found, ['package.json'], 'skip').actions, ['skip', 'create']);
  assert.equal(planFor(found, ['package.json', 'x'], 'force').feasible, true);
});

test('a link or folder in a file’s place stays a conflict under force', () => {
  const found: Record<string, Existing> = { 'src/a.ts': { kind: 'obstacle', at: 'src', what: 'a symbolic link' } };
  const { actions, feasible } = planFor(found, ['src'], 'force');
  assert.deepEqual(actions, ['create', 'conflict']);
  assert.equal(feasible, false);
});

const shout: Edit = {
  path: 'src/b.ts',
  what: 'a shout',
  apply: (text) => (text === 'silent' ? problem('nobody is there') : edited(text.endsWith('!') ? text : `${text}!`)),
  revert: (text) => edited(text.replace(/!$/, '')),
};

test('an edit changes a file that is there, whatever else is in it, and keeps its mode', () => {
  const planWith = (found: Existing) =>
    plan([], (path) => (path === 'src/b.ts' ? found : { kind: 'nothing' }), ['src'], 'force', [shout]);
  const file = (text: string | Buffer): Existing => ({ kind: 'file', content: Buffer.from(text), mode: 0o755 });

  const [edit] = planWith(file('hey')).files;
  assert.equal(edit?.action, 'edit');
  assert.deepEqual(edit?.file, { path: 'src/b.ts', content: Buffer.from('hey!'), mode: 0o755 });
  assert.equal(edit?.action === 'edit' && edit.what, 'a shout');
  assert.equal(planWith(file('hey!')).files[0]?.action, 'identical');

  for (const [found, why] of [
    [file('silent'), 'nobody is there'],
    [file(Buffer.from([0x68, 0xff])), 'it is not UTF-8'],
    [{ kind: 'nothing' }, 'it is not there, and should be edited'],
    [{ kind: 'obstacle', at: 'src', what: 'a symbolic link' }, 'src is a symbolic link'],
  ] as const) {
    const planned = planWith(found);
    assert.equal(isFeasible(planned), false);
    assert.equal(planned.files[0]?.action === 'conflict' && planned.files[0].why, why);
  }
});

test('the commands to go on with are those of the package manager that ran it', () => {
  const managers = {
    'npm/10.8.2 node/v22.1.0 linux x64': ['npm install', 'npm start'],
    'pnpm/9.1.0 npm/? node/v22.1.0 linux x64': ['pnpm install', 'pnpm start'],
    'yarn/4.1.0 npm/? node/v22.1.0': ['yarn install', 'yarn start'],
    'bun/1.1.0 npm/? node/v22.1.0': ['bun install', 'bun run start'],
    'npminstall/5.1.2': ['npm install', 'npm start'],
  };
  for (const [agent, steps] of Object.entries(managers)) {
    assert.deepEqual(nodeCommands(detectPackageManager(agent)), steps);
  }
  assert.equal(detectPackageManager(undefined), 'npm');
});
