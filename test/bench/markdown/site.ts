/** One page for each contestant: the harness and that contestant's code, bundled as an application would. */
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { listen } from '../../../templates/node/src/listen.js';
import type { ContestantName } from './contestants.js';

export interface Site {
  url(contestant: string): string;
  stop(): Promise<void>;
}

export async function startSite(contestants: readonly ContestantName[]): Promise<Site> {
  const scripts = new Map(await Promise.all(contestants.map(async ({ name }) => [name, await bundle(name)] as const)));
  const server = createServer((request, response) => {
    const [, name = '', isScript] = /^\/([a-z-]+)(\.js)?$/.exec(request.url ?? '') ?? [];
    const script = scripts.get(name);
    if (script === undefined) response.writeHead(404).end();
    else if (isScript) response.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8' }).end(script);
    else {
      response
        .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
        .end(
          `<!doctype html><html lang="en"><title>${name}</title><body><script src="/${name}.js"></script></body></html>`,
        );
    }
  });
  const origin = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}`;
  return {
    url: (contestant) => `${origin}/${contestant}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bundle(contestant: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `import { serve } from './harness.js';\nimport { open } from './contestants/${contestant}.js';\nserve(open);`,
      resolveDir: fileURLToPath(new URL('page', import.meta.url)),
      loader: 'ts',
    },
    alias: { 'deep-chat-element': fileURLToPath(new URL('../node_modules/deep-chat', import.meta.url)) },
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    target: 'es2022',
    // What is not written by us for browsers alone: React's and Streamdown's development builds are slower.
    define: { 'process.env.NODE_ENV': '"production"' },
    tsconfigRaw: { compilerOptions: { experimentalDecorators: true, useDefineForClassFields: false } },
    logLevel: 'error',
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`esbuild wrote no bundle for ${contestant}`);
  return file.text;
}
