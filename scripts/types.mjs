// `npm run types`: checks every TypeScript project, and the scripts through their JSDoc.
import './node-version.mjs';
import { join } from 'node:path';
import { runNode, seconds } from './command.mjs';
import { root } from './project.mjs';

/** Every project but the widget, which the build of its declarations checks: the others import those. */
const projects = ['templates/node', 'create-app', 'test', 'scripts'];

const build = await runNode([join(root, 'scripts/build.mjs'), 'types']);
if (build.code !== 0) process.exit(build.code);

const outcomes = await Promise.all(
  projects.map(async (project) => ({
    project,
    ...(await runNode([join(root, 'node_modules/typescript/bin/tsc'), '-p', `${project}/tsconfig.json`, '--pretty'], {
      capture: true,
    })),
  })),
);
for (const { project, code, output, milliseconds } of outcomes) {
  console.log(`  ${code === 0 ? '✓' : '✗'} ${project} (${seconds(milliseconds)})`);
  if (code !== 0) console.log(output);
}
if (outcomes.some(({ code }) => code !== 0)) process.exitCode = 1;
