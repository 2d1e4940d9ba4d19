import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { Template } from './arguments.js';

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
 * The template's files, made the app's own. Reads the whole template first: what cannot be read fails before anything
 * is written.
 * @param folder where the templates lie
 */
export function render(folder: string, template: Template, name: string): RenderedFile[] {
  const base = join(folder, template);
  return readdirSync(base, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const source = join(entry.parentPath, entry.name);
      const path = withDot(
        source
          .slice(base.length + 1)
          .split(sep)
          .join('/'),
      );
      const content = readFileSync(source);
      return {
        path,
        content: path === 'package.json' ? ownManifest(content, name) : content,
        mode: statSync(source).mode & 0o111 ? 0o755 : 0o644,
      };
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
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
