import { StorageError, type StorageReason } from './errors.js';

/**
 * Says which of our reasons an error of libsql, SQLite or the file system is, in a sentence that names the file and what
 * to do. Errors of libsql's own (a file that cannot be opened) have no code, only SQLite's number at the end of the text.
 */
export function translateStorageError(error: unknown, path: string): StorageError {
  if (error instanceof StorageError) return error;
  const reason = reasonOf(error);
  return new StorageError(reason, path, sentence(reason, path, error), { cause: error });
}

function reasonOf(error: unknown): StorageReason {
  if (!(error instanceof Error)) return 'failed';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === 'ENOSPC' || code === 'EDQUOT' || code.startsWith('SQLITE_FULL')) return 'full';
  if (/^E(ACCES|PERM|ROFS|NOTDIR|EXIST|NOENT|ISDIR)$/.test(code)) return 'unreadable';
  if (/^SQLITE_(CANTOPEN|READONLY|PERM|AUTH)/.test(code) || /ConnectionFailed\(.*: 14"\)/s.test(error.message))
    return 'unreadable';
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) return 'corrupt';
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return 'locked';
  return 'failed';
}

function sentence(reason: StorageReason, path: string, error: unknown): string {
  const detail = error instanceof Error ? error.message : String(error);
  switch (reason) {
    case 'unreadable':
      return `The database ${path} cannot be opened or written (${detail}). Check that its directory can be written to, or choose another file with DATABASE_PATH.`;
    case 'corrupt':
      return `The file ${path} is damaged or is not a SQLite database (${detail}). Restore it from a backup, or move it away and start with a new one.`;
    case 'full':
      return `No room is left to write the database ${path} (${detail}). Free some space on its disk; what was stored before is safe.`;
    case 'locked':
      return `Another process is holding the database ${path} (${detail}). This server is made for one process to a database: stop the other one.`;
    default:
      return `The database ${path} failed: ${detail}`;
  }
}
