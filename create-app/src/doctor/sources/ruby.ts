import { spawn } from 'node:child_process';
import { rubyEnvironment } from '../../rails/tools.js';
import { RUBY_SCRIPT } from './ruby-script.js';
import type { RubyNode } from './ruby-tree.js';
import type { Parsed, Source } from './source.js';

/** Without an answer for so long it never comes: a Ruby that waits for something, in milliseconds. */
const PATIENCE = 120_000;

/**
 * Parses Ruby with the user's own Ruby, in one process for all.
 * @returns for each source its tree, or why there is none
 */
export async function parseRuby(
  sources: readonly Source[],
  signal?: AbortSignal,
): Promise<Parsed<readonly RubyNode[]>[]> {
  if (sources.length === 0) return [];
  const outcome = await ask(JSON.stringify(sources.map(({ path, text }) => ({ path, text }))), signal);
  if (typeof outcome !== 'string') return sources.map(({ path }) => ({ path, error: outcome.error }));
  const byPath = new Map(
    outcome
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Parsed<readonly RubyNode[]>)
      .map((answer) => [answer.path, answer]),
  );
  return sources.map(({ path }) => byPath.get(path) ?? { path, error: 'Ruby ended before it came to this file' });
}

function ask(input: string, signal: AbortSignal | undefined): Promise<string | { readonly error: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('ruby', ['-W0', '-e', RUBY_SCRIPT], {
      env: rubyEnvironment(process.env),
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(signal === undefined ? {} : { signal }),
    });
    // Not the option `timeout`, whose timer outlives a program that could not be started.
    let late = false;
    const patience = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, PATIENCE);
    let output = '';
    let complaint = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(0, 2000)));
    child.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(patience);
      if (signal?.aborted) reject(signal.reason as Error);
      else if (error.code === 'ENOENT') resolve({ error: 'there is no `ruby` on PATH to read it with: install Ruby' });
      else resolve({ error: `ruby cannot be started (${error.message})` });
    });
    child.once('close', (code) => {
      clearTimeout(patience);
      if (late) resolve({ error: `ruby was not through after ${PATIENCE / 1000} s` });
      else if (code === 0) resolve(output);
      else resolve({ error: `ruby failed (exit code ${code}): ${complaint.trim().split('\n')[0] ?? ''}` });
    });
    // Whatever it has to say about its input, its exit code says.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}
