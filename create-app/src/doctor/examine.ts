import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ExitCode, ScaffoldError } from '../errors.js';
import type { App, Unread } from './app.js';
import { diagnose } from './diagnose.js';
import { readFiles } from './files.js';
import type { Finding } from './finding.js';
import { readApp } from './read-app.js';
import type { Rule } from './rule.js';

export interface Examination {
  readonly app: App;
  readonly findings: readonly Finding[];
  readonly unread: readonly Unread[];
}

/**
 * Reads an app and asks the rules. Nothing of it is run, and nothing is changed.
 * @throws ScaffoldError (usage) where there is no app
 */
export async function examine(folder: string, rules: readonly Rule[], signal?: AbortSignal): Promise<Examination> {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new ScaffoldError(ExitCode.usage, `There is no folder ${folder}.`);
  }
  if (!['Gemfile', 'package.json', 'config/application.rb'].some((file) => existsSync(join(folder, file)))) {
    throw new ScaffoldError(
      ExitCode.usage,
      `${folder} is no app: it has neither a Gemfile nor a package.json. Name the folder of one: create-cable-chat doctor DIR.`,
    );
  }
  const { sources, unread } = readFiles(folder);
  const read = await readApp(sources, signal);
  return { app: read.app, findings: diagnose(read.app, rules), unread: [...unread, ...read.unread] };
}
