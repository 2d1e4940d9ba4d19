/** What npm users get: exactly the files that they need, and modules that load where they should. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
let temporary: string;

before(() => {
  temporary = mkdtempSync(join(tmpdir(), 'cable-chat-pack-'));
  runOrFail(process.execPath, [join(root, 'scripts/build.mjs')], root);
});
after(() => rmSync(temporary, { recursive: true, force: true }));

function runOrFail(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: 120_000 });
  if (error) throw error;
  assert.equal(status, 0, `${command} ${args.join(' ')}:\n${stdout}\n${stderr}`);
  return stdout;
}

interface Packed {
  readonly files: readonly string[];
  readonly tarball: string;
}

const packedOnce = new Map<string, Packed>();

/** Packs as `npm publish` would, `prepack` included, and checks that its stdout is JSON and nothing else. */
function pack(workspace: string): Packed {
  const known = packedOnce.get(workspace);
  if (known) return known;
  const npm = process.env['npm_execpath'];
  const args = ['pack', '--json', '--pack-destination', temporary];
  const stdout = npm?.endsWith('npm-cli.js')
    ? runOrFail(process.execPath, [npm, ...args], join(root, workspace))
    : runOrFail('npm', args, join(root, workspace));
  const packed: unknown = JSON.parse(stdout);
  assert.ok(Array.isArray(packed) && packed.length === 1);
  const { files, filename }: { files: { path: string }[]; filename: string } = packed[0];
  const result = { files: files.map(({ path }) => path).sort(), tarball: join(temporary, filename) };
  packedOnce.set(workspace, result);
  return result;
}

/** Unpacks into `node_modules/NAME` of a fresh project and returns the package's folder there. */
function unpack({ tarball }: Packed, project: string, name: string): string {
  const folder = join(project, 'node_modules', name);
  mkdirSync(dirname(folder), { recursive: true });
  runOrFail('tar', ['-xzf', tarball], project);
  renameSync(join(project, 'package'), folder);
  return folder;
}

/** Never in a package, whatever else is allowed. */
const secretOrLeftover =
  /(^|\/)(\.env(?!\.example$)[^/]*|node_modules|test|tests|__tests__|\.DS_Store|\.git|\.cache|coverage)(\/|$)|\.(sqlite3?|db|log|tgz|pem|key|tsbuildinfo)(-\w+)?$|\.test\.\w+$/;

function assertClean(folder: string, files: readonly string[]): void {
  for (const file of files) {
    // The tests of a Rails app are part of it.
    assert.doesNotMatch(file.replace(/^templates\/rails\/(_variants\/[^/]+\/)?test\//, ''), secretOrLeftover);
    const content = readFileSync(join(folder, file), 'utf8');
    assert.ok(!content.includes(root.replace(/\/$/, '')), `${file} names a path of the machine that built it`);
    if (!file.endsWith('.map')) continue;
    const { sources }: { sources: string[] } = JSON.parse(content);
    for (const source of sources)
      assert.doesNotMatch(source, /^(\/|[A-Za-z]:|file:)/, `${file} has an absolute source`);
  }
}

test('cable-chat: holds what its exports name, declarations, maps, the manifest, and nothing else', () => {
  const packed = pack('widget');
  const expected = [
    /^(package\.json|README\.md|LICENSE)$/,
    /^dist\/(index|elements|channel|markdown|protocol|testing|cable-chat\.bundle|cable-chat\.iife)\.js(\.map)?$/,
    /^dist\/chunks\/[\w-]+\.js(\.map)?$/,
    /^dist\/types\/([\w-]+\/)*[\w.-]+\.d\.ts$/,
    /^dist\/custom-elements\.json$/,
  ];
  const surplus = packed.files.filter((file) => !expected.some((pattern) => pattern.test(file)));
  assert.deepEqual(surplus, []);
  for (const pattern of expected)
    assert.ok(
      packed.files.some((file) => pattern.test(file)),
      `nothing like ${pattern}`,
    );

  const project = mkdtempSync(join(temporary, 'project-'));
  const folder = unpack(packed, project, 'cable-chat');
  assertClean(folder, packed.files);

  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const named = Object.values<string | Record<string, string>>(manifest.exports).flatMap((target) =>
    typeof target === 'string' ? [target] : Object.values(target),
  );
  for (const path of [...named, manifest.unpkg, manifest.jsdelivr, manifest.customElements, manifest.types]) {
    assert.ok(existsSync(join(folder, path)), `package.json names ${path}, which is not in the package`);
  }
});

test('cable-chat: every chunk that a file imports is in the package', () => {
  const dist = join(root, 'widget/dist');
  const modules = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.js'));
  for (const path of modules) {
    const imports = readFileSync(join(dist, path), 'utf8').matchAll(/^(?:import|export)\b[^'"]*['"](\.[^'"]+)['"]/gm);
    for (const [, target = ''] of imports)
      assert.ok(existsSync(join(dist, dirname(path), target)), `${path}: ${target}`);
  }
});

test('cable-chat/channel: a page that draws by itself gets neither Lit nor marked, and nothing where it uses nothing', async () => {
  const bundle = async (contents: string) => {
    const options = { bundle: true, write: false, metafile: true, format: 'esm', logLevel: 'silent' } as const;
    const stdin = { contents, resolveDir: root };
    const { metafile, outputFiles, warnings } = await build({ ...options, minify: true, stdin });
    return {
      code: outputFiles[0]?.text,
      inputs: Object.keys(metafile.inputs),
      warnings: warnings.map(({ text }) => text),
    };
  };
  const used = await bundle(
    `import { AssistantChannel } from 'cable-chat/channel'; window.made = new AssistantChannel();`,
  );
  assert.ok(used.inputs.some((path) => path.includes('@anycable/core')));
  assert.deepEqual(used.warnings, []);
  assert.deepEqual(
    used.inputs.filter((path) => /node_modules\/(lit|@lit|lit-\w+|marked)\//.test(path)),
    [],
  );
  assert.equal((await bundle(`import { AssistantChannel } from 'cable-chat/channel';`)).code, '');
});

test('cable-chat: its modules load in plain Node with only the dependencies that it declares', () => {
  const project = mkdtempSync(join(temporary, 'project-'));
  const folder = unpack(pack('widget'), project, 'cable-chat');
  linkDependencies(project, folder);
  writeFileSync(join(project, 'package.json'), '{"type":"module"}');
  writeFileSync(
    join(project, 'load.js'),
    `// The main entry too: a page rendered on a server imports it there.
    const entries = ['/protocol', '/testing', '/markdown', '/channel', '/elements', ''];
    const loaded = {};
    for (const name of entries.map((entry) => 'cable-chat' + entry)) loaded[name] = Object.keys(await import(name));
    console.log(JSON.stringify(loaded));`,
  );
  const loaded: Record<string, string[]> = JSON.parse(runOrFail(process.execPath, ['load.js'], project));
  assert.ok(loaded['cable-chat/protocol']?.includes('PROTOCOL_VERSION'));
  assert.ok(loaded['cable-chat/markdown']?.includes('MarkdownStream'));
  assert.ok(loaded['cable-chat/elements']?.includes('CableChat'));
  assert.ok(loaded['cable-chat/channel']?.includes('AssistantChannel'));
  assert.ok(loaded['cable-chat']?.includes('CableChat'));
  assert.ok(loaded['cable-chat']?.includes('AssistantChannel'));
  assert.ok((loaded['cable-chat/testing'] ?? []).length > 0);
});

test('cable-chat: its declarations stand by themselves in a strict project', () => {
  const project = mkdtempSync(join(temporary, 'project-'));
  const folder = unpack(pack('widget'), project, 'cable-chat');
  linkDependencies(project, folder);
  writeFileSync(join(project, 'package.json'), '{"type":"module"}');
  writeFileSync(
    join(project, 'use.ts'),
    `import { CableChat } from 'cable-chat';
    import type { Frame } from 'cable-chat/protocol';
    import * as testing from 'cable-chat/testing';
    import { MarkdownStream } from 'cable-chat/markdown';
    import { AssistantChannel, type ConversationView } from 'cable-chat/channel';
    export class Support extends AssistantChannel {
      static override readonly identifier = 'SupportChannel';
      override onChunk(content: string): void { console.log(content); }
    }
    export const view: ConversationView | undefined = new Support({ tokenUrl: '/token' }).view;
    export const found: CableChat | null = document.querySelector('cable-chat');
    export type Type = Frame['type'];
    export { testing, MarkdownStream };`,
  );
  const options = ['--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2022,dom,dom.iterable', '--types', ''];
  runOrFail(
    process.execPath,
    [
      join(root, 'node_modules/typescript/bin/tsc'),
      ...options,
      ...['--module', 'nodenext', '--skipLibCheck', 'false', 'use.ts'],
    ],
    project,
  );
});

/** Only these: an import of anything else in the workspace's node_modules must fail, as it would for a user. */
function linkDependencies(project: string, folder: string): void {
  const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  for (const name of Object.keys(dependencies)) {
    const place = [join(root, 'widget/node_modules', name), join(root, 'node_modules', name)].find(existsSync);
    assert.ok(place, `${name} is not installed`);
    const link = join(project, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(place, link, 'junction');
  }
}

test('create-cable-chat: holds bundled files, the widget, and the templates as they lie in the repository', () => {
  const packed = pack('create-app');
  const own = packed.files.filter((file) => !file.startsWith('templates/'));
  const built = ['dist/cable-chat.js', 'dist/cli.js', 'dist/doctor.js', 'dist/engine.cjs'];
  assert.deepEqual(own, ['LICENSE', 'README.md', ...built, 'package.json', 'rails-template.rb']);

  const folder = unpack(packed, mkdtempSync(join(temporary, 'project-')), 'create-cable-chat');
  assertClean(folder, packed.files);

  // What git would take is what the package takes; npm drops dotfiles of two names, which travel without the dot.
  const tracked = ['node', 'rails'].flatMap((template) =>
    readdirSync(join(root, 'templates', template), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(join(root, 'templates', template).length + 1)
          .replaceAll('\\', '/'),
      )
      .filter((path) => !/^(node_modules|data|dist)\/|(^|\/)(\.env|\.DS_Store)$|\.(sqlite3(-\w+)?|log)$/.test(path))
      .map((path) => `templates/${template}/${path.replace(/(^|\/)\.(gitignore|npmrc)$/, '$1$2')}`),
  );
  assert.deepEqual(packed.files.filter((file) => file.startsWith('templates/')).sort(), tracked.sort());

  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  assert.deepEqual(manifest.dependencies ?? {}, {}, '`npm create` downloads nothing else');
  assert.match(readFileSync(join(folder, 'dist/cli.js'), 'utf8'), /^#!\/usr\/bin\/env node\n/);
});

test('both packages carry the licence, and one version', () => {
  const licence = readFileSync(join(root, 'LICENSE'), 'utf8');
  const versions = ['widget', 'create-app'].map((workspace) => {
    assert.equal(readFileSync(join(root, workspace, 'LICENSE'), 'utf8'), licence);
    return JSON.parse(readFileSync(join(root, workspace, 'package.json'), 'utf8')).version;
  });
  assert.equal(new Set(versions).size, 1);
  const template = JSON.parse(readFileSync(join(root, 'templates/node/package.json'), 'utf8'));
  assert.equal(
    template.dependencies['cable-chat'],
    `^${versions[0]}`,
    'the template asks for the widget of this version',
  );
});

for (const workspace of ['widget', 'create-app']) {
  test(`publint finds nothing in ${workspace}`, () => {
    const publint = join(root, 'node_modules/publint/src/cli.js');
    runOrFail(process.execPath, [publint, join(root, workspace), '--strict', '--pack', 'npm'], root);
  });
}

test('attw finds nothing in cable-chat', () => {
  const attw = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js');
  const options = ['--profile', 'esm-only', '--exclude-entrypoints', './custom-elements.json'];
  runOrFail(process.execPath, [attw, pack('widget').tarball, ...options], root);
});
