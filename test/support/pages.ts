/** Pages of a test's own, served by the embedded server beside its own page, with the widget's bundle loaded. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export async function servePages() {
  const directory = await mkdtemp(join(tmpdir(), 'cable-chat-pages-'));
  let count = 0;
  return {
    mount: { prefix: '/test-pages/', directory },
    /** Writes a page with this body and returns its path. */
    async write(body: string, head = ''): Promise<string> {
      return this.writeDocument(`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>A page of a test</title>
    <link rel="icon" href="/icon.svg" />
    <script type="module" src="/cable-chat/cable-chat.bundle.js"></script>
    ${head}
  </head>
  <body>${body}</body>
</html>`);
    },
    /** Writes a whole document and returns its path. */
    async writeDocument(html: string): Promise<string> {
      const name = `page-${++count}.html`;
      await writeFile(join(directory, name), html);
      return `/test-pages/${name}`;
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}
