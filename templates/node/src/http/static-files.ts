/** Files of a few directories, for a demo and a starter. A site of some size has a web server or a CDN for this. */
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';

export interface StaticMount {
  /** Beginning and ending with a slash, such as `/` or `/cable-chat/`. */
  readonly prefix: string;
  readonly directory: string;
  /** Pages of other origins may load these files: what a `<script>` tag elsewhere points to. */
  readonly isShared?: boolean;
}

export interface StaticFile {
  readonly path: string;
  readonly isShared: boolean;
  readonly type: string;
  readonly size: number;
  /** Changes with size and modification time, hence weak. */
  readonly etag: string;
}

/** Nothing else is served: what has no type here is no part of a page. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

/**
 * The file for a URL's path (still percent-encoded), from the mount with the longest prefix that has it; a path that
 * ends with a slash means `index.html`. `undefined`: there is none, or it is nobody's business: dot files, paths that
 * lead out of the directory (by `..` or by a symbolic link), files of other types.
 */
export async function findStaticFile(
  mounts: readonly StaticMount[],
  pathname: string,
): Promise<StaticFile | undefined> {
  const path = decodePath(pathname);
  if (path === undefined) return undefined;
  const candidates = mounts
    .filter(({ prefix }) => path.startsWith(prefix))
    .sort((a, b) => b.prefix.length - a.prefix.length);
  for (const { prefix, directory, isShared = false } of candidates) {
    const file = await findIn(directory, path.slice(prefix.length));
    if (file !== undefined) return { ...file, isShared };
  }
  return undefined;
}

export function openStaticFile({ path }: StaticFile): NodeJS.ReadableStream {
  return createReadStream(path);
}

async function findIn(directory: string, relative: string): Promise<Omit<StaticFile, 'isShared'> | undefined> {
  const name = relative === '' || relative.endsWith('/') ? `${relative}index.html` : relative;
  const type = TYPES[extname(name).toLowerCase()];
  if (type === undefined) return undefined;
  try {
    const root = await realpath(directory);
    const path = await realpath(join(root, name));
    if (!path.startsWith(root + sep)) return undefined;
    const stats = await stat(path);
    if (!stats.isFile()) return undefined;
    const etag = `W/"${stats.size.toString(36)}-${Math.floor(stats.mtimeMs).toString(36)}"`;
    return { path, type, size: stats.size, etag };
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

function decodePath(pathname: string): string | undefined {
  let path: string;
  try {
    path = decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
  if (!path.startsWith('/') || /[\0\\]/.test(path)) return undefined;
  return path.split('/').some((segment) => segment.startsWith('.')) ? undefined : path;
}

function isAbsent(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG';
}
