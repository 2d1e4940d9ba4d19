import { ExitCode, ScaffoldError } from './errors.js';
import type { Hunk } from './edits/hunks.js';
import { findVersion, isAtLeast } from './version.js';

/** Where the app keeps what was written into it, for a later version and for `--revoke`. */
export const MANIFEST = 'config/cable_chat.json';

/** Raised where an older scaffolder could misread it. */
const FORMAT = 1;

export interface RecordedFile {
  /** Of what the scaffolder last wrote, or would have written where the user kept their own. */
  readonly sha256: string;
  /** What `--force` replaced, in base64: given back by `--revoke`. */
  readonly replaced?: string;
  /** The user kept what was there: it is never ours to remove. */
  readonly kept?: true;
}

export interface RecordedEdit {
  readonly path: string;
  readonly what: string;
  readonly hunks: readonly Hunk[];
}

export interface Manifest {
  /** Of create-cable-chat. */
  readonly version: string;
  /** What was found in the app and chosen for it when it was first written into: plain data of the caller's. */
  readonly setup: unknown;
  readonly files: Readonly<Record<string, RecordedFile>>;
  /** In the order in which they were made. */
  readonly edits: readonly RecordedEdit[];
}

export function formatManifest({ version, setup, files, edits }: Manifest): Buffer {
  const sorted = Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
  const about = 'Written by create-cable-chat: what it wrote here, so that it can be upgraded and taken back.';
  return Buffer.from(`${JSON.stringify({ about, format: FORMAT, version, setup, files: sorted, edits }, null, 2)}\n`);
}

/**
 * @param version of this scaffolder
 * @throws ScaffoldError when it is damaged, or a newer scaffolder wrote it
 */
export function parseManifest(content: Buffer, version: string): Manifest {
  const parsed = readJson(content.toString('utf8'));
  if (typeof parsed['format'] === 'number' && parsed['format'] > FORMAT) throw newer(String(parsed['version']));
  const { format, version: written, setup, files, edits } = parsed;
  if (format !== FORMAT || typeof written !== 'string' || !isRecord(setup) || !isFiles(files) || !isEdits(edits)) {
    throw damaged();
  }
  const [ours, theirs] = [findVersion(version), findVersion(written)];
  if (ours && theirs && !isAtLeast(ours, theirs)) throw newer(written);
  return { version: written, setup, files, edits };
}

function readJson(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text);
    if (isRecord(parsed)) return parsed;
  } catch (error) {
    throw damaged(error);
  }
  throw damaged();
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isFiles(value: unknown): value is Manifest['files'] {
  return (
    isRecord(value) &&
    Object.entries(value).every(
      ([path, file]) =>
        isInside(path) &&
        isRecord(file) &&
        typeof file['sha256'] === 'string' &&
        (file['replaced'] === undefined || typeof file['replaced'] === 'string'),
    )
  );
}

function isEdits(value: unknown): value is Manifest['edits'] {
  return (
    Array.isArray(value) &&
    value.every(
      (edit) =>
        isRecord(edit) &&
        typeof edit['path'] === 'string' &&
        isInside(edit['path']) &&
        typeof edit['what'] === 'string' &&
        Array.isArray(edit['hunks']) &&
        edit['hunks'].every((hunk) => isRecord(hunk) && isLines(hunk['removed']) && isLines(hunk['added'])),
    )
  );
}

const isLines = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((line) => typeof line === 'string');

/**
 * It lies in a repository that anybody may have written to, and says what is removed and given back: nothing outside of
 * the app, and nothing of git's own, whose settings and hooks run commands.
 */
const isInside = (path: string): boolean =>
  !path.includes('\\') && path.split('/').every((part) => !/^(\.{0,2}|\.git[. ]*)$/i.test(part));

function damaged(cause?: unknown): ScaffoldError {
  return new ScaffoldError(
    ExitCode.failed,
    `${MANIFEST} is damaged, so it cannot be told what is the chat's and what is yours; nothing was written. Restore it: git checkout ${MANIFEST}`,
    { cause },
  );
}

function newer(version: string): ScaffoldError {
  return new ScaffoldError(
    ExitCode.failed,
    `The chat here was written by create-cable-chat ${version}, which is newer than this one; nothing was written. Run npm create cable-chat@latest.`,
  );
}
