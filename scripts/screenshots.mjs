// `npm run screenshots`: the pictures in docs/screenshots, made from the demo page. Look at them after a change of looks.
import './node-version.mjs';
import { root } from './project.mjs';
import { ensureInstalled } from './install.mjs';
import { runNode } from './command.mjs';

await ensureInstalled();
const build = await runNode(['scripts/build.mjs', 'bundles'], { cwd: root });
if (build.code !== 0) process.exit(build.code);
const { code } = await runNode(['--import', 'tsx', 'test/support/take-screenshots.ts'], { cwd: root });
process.exitCode = code;
