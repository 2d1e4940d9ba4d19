import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ExitCode, ScaffoldError } from '../errors.js';
import type { RenderedFile } from '../render.js';
import { run } from '../run.js';
import { rubyEnvironment } from './tools.js';

/**
 * Parses each file named in its arguments and runs none of it. YAML may hold ERB, whose tags stand where a word may.
 * Prints the first file that does not parse, and why.
 */
const PARSE = `
require "yaml"
ARGV.each do |path|
  text = File.read(path, encoding: "UTF-8")
  if path.end_with?(".yml")
    YAML.parse(text.gsub(/<%.*?%>/m, "erb"))
  elsif defined?(RubyVM::InstructionSequence)
    RubyVM::InstructionSequence.compile(text, path)
  end
rescue SyntaxError, Psych::SyntaxError => error
  puts "#{path}: #{error.message}"
  exit 1
end
`;

const parsed = /(^|\/)Gemfile$|\.(rb|yml)$/;

/**
 * Parses what was edited with the user's own Ruby: an edit that breaks a file must not get as far as the app.
 * @param edited what is neither Ruby nor YAML is passed over
 * @param complaint what it means when one of them does not parse
 * @throws ScaffoldError that names the file
 */
export async function checkSyntax(
  edited: readonly RenderedFile[],
  signal: AbortSignal,
  complaint = 'An edit would break a file, so nothing was written.',
): Promise<void> {
  const files = edited.filter(({ path }) => parsed.test(path));
  if (files.length === 0) return;
  const folder = mkdtempSync(join(tmpdir(), 'create-cable-chat-'));
  try {
    for (const { path, content } of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    const args = ['-e', PARSE, '--', ...files.map(({ path }) => path)];
    const outcome = await run('ruby', args, { cwd: folder, env: rubyEnvironment(process.env), signal });
    if (outcome.kind === 'ended' && outcome.code === 0) return;
    if (outcome.kind === 'missing') {
      throw new ScaffoldError(ExitCode.failed, 'There is no `ruby` on this machine, so nothing was written.');
    }
    const why = outcome.output.trim();
    throw new ScaffoldError(ExitCode.failed, `${complaint} ${why}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
