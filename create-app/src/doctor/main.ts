/** `create-cable-chat doctor`: arguments → read → rules → report, and on request mend. */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ExitCode, ScaffoldError, fromFileSystem } from '../errors.js';
import { interruptible } from '../interruption.js';
import { withProgress } from '../progress.js';
import { readDoctorArguments, usage, type DoctorOptions } from './arguments.js';
import type { App } from './app.js';
import { examine } from './examine.js';
import { callsOverGrpc, protocolOfPages } from './facts.js';
import { live, type LiveOptions } from './live/live.js';
import type { Verdict } from './live/verdict.js';
import { mend, type Mended } from './mend.js';
import { reportFindings, reportMended, reportRules, reportVerdict, toJson } from './report.js';
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

async function examineApp({ folder, json, fix, rules: names, live: trial }: DoctorOptions): Promise<number> {
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
  if (!json) process.stdout.write(reportFindings(findings, unread));
  const verdict = trial && (await tryLive(trial, place, examination.app));
  if (json) process.stdout.write(toJson(findings, unread, mended, verdict));
  else if (verdict) process.stdout.write(`\n${reportVerdict(verdict)}`);
  const isSick =
    findings.length > 0 || (verdict !== undefined && !verdict.survived && verdict.inconclusive === undefined);
  if (isSick) return DoctorExit.found;
  return unread.length > 0 || verdict?.inconclusive !== undefined ? DoctorExit.unread : DoctorExit.clean;
}

async function tryLive(options: LiveOptions, folder: string, app: App): Promise<Verdict> {
  const { value } = await interruptible((signal) =>
    live(options, {
      folder,
      pagesUse: protocolOfPages(app),
      grpc: callsOverGrpc(app),
      // Beside stdout, which is the report's.
      say: (line) => void process.stderr.write(`  ${line}\n`),
      signal,
    }),
  );
  return value;
}

/** @throws ScaffoldError that names the file */
function write(folder: string, file: string, text: string): void {
  try {
    writeFileSync(join(folder, file), text);
  } catch (error) {
    throw fromFileSystem(error, file);
  }
}
