import { AnswerStore } from '../../templates/node/src/chat/answer-store.js';
import { ConversationStore } from '../../templates/node/src/chat/conversation-store.js';
import { Database, type Durability, type Query } from '../../templates/node/src/chat/database.js';
import type { Store } from '../../templates/node/src/chat/store.js';
import { TextStore } from '../../templates/node/src/chat/text-store.js';

/**
 * The one database of all processes, in memory. Between two statements that no transaction holds together, another
 * process gets a word in, as on a real one: whatever relied on their order is found out.
 */
export class SharedDatabase extends Database {
  /** Called where another process's commit may come in between. Absent while the base class migrates. */
  declare interleave: (() => void) | undefined;
  declare depth: number | undefined;

  constructor() {
    super(':memory:');
    this.depth = 0;
  }

  override prepare(sql: string): Query {
    const { get, all, run } = super.prepare(sql);
    const between = <Values extends readonly unknown[], Result>(work: (...values: Values) => Result) => {
      return (...values: Values): Result => {
        if (this.depth === 0) this.interleave?.();
        return work(...values);
      };
    };
    return { get: between(get), all: between(all), run: between(run) };
  }

  override write<Result>(durability: Durability, work: () => Result): Result {
    return together(this, () => super.write(durability, work));
  }

  override read<Result>(work: () => Result): Result {
    return together(this, () => super.read(work));
  }

  /** A process that ends leaves the database to the others. */
  override close(): void {}

  /** The trial is over. */
  end(): void {
    super.close();
  }
}

/** A function, not a method: the base class writes before there is anything of the subclass. */
function together<Result>(database: SharedDatabase, work: () => Result): Result {
  if (database.depth === 0) database.interleave?.();
  database.depth = (database.depth ?? 0) + 1;
  try {
    return work();
  } finally {
    database.depth--;
  }
}

export interface AnswerWitness {
  /** A piece was stored. */
  appended(id: string, content: string): void;
  /** A final answer's log is to be folded; when, is the schedule's to say: any process may do it at any time later. */
  folding(id: string, fold: () => void): void;
}

class WitnessedAnswers extends AnswerStore {
  readonly #witness: AnswerWitness;

  constructor(database: Database, witness: AnswerWitness) {
    super(database);
    this.#witness = witness;
  }

  override append(id: string, lease: string, offset: number, content: string, deadline: number): boolean {
    const isStored = super.append(id, lease, offset, content, deadline);
    if (isStored) this.#witness.appended(id, content);
    return isStored;
  }

  override fold(id: string): void {
    this.#witness.folding(id, () => super.fold(id));
  }
}

export function storeOn(database: SharedDatabase, witness: AnswerWitness): Store {
  return {
    database,
    conversations: new ConversationStore(database),
    answers: new WitnessedAnswers(database, witness),
    texts: new TextStore(database),
  };
}
