import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { IntoOptions } from './arguments.js';
import { renderTemplate } from './engine.js';
import { ExitCode } from './errors.js';
import { interruptible } from './interruption.js';
import { isInteractive } from './prompter.js';
import { openQuestioner } from './questioner.js';
import { bringInto, revoke, type IntoRequest } from './rails/into/run.js';
import { reportInto, reportIntoRefusal, reportLate } from './report.js';

/** `npm create cable-chat .`: the chat into an app that is there, or out of it. @param home the package's folder */
export async function changeApp(options: IntoOptions, home: string): Promise<ExitCode> {
  const { diff, dryRun, onConflict } = options;
  const say = (text: string): void => void process.stdout.write(text);
  const isAsked = !options.yes && onConflict === 'refuse' && isInteractive();
  const questioner = isAsked ? openQuestioner() : undefined;
  const { value: result, late } = await interruptible(async (signal) => {
    const request: IntoRequest = {
      folder: resolve(options.folder),
      version: JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')).version,
      template: options.revoke ? [] : await renderTemplate(home, 'rails', 'app', signal),
      widget: readFileSync(join(home, 'dist/cable-chat.js')),
      choices: options.choices,
      skipped: options.skipped,
      onConflict,
      dryRun,
      questioner,
      say,
    };
    return options.revoke ? revoke(request, signal) : bringInto(request, signal);
  }).finally(() => questioner?.close());
  if (diff) say(result.patches);
  if (result.kind === 'refused') {
    process.stderr.write(reportIntoRefusal(result.files));
    return ExitCode.conflict;
  }
  if (late !== undefined && !dryRun) {
    process.stderr.write(reportLate(options.folder));
    return late.exitCode;
  }
  say(reportInto(result, { dryRun, revoke: options.revoke }));
  return ExitCode.ok;
}
