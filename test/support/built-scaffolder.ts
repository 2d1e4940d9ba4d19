/** The scaffolder as npm installs it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/project.mjs';

/**
 * Builds it and copies it away from the repository, where nothing but the package's own files is there to be found.
 * @param place the package's folder
 */
export function installScaffolder(place: string): void {
  const built = spawnSync(process.execPath, [join(root, 'scripts/build.mjs'), 'create-app'], { encoding: 'utf8' });
  assert.equal(built.status, 0, built.stderr);
  for (const part of ['dist', 'templates', 'package.json']) {
    cpSync(join(root, 'create-app', part), join(place, part), { recursive: true });
  }
}
