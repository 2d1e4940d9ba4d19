/** The scaffolder decides from data, and touches the disk, the user's programs and the terminal in few places. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { checkLayers, type FileMap, type Layer } from '../support/layers.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tree = 'create-app/src/';

const words = ['errors', 'choices', 'version'];
const disk = [/^node:(fs|os|path|timers\/promises)$/];
const programs = [/^node:child_process$/];

/** arguments and questions → (render → plan → apply → report), and for Rails what is laid over what `rails new` made. */
const layers: readonly Layer[] = [
  { name: 'errors', files: /^errors\.ts$/, imports: [], packages: [], pure: true },
  { name: 'choices', files: /^rails\/choices\.ts$/, imports: [], packages: [], pure: true },
  { name: 'version', files: /^version\.ts$/, imports: [], packages: [], pure: true },
  { name: 'edits', files: /^edits\//, imports: [], packages: [/^diff$/], pure: true },
  { name: 'render', files: /^render\.ts$/, imports: [], packages: disk },
  { name: 'names', files: /^(name|rails\/app-name)\.ts$/, imports: words, packages: [], pure: true },
  { name: 'plan', files: /^plan\.ts$/, imports: ['edits', 'render'], packages: [], pure: true },
  { name: 'patch', files: /^patch\.ts$/, imports: ['render'], packages: [/^diff$/], pure: true },
  { name: 'manifest', files: /^manifest\.ts$/, imports: ['edits', ...words], packages: [], pure: true },
  { name: 'conflicts', files: /^conflicts\.ts$/, imports: ['plan', ...words], packages: [], pure: true },
  { name: 'report', files: /^report\.ts$/, imports: ['plan'], packages: [], pure: true },
  { name: 'railsrc', files: /^rails\/railsrc\.ts$/, imports: [], packages: disk },
  {
    name: 'overlay',
    files: /^rails\/(edits\/[\w-]+|flags|gems|installers|overlay|template)\.ts$/,
    imports: ['plan', 'edits', 'render', 'railsrc', ...words],
    packages: [],
    pure: true,
  },
  {
    name: 'into',
    files: /^rails\/into\/(facts|identity|overlay|plan)\.ts$/,
    imports: ['overlay', 'manifest', 'plan', 'edits', 'render', ...words],
    packages: [],
    pure: true,
  },
  { name: 'target', files: /^(target|staging|apply)\.ts$/, imports: ['plan', 'errors'], packages: disk },
  {
    name: 'run',
    files: /^(run|git|progress|interruption)\.ts$/,
    imports: ['errors'],
    packages: [...programs, ...disk],
  },
  { name: 'contract', files: /^engine-contract\.ts$/, imports: [], packages: [], pure: true },
  {
    name: 'engine process',
    files: /^engine-process\.ts$/,
    imports: ['contract'],
    packages: [/^create-create-app$/],
    sideEffects: true,
  },
  { name: 'engine', files: /^engine\.ts$/, imports: ['contract', 'render', 'run', 'errors'], packages: disk },
  {
    name: 'ruby',
    files: /^rails\/(commands|syntax|tools)\.ts$/,
    imports: ['run', 'render', ...words],
    packages: disk,
  },
  {
    name: 'rails',
    files: /^rails\/create\.ts$/,
    imports: ['ruby', 'overlay', 'railsrc', 'target', 'plan', 'render', ...words],
    packages: disk,
  },
  {
    name: 'into an app',
    files: /^rails\/into\/run\.ts$/,
    imports: [
      ...['into', 'ruby', 'run', 'overlay', 'conflicts', 'manifest', 'patch', 'target', 'plan', 'edits', 'render'],
      ...words,
    ],
    packages: [...disk, /^node:crypto$/],
  },
  {
    name: 'arguments',
    files: /^arguments\.ts$/,
    imports: ['names', 'plan', ...words],
    packages: [/^node:util$/],
    pure: true,
  },
  {
    name: 'prompter',
    files: /^(prompter|questioner)\.ts$/,
    imports: ['errors', 'conflicts'],
    packages: [/^@clack\/prompts$/, /^node:readline$/],
  },
  {
    name: 'questions',
    files: /^questions\.ts$/,
    imports: ['arguments', 'prompter', 'names', ...words],
    packages: [],
    pure: true,
  },
  // The chaos kit's proxy and processes: the tests' as well (test/support/chaos), and nothing of the scaffolder's.
  {
    name: 'chaos',
    files: /^chaos\//,
    imports: [],
    packages: [/^node:(net|child_process|fs|timers\/promises)$/],
  },
  // The doctor: sources (parsers, each behind a file) → app → rules → findings → report; only its edges touch anything.
  {
    name: 'doctor trees',
    files: /^doctor\/sources\/(source|ruby-tree|setting)\.ts$/,
    imports: [],
    packages: [],
    pure: true,
  },
  { name: 'doctor script', files: /^doctor\/sources\/ruby-script\.ts$/, imports: [], packages: [], pure: true },
  {
    name: 'doctor parsers',
    files: /^doctor\/sources\/(script|yaml|toml)\.ts$/,
    imports: ['doctor trees'],
    packages: [/^@babel\/parser$/, /^yaml$/, /^toml-eslint-parser$/],
    pure: true,
  },
  {
    name: 'doctor settings',
    files: /^doctor\/sources\/(rails-)?settings\.ts$/,
    imports: ['doctor trees', 'doctor parsers'],
    // Types alone.
    packages: [/^yaml$/],
    pure: true,
  },
  {
    name: 'doctor ruby',
    files: /^doctor\/sources\/ruby\.ts$/,
    imports: ['doctor trees', 'doctor script', 'ruby'],
    packages: programs,
  },
  {
    name: 'doctor rules',
    files: /^doctor\/(rules\/[\w-]+|rules?|app|finding|channels|answers|facts|option-fix|diagnose|lines-changed)\.ts$/,
    imports: ['doctor trees', 'doctor parsers', 'doctor settings'],
    packages: [],
    pure: true,
  },
  {
    name: 'doctor reading',
    files: /^doctor\/(files|read-app|examine|mend)\.ts$/,
    imports: ['doctor trees', 'doctor parsers', 'doctor settings', 'doctor ruby', 'doctor rules', 'errors'],
    packages: [/^node:(fs|path)$/],
  },
  { name: 'doctor verdict', files: /^doctor\/live\/verdict\.ts$/, imports: [], packages: [], pure: true },
  // Starts the app and cuts its line: the widget's own connection, and AnyCable's client.
  {
    name: 'doctor live',
    files: /^doctor\/live\//,
    imports: ['doctor verdict', 'chaos', 'ruby', 'run', 'errors'],
    packages: [
      /^node:(crypto|events|fs|net|path|timers\/promises)$/,
      /^ws$/,
      /^@anycable\/core$/,
      /^cable-chat\/channel$/,
    ],
  },
  {
    name: 'doctor report',
    files: /^doctor\/report\.ts$/,
    imports: ['doctor rules', 'doctor reading', 'doctor verdict'],
    packages: [],
    pure: true,
  },
  {
    name: 'doctor arguments',
    files: /^doctor\/arguments\.ts$/,
    imports: ['doctor live', 'errors'],
    packages: [/^node:util$/],
    pure: true,
  },
  {
    name: 'doctor',
    files: /^doctor\/main\.ts$/,
    imports: [
      'doctor arguments',
      'doctor reading',
      'doctor report',
      'doctor rules',
      'doctor live',
      'doctor verdict',
      'run',
      'errors',
    ],
    packages: [/^node:(fs|path)$/],
  },
  {
    name: 'into-app',
    files: /^into-app\.ts$/,
    imports: ['arguments', 'prompter', 'engine', 'into an app', 'report', 'run', ...words],
    packages: disk,
  },
  {
    name: 'cli',
    files: /^cli\.ts$/,
    imports: [
      'doctor',
      'arguments',
      'questions',
      'prompter',
      'engine',
      'rails',
      'into-app',
      'plan',
      'render',
      'report',
      'target',
      'run',
      ...words,
    ],
    packages: [/^node:(fs|path|url)$/],
    sideEffects: true,
  },
];

function readTree(): FileMap {
  const paths = readdirSync(join(root, tree), { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts'));
  return new Map(paths.map((path) => [tree + path, readFileSync(join(root, tree, path), 'utf8')]));
}

test('create-app/src: imports point one way, and what decides is pure', () => {
  const files = readTree();
  assert.ok(files.size > 0);
  assert.deepEqual(checkLayers(files, tree, layers), []);
});

for (const [path, source, says] of [
  ['plan.ts', `import { readFileSync } from 'node:fs';\nexport const read = readFileSync;`, /plan must not import/],
  ['rails/gems.ts', `import { run } from '../run.js';\nexport const go = run;`, /overlay must not import run/],
  ['edits/lines.ts', `export const now = () => Date.now();`, /Date\.now/],
] as const) {
  test(`it would be noticed: ${says.source}`, () => {
    const found = checkLayers(new Map([...readTree(), [tree + path, source]]), tree, layers);
    assert.ok(
      found.some(({ file, what }) => file === tree + path && says.test(what)),
      JSON.stringify(found),
    );
  });
}
