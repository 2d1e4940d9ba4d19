/** The bench's own two pages: one with the clients, one to go away to. */
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { listen } from '../../../templates/node/src/listen.js';

export interface Site {
  /** Such as `http://127.0.0.1:3000`. */
  readonly origin: string;
  readonly page: string;
  readonly elsewhere: string;
  stop(): Promise<void>;
}

export async function startSite(): Promise<Site> {
  const script = await bundle();
  const files: Readonly<Record<string, readonly [type: string, body: string]>> = {
    '/': ['text/html', '<!doctype html><meta charset="utf-8"><title>bench</title><script src="/bench.js"></script>'],
    '/elsewhere': ['text/html', '<!doctype html><meta charset="utf-8"><title>elsewhere</title>'],
    '/bench.js': ['text/javascript', script],
  };
  const server = createServer((request, response) => {
    const file = files[request.url ?? ''];
    // Without `no-store`, which would keep the page out of the back/forward cache.
    if (file === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': `${file[0]}; charset=utf-8` }).end(file[1]);
  });
  const origin = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}`;
  return {
    origin,
    page: `${origin}/`,
    elsewhere: `${origin}/elsewhere`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page/main.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    // As the widget is built: its elements are not in here, but what they import may be.
    tsconfigRaw: { compilerOptions: { experimentalDecorators: true, useDefineForClassFields: false } },
    logLevel: 'error',
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error('esbuild wrote no bundle');
  return file.text;
}
