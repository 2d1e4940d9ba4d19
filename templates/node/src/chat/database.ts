import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import Libsql from 'libsql';
import { StorageError } from './errors.js';
import { MIGRATIONS } from './schema.js';
import { translateStorageError } from './storage-error.js';

/** What may be bound. No booleans: libsql 0.5 ends the process over one. */
export type SqlValue = string | number | null | Uint8Array;
export type SqlRow = Readonly<Record<string, unknown>>;

export interface Query {
  get(...values: SqlValue[]): SqlRow | undefined;
  all(...values: SqlValue[]): SqlRow[];
  /** Returns how many rows it changed. Not for a statement that returns rows: libsql would leave it running. */
  run(...values: SqlValue[]): number;
}

type Statement = ReturnType<typeof Libsql.prototype.prepare>;

/**
 * How soon a commit must survive a power cut. A crash of the process loses neither.
 * - `durable`: when the call returns. For what somebody was told is accepted or final.
 * - `lazy`: with the next durable commit or checkpoint. For pieces and leases: a client that is ahead of a server that
 *   lost its last milliseconds notices by the byte count, and fetches the server's text.
 */
export type Durability = 'durable' | 'lazy';

/**
 * How long to wait for another process (a backup, a shell) that is writing. Waiting stands the whole event loop still, so
 * it is short as soon as anybody is served, and there is none at all after it was in vain, until a write succeeds: an
 * answer's pieces would else add up to a server that does nothing but wait. What must not get lost is tried again later.
 */
const OPENING_PATIENCE_MS = 5_000;
const PATIENCE_MS = 150;

/**
 * One SQLite file, opened, checked and migrated. Every error that leaves it is a StorageError (or the caller's own).
 * Write-ahead logging: readers never wait for the writer, and a commit appends to one file.
 */
export class Database {
  readonly path: string;
  readonly #connection: Libsql.Database;
  #closed = false;
  #isPatient = true;

  /** `path`: of the file; it and its directory are created when they are missing. */
  constructor(path: string) {
    this.path = path === ':memory:' ? path : resolve(path);
    this.#connection = this.#guard(() => {
      if (this.path !== ':memory:') mkdirSync(dirname(this.path), { recursive: true });
      return new Libsql(this.path);
    });
    try {
      this.#guard(() => {
        this.#connection.exec(`PRAGMA busy_timeout = ${OPENING_PATIENCE_MS}`);
        this.#connection.exec('PRAGMA journal_mode = WAL');
        this.#connection.exec('PRAGMA foreign_keys = ON');
      });
      this.#migrate();
      this.#guard(() => this.#connection.exec(`PRAGMA busy_timeout = ${PATIENCE_MS}`));
    } catch (error) {
      this.#connection.close();
      throw error;
    }
  }

  prepare(sql: string): Query {
    let statement: Statement | undefined = this.#guard(() => this.#connection.prepare(sql));
    const use = <Result>(work: (statement: Statement) => Result): Result => {
      try {
        return this.#guard(() => work((statement ??= this.#connection.prepare(sql))));
      } catch (error) {
        // After an error in get(), libsql 0.5 does not reset the statement, and runs it next time with its OLD values.
        statement = undefined;
        throw error;
      }
    };
    // One array, because libsql takes a single Buffer for an object of named parameters.
    return {
      get: (...values) => use((ready) => asRow(ready.get(values))),
      all: (...values) => use((ready) => ready.all(values).map((row) => asRow(row) ?? {})),
      run: (...values) => use((ready) => ready.run(values).changes),
    };
  }

  /**
   * Runs `work` in one transaction that holds the write lock from its beginning, and commits, or rolls back when it
   * throws. Inside another transaction it joins that one, so its errors must not be caught in there.
   */
  write<Result>(durability: Durability, work: () => Result): Result {
    if (this.#guard(() => this.#connection.inTransaction)) return work();
    this.#guard(() => this.#connection.exec(`PRAGMA synchronous = ${durability === 'durable' ? 'FULL' : 'NORMAL'}`));
    return this.#transaction(() => this.#beginWriting(), work);
  }

  /** Runs `work` on one unchanging picture of the database. */
  read<Result>(work: () => Result): Result {
    if (this.#guard(() => this.#connection.inTransaction)) return work();
    return this.#transaction(() => this.#guard(() => this.#connection.exec('BEGIN DEFERRED')), work);
  }

  /** Idempotent. Whatever is asked afterwards throws a StorageError with the reason `closed`. */
  close(): void {
    if (this.#closed) return;
    try {
      // libsql keeps the file open for as long as a statement is not collected, so closing alone would leave the log behind.
      if (this.path !== ':memory:') this.#guard(() => this.#connection.pragma('wal_checkpoint(TRUNCATE)'));
    } finally {
      this.#closed = true;
      this.#connection.close();
    }
  }

  #beginWriting(): void {
    try {
      this.#guard(() => this.#connection.exec('BEGIN IMMEDIATE'));
    } catch (error) {
      if (error instanceof StorageError && error.reason === 'locked') this.#setPatience(false);
      throw error;
    }
    this.#setPatience(true);
  }

  #setPatience(isPatient: boolean): void {
    if (isPatient === this.#isPatient) return;
    this.#guard(() => this.#connection.exec(`PRAGMA busy_timeout = ${isPatient ? PATIENCE_MS : 0}`));
    this.#isPatient = isPatient;
  }

  #transaction<Result>(begin: () => void, work: () => Result): Result {
    begin();
    try {
      const result = work();
      this.#guard(() => this.#connection.exec('COMMIT'));
      return result;
    } catch (error) {
      // SQLite has rolled back by itself after some errors, a full disk among them (https://sqlite.org/lang_transaction.html).
      if (this.#connection.inTransaction) this.#guard(() => this.#connection.exec('ROLLBACK'));
      throw error;
    }
  }

  #migrate(): void {
    const version = this.#version();
    if (version > MIGRATIONS.length) {
      throw new StorageError(
        'newer_schema',
        this.path,
        `The database ${this.path} was written by a newer version of this program (schema ${version}, known ${MIGRATIONS.length}). ` +
          'Start that version, or choose another file with DATABASE_PATH.',
      );
    }
    if (version === MIGRATIONS.length) return;
    this.write('durable', () => {
      // Read again under the lock: another process may have been faster.
      for (let step = this.#version(); step < MIGRATIONS.length; step += 1) {
        this.#guard(() => {
          this.#connection.exec(MIGRATIONS[step] ?? '');
          this.#connection.exec(`PRAGMA user_version = ${step + 1}`);
        });
      }
    });
  }

  #version(): number {
    return Number(this.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
  }

  #guard<Result>(work: () => Result): Result {
    if (this.#closed) throw new StorageError('closed', this.path, `The database ${this.path} has been closed.`);
    try {
      return work();
    } catch (error) {
      throw translateStorageError(error, this.path);
    }
  }
}

function asRow(row: unknown): SqlRow | undefined {
  return typeof row === 'object' && row !== null ? (row as SqlRow) : undefined;
}
