import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RENDERED, TEMPLATES_VARIABLE } from './engine-contract.js';
import { ExitCode, ScaffoldError, fromFileSystem } from './errors.js';
import { readTemplate, type RenderedFile } from './render.js';
import { run } from './run.js';

/**
 * Lets create-create-app render a template, in a temporary folder. It is an engine for text: permission bits are lost
 * in it, so they come from the template.
 *
 * @param home the package's folder, with dist/engine.cjs and the templates in it
 * @throws ScaffoldError when it failed, or rendered something else than the template's files; the signal's reason
 */
export async function renderTemplate(
  home: string,
  template: string,
  name: string,
  signal: AbortSignal,
): Promise<RenderedFile[]> {
  const templates = join(home, 'templates');
  let folder: string;
  try {
    folder = mkdtempSync(join(tmpdir(), 'create-cable-chat-'));
  } catch (error) {
    throw fromFileSystem(error, tmpdir());
  }
  try {
    const outcome = await run(process.execPath, [join(home, 'dist/engine.cjs'), name, '--template', template], {
      cwd: folder,
      env: { ...process.env, [TEMPLATES_VARIABLE]: templates },
      signal,
    });
    const said = outcome.kind === 'ended' ? outcome.output.trimEnd() : '';
    if (!said.endsWith(RENDERED)) throw failed(template, said);
    const rendered = new Map(readTemplate(join(folder, name)).map((file) => [file.path, file.content]));
    return readTemplate(join(templates, template)).map(({ path, mode }) => {
      const content = rendered.get(path);
      if (content === undefined) throw failed(template, `${path} is missing.`);
      return { path, mode, content };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function failed(template: string, said: string): ScaffoldError {
  return new ScaffoldError(
    ExitCode.failed,
    `The template ${template} could not be rendered, so nothing was written. ${said}`,
  );
}
