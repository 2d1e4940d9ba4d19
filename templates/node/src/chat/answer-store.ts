import type { AnswerError, FinalStatus } from 'cable-chat/protocol';
import type { Database, SqlRow } from './database.js';
import { toBytes, toMessage, MESSAGE_COLUMNS, type MessageRow } from './rows.js';
import { utf8Length } from './utf8.js';

/** How an answer ended. */
export interface Closing {
  readonly status: FinalStatus;
  /** Why it is shorter than the model might have made it, such as `length`. */
  readonly reason?: string;
  /** For `failed` only. */
  readonly error?: AnswerError;
}

/** An answer that is open, and whose conversation it is. */
export interface OpenAnswer {
  readonly id: string;
  readonly conversationId: string;
  readonly owner: string;
}

/**
 * The life of an answer: queued → streaming → final. Every step is one conditional UPDATE, so that of two who try only
 * one succeeds; the return value tells who. Whoever holds the lease may write, and nobody else.
 */
export class AnswerStore {
  readonly #database: Database;
  readonly #queries;

  constructor(database: Database) {
    this.#database = database;
    this.#queries = prepareQueries(database);
  }

  /** Makes a queued answer the work of `lease`. Undefined: somebody else has it, or it is final. */
  claim(id: string, lease: string, deadline: number): MessageRow | undefined {
    return this.#database.write('lazy', () => {
      const row = this.#queries.claim.get(lease, deadline, id);
      return row && toMessage(row);
    });
  }

  /** Extends the lease. False: it is lost. */
  renew(id: string, lease: string, deadline: number): boolean {
    return this.#database.write('lazy', () => this.#queries.renew.run(deadline, id, lease) === 1);
  }

  /**
   * Appends a piece at byte `offset`, and extends the lease. False: nothing was stored, for the lease is lost, the
   * answer is final, or its text does not end at `offset`.
   */
  append(id: string, lease: string, offset: number, content: string, deadline: number): boolean {
    return this.#database.write('lazy', () => {
      if (this.#queries.grow.run(utf8Length(content), deadline, id, lease, offset) !== 1) return false;
      this.#queries.insertChunk.run(id, offset, Buffer.from(content, 'utf8'));
      return true;
    });
  }

  /** Ends the answer that `lease` is writing. Undefined: it is not the lease's any more. */
  closeOwn(id: string, lease: string, closing: Closing): MessageRow | undefined {
    return this.#close(closing, (status, reason, error) =>
      this.#queries.closeOwn.get(status, reason, error, id, lease),
    );
  }

  /** Ends an open answer, whoever is writing it. Undefined: it was final before. */
  closeOpen(id: string, closing: Closing): MessageRow | undefined {
    return this.#close(closing, (status, reason, error) => this.#queries.closeOpen.get(status, reason, error, id));
  }

  /** Ends an open answer if its deadline is still in the past. Undefined: it is not, or the answer is final. */
  closeExpired(id: string, now: number, closing: Closing): MessageRow | undefined {
    return this.#close(closing, (status, reason, error) =>
      this.#queries.closeExpired.get(status, reason, error, id, now),
    );
  }

  /** Moves a final answer's log into its row. Does nothing when that has been done. */
  fold(id: string): void {
    this.#database.write('lazy', () => {
      const pieces = this.#queries.chunks.all(id).map((row) => toBytes(row['content']));
      if (pieces.length > 0 && this.#queries.fold.run(Buffer.concat(pieces), id) === 1)
        this.#queries.deleteChunks.run(id);
    });
  }

  /** Open answers past their deadline, the longest overdue first. */
  expired(now: number): OpenAnswer[] {
    return this.#queries.expired.all(now).map(toOpenAnswer);
  }

  /** Open answers that a job is writing, or was. */
  streaming(): OpenAnswer[] {
    return this.#queries.streaming.all().map(toOpenAnswer);
  }

  /**
   * Brings deadlines nearer that are later than anybody could have set them from now on, as the clock was set back since:
   * a dead answer would stay open for as long as the clock leapt. Who is alive renews its own long before.
   */
  capDeadlines(streaming: number, queued: number): void {
    if (this.#queries.beyond.get(streaming, queued) === undefined) return;
    this.#database.write('lazy', () => this.#queries.cap.run(streaming, queued, streaming, queued));
  }

  /** The ids of all answers that wait for a job, oldest first. */
  queued(): string[] {
    return this.#queries.queued.all().map((row) => String(row['id']));
  }

  /** Final answers whose log was not folded, because the process ended just then. */
  unfolded(): string[] {
    return this.#queries.unfolded.all().map((row) => String(row['id']));
  }

  #close(
    closing: Closing,
    update: (
      status: string,
      reason: string | null,
      error: string | null,
    ) => Readonly<Record<string, unknown>> | undefined,
  ): MessageRow | undefined {
    return this.#database.write('durable', () => {
      const error = closing.error === undefined ? null : JSON.stringify(closing.error);
      const row = update(closing.status, closing.reason ?? null, error);
      return row && toMessage(row);
    });
  }
}

function prepareQueries(database: Database) {
  const open = `status IN ('queued', 'streaming')`;
  const beyond = `deadline > CASE status WHEN 'streaming' THEN ? ELSE ? END`;
  const close = 'UPDATE messages SET status = ?, reason = ?, error = ?, lease = NULL, deadline = NULL WHERE id = ?';
  return {
    claim: database.prepare(
      `UPDATE messages SET status = 'streaming', lease = ?, deadline = ? WHERE id = ? AND status = 'queued' RETURNING ${MESSAGE_COLUMNS}`,
    ),
    renew: database.prepare(`UPDATE messages SET deadline = ? WHERE id = ? AND status = 'streaming' AND lease = ?`),
    grow: database.prepare(
      `UPDATE messages SET bytes = bytes + ?, deadline = ? WHERE id = ? AND status = 'streaming' AND lease = ? AND bytes = ?`,
    ),
    insertChunk: database.prepare('INSERT INTO chunks (message_id, offset, content) VALUES (?, ?, ?)'),
    closeOwn: database.prepare(`${close} AND status = 'streaming' AND lease = ? RETURNING ${MESSAGE_COLUMNS}`),
    closeOpen: database.prepare(`${close} AND ${open} RETURNING ${MESSAGE_COLUMNS}`),
    closeExpired: database.prepare(`${close} AND ${open} AND deadline < ? RETURNING ${MESSAGE_COLUMNS}`),
    chunks: database.prepare('SELECT content FROM chunks WHERE message_id = ? ORDER BY offset'),
    fold: database.prepare(`UPDATE messages SET content = ? WHERE id = ? AND NOT (${open})`),
    deleteChunks: database.prepare('DELETE FROM chunks WHERE message_id = ?'),
    expired: database.prepare(`
      SELECT m.id, m.conversation_id, c.owner FROM messages AS m INDEXED BY messages_open
      CROSS JOIN conversations AS c ON c.id = m.conversation_id
      WHERE m.${open} AND m.deadline < ? ORDER BY m.deadline`),
    queued: database.prepare(
      `SELECT id FROM messages INDEXED BY messages_open WHERE ${open} AND status = 'queued' ORDER BY deadline`,
    ),
    unfolded: database.prepare(`
      SELECT DISTINCT c.message_id AS id FROM chunks AS c CROSS JOIN messages AS m ON m.id = c.message_id WHERE NOT (m.${open})`),
    streaming: database.prepare(`
      SELECT m.id, m.conversation_id, c.owner FROM messages AS m INDEXED BY messages_open
      CROSS JOIN conversations AS c ON c.id = m.conversation_id WHERE m.${open} AND m.status = 'streaming'`),
    beyond: database.prepare(`SELECT 1 FROM messages INDEXED BY messages_open WHERE ${open} AND ${beyond} LIMIT 1`),
    cap: database.prepare(`
      UPDATE messages SET deadline = CASE status WHEN 'streaming' THEN ? ELSE ? END WHERE ${open} AND ${beyond}`),
  };
}

function toOpenAnswer(row: SqlRow): OpenAnswer {
  return { id: String(row['id']), conversationId: String(row['conversation_id']), owner: String(row['owner']) };
}
