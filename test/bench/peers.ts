/** What only benchmarks need, installed where it belongs: test/bench/node_modules. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runNpm } from '../../scripts/command.mjs';

const folder = fileURLToPath(new URL('.', import.meta.url));

interface Package {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** Quick when everything is there. @throws Error where npm fails, with the end of its output */
export async function installPeers(): Promise<void> {
  const { dependencies = {} } = read(`${folder}package.json`);
  const isThere = ([name, version]: readonly [string, string]): boolean => {
    const path = `${folder}node_modules/${name}/package.json`;
    return existsSync(path) && read(path).version === version;
  };
  if (Object.entries(dependencies).every(isThere)) return;
  console.error('Installing what the benchmarks compare with …');
  // Exact versions of what is measured; without anybody's install scripts, which measure nothing.
  const { code, output } = await runNpm(['install', '--no-package-lock', '--ignore-scripts'], {
    cwd: folder,
    capture: true,
  });
  if (code !== 0) throw new Error(`npm install in test/bench failed (exit code ${code}):\n${output.slice(-2000)}`);
}

function read(path: string): Package {
  return JSON.parse(readFileSync(path, 'utf8')) as Package;
}
