import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import Libsql from 'libsql';
import { StorageError } from './errors.js';
import { translateStorageError } from './storage-error.js';

/** Held for as long as a process works on a database. */
export interface DatabaseLock {
  /** Idempotent. */
  release(): void;
}

/**
 * Makes sure that no other server works on the same file: two would interrupt each other's answers, and each would tell
 * only its own visitors. It is an SQLite lock on an empty file beside the database, `<path>.lock`: the operating system
 * drops it however the process ends, and the database itself stays free for backups and the `sqlite3` shell. The file
 * stays: to delete it would open a gap in which two processes hold locks on different files of that name.
 *
 * Throws a StorageError: `locked` when somebody has it.
 */
export function lockDatabase(path: string): DatabaseLock {
  if (path === ':memory:') return { release: () => undefined };
  const database = resolve(path);
  let connection: Libsql.Database | undefined;
  try {
    mkdirSync(dirname(database), { recursive: true });
    // The same file under two names must be one lock.
    const file = `${existsSync(database) ? realpathSync(database) : database}.lock`;
    connection = new Libsql(file);
    connection.exec('PRAGMA busy_timeout = 0');
    connection.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    connection?.close();
    throw explained(translateStorageError(error, database));
  }
  let held: Libsql.Database | undefined = connection;
  return {
    release() {
      const closing = held;
      held = undefined;
      if (closing === undefined) return;
      try {
        closing.exec('ROLLBACK'); // closing alone might leave it to the garbage collector
      } finally {
        closing.close();
      }
    },
  };
}

function explained(error: StorageError): StorageError {
  if (error.reason !== 'locked') return error;
  return new StorageError(
    'locked',
    error.path,
    `Another process is running with the database ${error.path}. One database is for one process: stop the other one ` +
      '(is this server running already?), or choose another file with DATABASE_PATH.',
    { cause: error.cause },
  );
}
