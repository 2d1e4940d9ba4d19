/** `create-cable-chat doctor`: arguments → read → rules → report, and on request mend. */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ExitCode, ScaffoldError, fromFileSystem } from '../errors.js';
import { interruptible } from '../interruption.js';
import { withProgress } from '../progress.js';
import { readDoctorArguments, usage, type DoctorOptions } from './arguments.js';
import { examine } from './examine.js';
import { mend, type Mended } from './mend.js';
import { reportFindings, reportMended, reportRules, toJson } from './report.js';
import { rules } from './rules.js';

/** What the process ends with; not the scaffolder's, whose 1 is a failure. */
const DoctorExit = { clean: 0, found: 1, unread: 2 } as const;

/**
 * What is foreseen is said here: this file is bundled by itself, and its errors are strangers to the scaffolder's own.
 * @param argv behind `doctor`
 */
export async function doctor(argv: readonly string[]): Promise<number> {
  try {
    return await obey(argv);
  } catch (error) {
    if (!(error instanceof ScaffoldError)) throw error;
    process.stderr.write(`${error.message}\n`);
    // 1 means that something was found.
    return error.exitCode === ExitCode.failed ? DoctorExit.unread : error.exitCode;
  }
}

async function obey(argv: readonly string[]): Promise<number> {
  const command = readDoctorArguments(
    argv,
    rules.map(({ name }) => name),
  );
  switch (command.kind) {
    case 'help':
      process.stdout.write(usage);
      return ExitCode.ok;
    case 'rules':
      process.stdout.write(reportRules(rules));
      return ExitCode.ok;
    case 'examine':
      return examineApp(command);
  }
}

async function examineApp({ folder, json, fix, rules: names }: DoctorOptions): Promise<number> {
  const place = resolve(folder);
  const chosen = names.length === 0 ? rules : rules.filter(({ name }) => names.includes(name));
  const look = async () => {
    const { value } = await interruptible((signal) =>
      withProgress('reading the app', () => examine(place, chosen, signal)),
    );
    return value;
  };
  let examination = await look();
  let mended: readonly Mended[] = [];
  if (fix) {
    const outcome = await mend(examination.findings, examination.app.texts);
    for (const { file, text } of outcome.mended) write(place, file, text);
    ({ mended } = outcome);
    if (!json) process.stdout.write(reportMended(mended, outcome.unmended));
    if (mended.length > 0) examination = await look();
  }
  const { findings, unread } = examination;
  process.stdout.write(json ? toJson(findings, unread, mended, undefined) : reportFindings(findings, unread));
  if (findings.length > 0) return DoctorExit.found;
  return unread.length > 0 ? DoctorExit.unread : DoctorExit.clean;
}

/** @throws ScaffoldError that names the file */
function write(folder: string, file: string, text: string): void {
  try {
    writeFileSync(join(folder, file), text);
  } catch (error) {
    throw fromFileSystem(error, file);
  }
}
