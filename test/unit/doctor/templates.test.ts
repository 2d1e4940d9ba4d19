/** What the scaffolder writes has none of these mistakes, in any of its variants; and would be caught with one. */
import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { diagnose } from '../../../create-app/src/doctor/diagnose.js';
import { readApp } from '../../../create-app/src/doctor/read-app.js';
import { readFiles } from '../../../create-app/src/doctor/files.js';
import { rules } from '../../../create-app/src/doctor/rules.js';
import { parseTogether } from './parse-together.js';

const template = fileURLToPath(new URL('../../../templates/rails', import.meta.url));
const variants = readdirSync(join(template, '_variants')).filter((name) =>
  statSync(join(template, '_variants', name)).isDirectory(),
);

/** The template's files, with a variant's over them, and what is the app's own beside them. */
function files(variant?: string): Map<string, string> {
  const base = readFiles(template).sources.filter(({ path }) => !path.startsWith('_variants/'));
  const over = variant === undefined ? [] : readFiles(join(template, '_variants', variant)).sources;
  return new Map([
    ['Gemfile', 'gem "rails"\ngem "anycable-rails-core"\ngem "anycable-thruster"\ngem "solid_queue"\n'],
    [
      'config/cable.yml',
      'development:\n  adapter: any_cable\ntest:\n  adapter: test\nproduction:\n  adapter: any_cable\n',
    ],
    ...[...base, ...over].map(({ path, text }) => [path, text] as const),
  ]);
}

const parse = parseTogether();

async function find(of: ReadonlyMap<string, string>): Promise<string[]> {
  const sources = [...of].map(([path, text]) => ({ path, text }));
  const { app, unread } = await readApp(sources, undefined, parse);
  assert.deepEqual(unread, []);
  return diagnose(app, rules).map(({ file, line, rule }) => `${file}:${line} ${rule}`);
}

/** One line changed each. */
const mistakes = [
  ['anycable.toml', 'presets = ["broker"]', '', 'broker-missing'],
  ['anycable.toml', 'history_limit = 6000', 'history_limit = 100', 'history-too-short'],
  ['anycable.toml', 'max_pending_size = 8388608', '', 'replay-burst'],
  ['anycable.toml', 'port = 8090', 'port = 8091', 'broadcast-port'],
  ['config/anycable.yml', 'batch_broadcasts: false', 'batch_broadcasts: true', 'batched-broadcasts'],
  ['config/cable.yml', 'production:\n  adapter: any_cable', 'production:\n  adapter: redis', 'cable-adapter'],
] as const;

function spoiled([file, from, to]: (typeof mistakes)[number]): Map<string, string> {
  const changed = files();
  const text = changed.get(file) ?? '';
  assert.ok(text.includes(from), `${file} has no ${from}`);
  return changed.set(file, text.replace(from, to));
}

const node = readFiles(fileURLToPath(new URL('../../../templates/node', import.meta.url)));
const apps: readonly (readonly [what: string, files: () => Map<string, string>, expected: string | undefined])[] = [
  ['the Rails template', () => files(), undefined],
  ...variants.map((name) => [`the Rails template with ${name}`, () => files(name), undefined] as const),
  ['the Node template', () => new Map(node.sources.map(({ path, text }) => [path, text])), undefined],
  ...mistakes.map((each) => [`the Rails template without “${each[1]}”`, () => spoiled(each), each[3]] as const),
];

const results = new Map<string, Promise<string[]>>();
before(() => {
  // All are begun before any is waited for, and read by one Ruby.
  for (const [what, make] of apps) {
    const found = Promise.resolve().then(() => find(make()));
    found.catch(() => {});
    results.set(what, found);
  }
});

for (const [what, , expected] of apps) {
  test(`${what}: ${expected ?? 'nothing to find'}`, async () => {
    const found = (await results.get(what)) ?? [];
    if (expected === undefined) assert.deepEqual(found, []);
    else
      assert.ok(
        found.some((finding) => finding.endsWith(` ${expected}`)),
        JSON.stringify(found),
      );
  });
}

test('the template is read whole', () => {
  const paths = [...files().keys()];
  for (const path of ['bin/thrust', 'Procfile.dev', 'config/anycable.yml', 'anycable.toml', 'compose.yml']) {
    assert.ok(paths.includes(path), path);
  }
});
