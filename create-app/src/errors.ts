/** What the process ends with. A script that calls us can tell them apart. */
export const ExitCode = {
  ok: 0,
  /** Something outside our hands: a read-only folder, a full disk. */
  failed: 1,
  /** The command itself is wrong. */
  usage: 2,
  /** What is there already is in the way. */
  conflict: 3,
  /** Ended by a signal, as shells count it: 128 and the signal's number. Here by a terminal that was closed. */
  hungUp: 129,
  /** Ended by Ctrl-C. */
  interrupted: 130,
  /** Ended by `kill`, or by whatever shuts the machine down. */
  terminated: 143,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** Every failure that we foresee: a sentence for people, and how the process ends. */
export class ScaffoldError extends Error {
  override readonly name = 'ScaffoldError';
  constructor(
    readonly exitCode: Exclude<ExitCode, 0>,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Turns what the file system says into a sentence that names the place and what to do. */
export function fromFileSystem(error: unknown, place: string): ScaffoldError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  const why: Record<string, string> = {
    EACCES: 'this user may not write there. Choose another folder, or change its permissions',
    EPERM: 'the system does not allow it. Choose another folder, or change its permissions',
    EROFS: 'it is on a read-only file system. Choose another folder',
    ENOSPC: 'the disk is full. Make room and try again',
    EDQUOT: 'the quota is used up. Make room and try again',
    ENOENT: 'the folder is not there any more',
    ENOTDIR: 'a file is where a folder is needed',
    ENAMETOOLONG: 'the path is too long for this file system. Choose a shorter name',
  };
  const sentence = (code && why[code]) ?? (error instanceof Error ? error.message : String(error));
  return new ScaffoldError(ExitCode.failed, `Cannot write to ${place}: ${sentence}.`, { cause: error });
}
