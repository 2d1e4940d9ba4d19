/**
 * The tables, as the list of steps that lead to them. A step that was released is never changed; a change is a further
 * step. `PRAGMA user_version` says how many have been done.
 *
 * Texts are BLOBs of UTF-8: byte offsets then need no arithmetic, and U+0000 survives (a TEXT is read only up to it).
 * `chunks` is an append-only log, so that storing a piece costs the piece and not the answer; it is folded into
 * `messages.content` once the answer is final.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE conversations (
    id TEXT PRIMARY KEY NOT NULL,
    owner TEXT NOT NULL,
    last_position INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE messages (
    id TEXT PRIMARY KEY NOT NULL,
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
    status TEXT NOT NULL CHECK (status IN ('queued', 'streaming', 'complete', 'stopped', 'failed')),
    in_reply_to TEXT REFERENCES messages (id) ON DELETE CASCADE,
    bytes INTEGER NOT NULL DEFAULT 0,
    content BLOB NOT NULL DEFAULT x'',
    lease TEXT,
    deadline INTEGER,
    error TEXT,
    reason TEXT,
    feedback TEXT CHECK (feedback IN ('up', 'down')),
    feedback_at INTEGER,
    created_at INTEGER NOT NULL,
    UNIQUE (conversation_id, position)
  ) STRICT;

  CREATE INDEX messages_by_parent ON messages (conversation_id, in_reply_to, position);
  CREATE INDEX messages_open ON messages (deadline) WHERE status IN ('queued', 'streaming');
  CREATE INDEX messages_answers_by_time ON messages (created_at) WHERE role = 'assistant';

  CREATE TABLE chunks (
    message_id TEXT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    offset INTEGER NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (message_id, offset)
  ) STRICT, WITHOUT ROWID;
  `,
];
