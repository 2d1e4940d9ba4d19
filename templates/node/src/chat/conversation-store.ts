import type { FeedbackValue } from 'cable-chat/protocol';
import type { Database } from './database.js';
import { RowError } from './errors.js';
import { MESSAGE_COLUMNS, toBytes, toConversation, toMessage, type ConversationRow, type MessageRow } from './rows.js';

export interface NewMessage {
  readonly id: string;
  readonly conversationId: string;
  readonly inReplyTo: string | null;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** Conversations and their messages: what is read of them, and how they come to be. Answers' lives are in AnswerStore. */
export class ConversationStore {
  readonly #queries;

  constructor(database: Database) {
    this.#queries = prepareQueries(database);
  }

  conversation(id: string): ConversationRow | undefined {
    const row = this.#queries.conversation.get(id);
    return row && toConversation(row);
  }

  createConversation(id: string, owner: string, createdAt: number): void {
    this.#queries.createConversation.run(id, owner, createdAt);
  }

  message(id: string): MessageRow | undefined {
    const row = this.#queries.message.get(id);
    return row && toMessage(row);
  }

  /** The messages after a position, oldest first, at most `limit`. */
  after(conversationId: string, position: number, limit: number): MessageRow[] {
    return this.#queries.after.all(conversationId, position, limit).map(toMessage);
  }

  /** The last `limit` messages before a position, oldest first. */
  before(conversationId: string, position: number, limit: number): MessageRow[] {
    return this.#queries.before.all(conversationId, position, limit).map(toMessage).reverse();
  }

  /** Those of these messages that are in this conversation, oldest first; in one statement, however many are named. */
  named(conversationId: string, ids: readonly string[]): MessageRow[] {
    if (ids.length === 0) return [];
    return this.#queries.named.all(conversationId, JSON.stringify(ids)).map(toMessage);
  }

  /** The texts of those of these messages whose text is in their row, in one statement. The others' is in the log. */
  foldedTexts(ids: readonly string[]): ReadonlyMap<string, Buffer> {
    if (ids.length === 0) return new Map();
    const rows = this.#queries.foldedTexts.all(JSON.stringify(ids));
    return new Map(rows.map((row) => [String(row['id']), toBytes(row['content'])]));
  }

  replies(conversationId: string, id: string): MessageRow[] {
    return this.#queries.replies.all(conversationId, id).map(toMessage);
  }

  /** The last message of the thread that is shown: from the root, at each fork, the child with the greatest position. */
  leaf(conversationId: string): string | null {
    const id = this.#queries.leaf.get(conversationId)?.['id'];
    return typeof id === 'string' ? id : null;
  }

  /** The messages above `id`, nearest first, read one at a time: the caller stops when it has enough. */
  *ancestors(id: string): Generator<MessageRow, void, void> {
    for (let next = this.message(id)?.inReplyTo; next;) {
      const row = this.message(next);
      if (row === undefined) return;
      yield row;
      next = row.inReplyTo;
    }
  }

  openAnswers(conversationId: string): number {
    return this.#count(this.#queries.openOfConversation.get(conversationId));
  }

  openAnswersOf(owner: string): number {
    return this.#count(this.#queries.openOfOwner.get(owner));
  }

  /**
   * How many answers were asked for in this owner's name after a moment and until another, in all conversations. What was
   * asked for later than now was so before the computer's clock was set back, and says nothing about this minute.
   */
  answersBetween(owner: string, after: number, until: number): number {
    return this.#count(this.#queries.answersBetween.get(after, until, owner));
  }

  /** Only inside a transaction, as the position is given under the conversation's lock until commit. */
  insertQuestion(message: NewMessage, content: Buffer): MessageRow {
    return this.#inserted(
      this.#queries.insertQuestion.get(
        message.id,
        message.conversationId,
        this.#nextPosition(message.conversationId),
        message.inReplyTo,
        content.length,
        content,
        message.createdAt,
      ),
    );
  }

  /** As insertQuestion(). `deadline`: until when, in milliseconds since the epoch, a job must have claimed it. */
  insertAnswer(message: NewMessage, deadline: number): MessageRow {
    return this.#inserted(
      this.#queries.insertAnswer.get(
        message.id,
        message.conversationId,
        this.#nextPosition(message.conversationId),
        message.inReplyTo,
        deadline,
        message.createdAt,
      ),
    );
  }

  /** Takes the visitor's latest word: one with a smaller or equal counter `at` changes nothing. */
  setFeedback(id: string, value: FeedbackValue, at: number): void {
    this.#queries.setFeedback.run(value, at, id, at);
  }

  #nextPosition(conversationId: string): number {
    return this.#count(this.#queries.nextPosition.get(conversationId));
  }

  #inserted(row: Readonly<Record<string, unknown>> | undefined): MessageRow {
    if (row === undefined) throw new RowError('an INSERT returned no row');
    return toMessage(row);
  }

  #count(row: Readonly<Record<string, unknown>> | undefined): number {
    const count = row?.['n'];
    if (typeof count !== 'number') throw new RowError('a count is missing: the conversation does not exist');
    return count;
  }
}

// CROSS JOIN fixes SQLite's order of loops: first the few open or recent answers, by their partial indexes.
function prepareQueries(database: Database) {
  const columns = MESSAGE_COLUMNS;
  const open = `status IN ('queued', 'streaming')`;
  return {
    conversation: database.prepare('SELECT id, owner, last_position FROM conversations WHERE id = ?'),
    createConversation: database.prepare('INSERT INTO conversations (id, owner, created_at) VALUES (?, ?, ?)'),
    nextPosition: database.prepare(
      'UPDATE conversations SET last_position = last_position + 1 WHERE id = ? RETURNING last_position AS n',
    ),
    message: database.prepare(`SELECT ${columns} FROM messages WHERE id = ?`),
    after: database.prepare(
      `SELECT ${columns} FROM messages WHERE conversation_id = ? AND position > ? ORDER BY position LIMIT ?`,
    ),
    before: database.prepare(
      `SELECT ${columns} FROM messages WHERE conversation_id = ? AND position < ? ORDER BY position DESC LIMIT ?`,
    ),
    // CROSS JOIN for the same reason as above: by the named ids, never through the whole conversation.
    named: database.prepare(`
      SELECT ${columns.replace(/\w+/g, 'm.$&')} FROM json_each(?2) AS wanted
      CROSS JOIN messages AS m ON m.id = wanted.value WHERE m.conversation_id = ?1 ORDER BY m.position`),
    foldedTexts: database.prepare(`
      SELECT m.id, m.content FROM json_each(?) AS wanted
      CROSS JOIN messages AS m ON m.id = wanted.value WHERE length(m.content) > 0`),
    replies: database.prepare(
      `SELECT ${columns} FROM messages WHERE conversation_id = ? AND in_reply_to = ? ORDER BY position`,
    ),
    leaf: database.prepare(`
      WITH RECURSIVE thread (id, depth) AS (
        SELECT (SELECT id FROM messages WHERE conversation_id = ?1 AND in_reply_to IS NULL ORDER BY position DESC LIMIT 1), 0
        UNION ALL
        SELECT (SELECT id FROM messages WHERE conversation_id = ?1 AND in_reply_to = thread.id ORDER BY position DESC LIMIT 1), depth + 1
        FROM thread WHERE thread.id IS NOT NULL
      )
      SELECT id FROM thread WHERE id IS NOT NULL ORDER BY depth DESC LIMIT 1`),
    openOfConversation: database.prepare(`SELECT count(*) AS n FROM messages WHERE conversation_id = ? AND ${open}`),
    openOfOwner: database.prepare(`
      SELECT count(*) AS n FROM messages AS m INDEXED BY messages_open
      CROSS JOIN conversations AS c ON c.id = m.conversation_id WHERE m.${open} AND c.owner = ?`),
    answersBetween: database.prepare(`
      SELECT count(*) AS n FROM messages AS m INDEXED BY messages_answers_by_time
      CROSS JOIN conversations AS c ON c.id = m.conversation_id WHERE m.role = 'assistant' AND m.created_at > ? AND m.created_at <= ? AND c.owner = ?`),
    insertQuestion: database.prepare(`
      INSERT INTO messages (id, conversation_id, position, role, status, in_reply_to, bytes, content, created_at)
      VALUES (?, ?, ?, 'user', 'complete', ?, ?, ?, ?) RETURNING ${columns}`),
    insertAnswer: database.prepare(`
      INSERT INTO messages (id, conversation_id, position, role, status, in_reply_to, deadline, created_at)
      VALUES (?, ?, ?, 'assistant', 'queued', ?, ?, ?) RETURNING ${columns}`),
    setFeedback: database.prepare(`
      UPDATE messages SET feedback = ?, feedback_at = ? WHERE id = ? AND (feedback_at IS NULL OR feedback_at < ?)`),
  };
}
