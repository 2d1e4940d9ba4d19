/**
 * A Rails app as a user gets it: `npm create` from the packed tarball, and then the commands that it printed.
 *
 * Making one takes half a minute, so it is kept in the project's cache under a fingerprint of all that goes into it, and
 * every test works on a copy of its own.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fingerprint } from '../../../scripts/fingerprint.mjs';
import { withLock } from '../../../scripts/lock.mjs';
import { cache, root } from '../../../scripts/project.mjs';
import { ensureRails } from '../../../scripts/rails.mjs';
import { mustRun } from './commands.js';

export interface RailsApp {
  readonly folder: string;
}

/** What goes into an app. */
const inputs = [
  ...['create-app/src', 'create-app/package.json', 'templates/rails', 'scripts/targets.mjs', 'scripts/rails.mjs'],
  ...['widget/src', 'widget/package.json', 'rollup.config.mjs', 'package-lock.json'],
];

const NAME = 'my-app';

/**
 * @param options of the scaffolder: `['--provider', 'openai']`
 * @returns a fresh copy in a temporary folder, which is the caller's to remove by `removeApp`
 */
export async function makeApp(options: readonly string[] = []): Promise<RailsApp> {
  const kept = await keptApp(options);
  const folder = join(mkdtempSync(join(tmpdir(), 'cable-chat-rails-')), NAME);
  cpSync(join(kept, NAME), folder, { recursive: true, verbatimSymlinks: true });
  return { folder };
}

export function removeApp({ folder }: RailsApp): void {
  rmSync(join(folder, '..'), { recursive: true, force: true, maxRetries: 10 });
}

/** The folder in the cache that holds the app, made now if it is not there. */
export async function keptApp(options: readonly string[]): Promise<string> {
  const kind = options.join(' ').replaceAll(/\W+/g, '-').replace(/^-/, '') || 'default';
  return withLock(`rails-app-${kind}`, async () => {
    const print = createHash('sha256').update(fingerprint(inputs)).update(kind).digest('hex').slice(0, 16);
    const place = join(cache, 'rails-apps', kind);
    const kept = join(place, print);
    if (existsSync(kept)) return kept;
    const making = mkdtempSync(join(tmpdir(), 'cable-chat-making-'));
    try {
      await createApp(making, options);
      // Those of former versions.
      rmSync(place, { recursive: true, force: true });
      mkdirSync(place, { recursive: true });
      const copy = `${kept}.new`;
      cpSync(making, copy, { recursive: true, verbatimSymlinks: true });
      renameSync(copy, kept);
    } finally {
      rmSync(making, { recursive: true, force: true });
    }
    return kept;
  });
}

/** `npm create`, and all printed commands but the last, which serves until it is ended. @param folder to make it in */
async function createApp(folder: string, options: readonly string[]): Promise<void> {
  const packed = mkdtempSync(join(tmpdir(), 'cable-chat-packed-'));
  try {
    const commands = await npmCreate(await packCreateApp(packed), folder, options);
    // As one script: the first of them changes the folder.
    await mustRun('sh', ['-ec', commands.slice(0, -1).join('\n')], { cwd: folder });
  } finally {
    rmSync(packed, { recursive: true, force: true });
  }
}

/** What `npm publish` would publish. @returns the tarball's path */
export async function packCreateApp(folder: string): Promise<string> {
  const json = await mustRun('npm', ['pack', '--json', '--silent', '--pack-destination', folder], {
    cwd: join(root, 'create-app'),
  });
  const [{ filename }] = JSON.parse(json.slice(json.indexOf('[\n'))) as [{ filename: string }];
  return join(folder, filename);
}

/**
 * What `npm create cable-chat my-app` does.
 * @returns the commands that it says to run
 */
export async function npmCreate(
  tarball: string,
  folder: string,
  options: readonly string[],
): Promise<readonly string[]> {
  await ensureRails();
  // npm keeps what it has unpacked under the tarball's path, which is another one each time.
  const cached = `--cache=${join(dirname(tarball), 'npm-cache')}`;
  const args = ['exec', '--yes', cached, `--package=${tarball}`, '--', 'create-cable-chat', NAME, ...options];
  return findCommands(await mustRun('npm', args, { cwd: folder }));
}

function findCommands(printed: string): readonly string[] {
  const [, after = ''] = printed.split('To start it:');
  const commands = [...after.matchAll(/^ {2}(\S.*)$/gm)].map(([, command = '']) => command);
  assert.equal(commands[0], `cd ${NAME}`, `no commands to go on with:\n${printed.slice(-2000)}`);
  return commands;
}
