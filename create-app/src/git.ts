import { run } from './run.js';

/**
 * What is not committed below a folder, relative to it.
 * @returns undefined where that is no repository, or git is not there: then nobody relies on it
 */
export async function uncommitted(folder: string, signal: AbortSignal): Promise<readonly string[] | undefined> {
  const ask = (...args: string[]) => run('git', args, { cwd: folder, signal });
  const prefix = await ask('rev-parse', '--show-prefix');
  if (prefix.kind === 'missing' || prefix.code !== 0) return undefined;
  const status = await ask(
    '-c',
    'core.quotePath=false',
    'status',
    '--porcelain',
    '-z',
    '--untracked-files=all',
    '--',
    '.',
  );
  if (status.kind === 'missing' || status.code !== 0) return undefined;
  const below = prefix.output.trim();
  return (
    status.output
      .split('\0')
      // The second name of a move stands alone: it is left out, and the first one is enough.
      .filter((entry) => /^.. ./.test(entry))
      .map((entry) => entry.slice(3))
      .map((path) => (path.startsWith(below) ? path.slice(below.length) : path))
  );
}
