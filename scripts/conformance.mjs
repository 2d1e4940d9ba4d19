// `npm run test:conformance -- [--json] [--break] [--write] [PART-OF-A-NAME …]`
// The same transcripts on the embedded server and on the real AnyCable, and every frame compared (test/conformance).
// Exits with 1 on any difference that is not listed, and on any that is listed and not seen.
import './node-version.mjs';
import { join } from 'node:path';
import { argv } from 'node:process';
import { ensureAnyCable } from './anycable.mjs';
import { runNode } from './command.mjs';
import { ensureInstalled } from './install.mjs';
import { root } from './project.mjs';

await ensureInstalled();
await ensureAnyCable();
const { code } = await runNode(['--import', 'tsx', join(root, 'test/conformance/main.ts'), ...argv.slice(2)]);
process.exitCode = code;
