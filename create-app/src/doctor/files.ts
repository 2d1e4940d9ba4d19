import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Unread } from './app.js';
import type { Source } from './sources/source.js';

/** Not the app's own, made by its tools, or only for its tests. */
const passedOver =
  /^(node_modules|vendor|tmp|log|public|storage|coverage|dist|build|builds|test|tests|spec|features|cypress|\..*)$/;

const wanted =
  /(^|\/)(Gemfile|Procfile[\w.]*|anycable\.toml|(docker-)?compose[\w.-]*\.ya?ml|\.env[\w.]*)$|\.(rb|[cm]?[jt]sx?)$/;
const settingsFiles = new Set(['config/anycable.yml', 'config/cable.yml', 'bin/thrust', 'bin/dev']);
/** Examples hold no settings, and declarations run nothing. */
const unwanted = /\.env[\w.]*\.?(example|sample|template)$|\.d\.[cm]?ts$|\.min\.js$/;

/** A file this long was written by a program. */
const MOST_BYTES = 1024 * 1024;

/** The files of an app that say something about its cable. Their paths are relative, with `/`. */
export function readFiles(folder: string): { readonly sources: readonly Source[]; readonly unread: readonly Unread[] } {
  const sources: Source[] = [];
  const unread: Unread[] = [];
  const visit = (under: string): void => {
    const entries = readdirSync(join(folder, under), { withFileTypes: true });
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = under === '' ? entry.name : `${under}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!passedOver.test(entry.name)) descend(path);
      } else if (entry.isFile() && isWanted(path)) read(path);
    }
  };
  const descend = (path: string): void => {
    try {
      visit(path);
    } catch (error) {
      unread.push({ file: path, error: reasonOf(error) });
    }
  };
  const read = (path: string): void => {
    try {
      if (statSync(join(folder, path)).size > MOST_BYTES) return;
      sources.push({ path, text: readFileSync(join(folder, path), 'utf8') });
    } catch (error) {
      unread.push({ file: path, error: reasonOf(error) });
    }
  };
  visit('');
  return { sources, unread };
}

const isWanted = (path: string): boolean => settingsFiles.has(path) || (wanted.test(path) && !unwanted.test(path));

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EACCES' || code === 'EPERM') return 'this user may not read it';
  return error instanceof Error ? error.message : String(error);
}
