import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';

/** One file as it shall be in the app. */
export interface RenderedFile {
  /** Relative to the app, with `/`. */
  readonly path: string;
  readonly content: Buffer;
  /** Permission bits: 0o755 for what can be run, else 0o644. */
  readonly mode: number;
}

/** Names that npm leaves out of every package, so that the templates carry them without their dot. */
const dotless = new Set(['gitignore', 'npmrc']);

/**
 * A template's files. Reads the whole template first: what cannot be read fails before anything is written.
 * @param base the template's folder
 */
export function readTemplate(base: string): RenderedFile[] {
  return readdirSync(base, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const source = join(entry.parentPath, entry.name);
      const path = source
        .slice(base.length + 1)
        .split(sep)
        .join('/');
      return {
        path: withDot(path),
        content: readFileSync(source),
        mode: statSync(source).mode & 0o111 ? 0o755 : 0o644,
      };
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The embedded server's template, made the app's own. */
export function renderNode(files: readonly RenderedFile[], name: string): RenderedFile[] {
  return files.map((file) =>
    file.path === 'package.json' ? { ...file, content: ownManifest(file.content, name) } : file,
  );
}

function withDot(path: string): string {
  const parts = path.split('/');
  const last = parts.pop() ?? '';
  return [...parts, dotless.has(last) ? `.${last}` : last].join('/');
}

/** The template's package.json under the app's name; the template's own version and description are not the app's. */
function ownManifest(content: Buffer, name: string): Buffer {
  const { description: _, ...manifest }: Record<string, unknown> = JSON.parse(content.toString('utf8'));
  return Buffer.from(`${JSON.stringify({ ...manifest, name, version: '0.0.0', private: true }, null, 2)}\n`);
}
