// `npm start` in a bare clone: install, build, serve. Each step is skipped where there is nothing to do.
import './node-version.mjs';

// Only now: what follows may use syntax that an old Node cannot parse.
const { spawn } = await import('node:child_process');
const { join } = await import('node:path');
const { ensureInstalled } = await import('./install.mjs');
const { runNode } = await import('./command.mjs');
const { root } = await import('./project.mjs');

try {
  await ensureInstalled();
  const build = await runNode([join(root, 'scripts/build.mjs'), 'bundles']);
  if (build.code !== 0) process.exit(build.code);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

// Not `npx tsx`: one process less between the signals and the server.
const server = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts', ...process.argv.slice(2)], {
  cwd: join(root, 'templates/node'),
  // The page of the repository itself is the one with the fault lab.
  env: { LAB: '1', ...process.env },
  stdio: 'inherit',
});

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  // At a terminal Ctrl-C reaches the server by itself as well; it knows that the second one is the same.
  process.on(signal, () => server.kill(signal));
}
server.on('error', (error) => {
  console.error(`The server could not be started: ${error.message}`);
  process.exit(1);
});
server.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : signal === 'SIGTERM' ? 143 : 1);
});
