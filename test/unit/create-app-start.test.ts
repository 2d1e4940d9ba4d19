/** What the scaffolder writes is an app that starts, by the command that it printed. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const windows = process.platform === 'win32' ? { skip: 'links and process groups are POSIX here' } : {};
let folder: string;
let app: string;

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'cable-chat-app-'));
  app = join(folder, 'my-app');
  for (const args of [
    [join(root, 'scripts/build.mjs'), 'bundles', 'types', 'create-app'],
    [join(root, 'create-app/dist/cli.js'), 'my-app', '--template', 'node'],
  ]) {
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  }
  installFromWorkspace();
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** What `npm install` would do, without a registry, and with the widget as it was just built. */
function installFromWorkspace(): void {
  const manifest = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8'));
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })) {
    const place = [join(root, 'templates/node/node_modules', name), join(root, 'node_modules', name)].find(existsSync);
    assert.ok(place, `${name} is not installed`);
    const link = join(app, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(place, link);
  }
  mkdirSync(join(app, 'node_modules/.bin'));
  symlinkSync(join(app, 'node_modules/tsx/dist/cli.mjs'), join(app, 'node_modules/.bin/tsx'));
}

test('the app answers /healthz and serves its page and the widget, and stops when it is told to', windows, async () => {
  // npm, its shell, tsx and the server: one group, so that nothing of it can stay behind.
  const npm = spawn('npm', ['start'], {
    cwd: app,
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  assert.ok(npm.pid !== undefined);
  const group = -npm.pid;
  const exited = new Promise<number | null>((resolve) => npm.once('close', resolve));
  let output = '';
  try {
    const url = await new Promise<string>((resolve, reject) => {
      for (const stream of [npm.stdout, npm.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          output += text;
          const [, found] = /ready: (http:\S+)/.exec(output) ?? [];
          if (found !== undefined) resolve(found);
        });
      }
      void exited.then((code) => reject(new Error(`it ended with exit code ${code}:\n${output}`)));
    });

    const health = await fetch(new URL('/healthz', url));
    assert.equal(health.status, 200);
    const page = await (await fetch(url)).text();
    assert.match(page, /<cable-chat/);
    const [, script = ''] = /<script[^>]+src="([^"]+)"/.exec(page) ?? [];
    const widget = await fetch(new URL(script, url));
    assert.equal(widget.status, 200);
    assert.match(widget.headers.get('content-type') ?? '', /javascript/);
    assert.ok((await widget.text()).includes('cable-chat'));
    assert.ok(existsSync(join(app, 'data')), 'conversations are kept in the app, not elsewhere');

    process.kill(group, 'SIGTERM');
    // Every process of it held the pipes, so all of them are gone. (npm itself reports the signal, not 0.)
    await exited;
    await assert.rejects(fetch(new URL('/healthz', url)));
  } finally {
    try {
      process.kill(group, 'SIGKILL');
    } catch {
      // Nothing is left of it, as it should be.
    }
  }
});

test('the app passes its own type check', windows, () => {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', app], { cwd: app, encoding: 'utf8' });
  assert.equal(status, 0, stdout);
});
