import { createTwoFilesPatch } from 'diff';
import type { RenderedFile } from './render.js';

/** What a change would do to a file, as `git diff` shows it. What is no text is only named. */
export function patchOf(before: Buffer | undefined, { path, content }: RenderedFile): string {
  const old = before?.toString('utf8') ?? '';
  const now = content.toString('utf8');
  if (old.includes('\0') || now.includes('\0')) return `Binary files a/${path} and b/${path} differ\n`;
  const patch = createTwoFilesPatch(before === undefined ? '/dev/null' : `a/${path}`, `b/${path}`, old, now);
  return patch.split('\n').slice(1).join('\n');
}
