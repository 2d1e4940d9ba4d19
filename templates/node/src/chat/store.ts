import { AnswerStore } from './answer-store.js';
import { ConversationStore } from './conversation-store.js';
import { Database } from './database.js';
import { TextStore } from './text-store.js';

/**
 * Everything that is remembered, and all of the SQL. Synchronous on purpose: what happens inside one call cannot be
 * interleaved with anything else of this process, and what must be atomic for other processes runs in a transaction.
 */
export interface Store {
  readonly database: Database;
  readonly conversations: ConversationStore;
  readonly answers: AnswerStore;
  readonly texts: TextStore;
}

/** Opens, creates or migrates the file. Throws a StorageError that says what is wrong with it. */
export function openStore(path: string): Store {
  const database = new Database(path);
  try {
    return {
      database,
      conversations: new ConversationStore(database),
      answers: new AnswerStore(database),
      texts: new TextStore(database),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}
