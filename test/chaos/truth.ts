import { createHash } from 'node:crypto';
import { isFinalStatus } from '../../templates/node/src/chat/status.js';
import type { MessageRow } from '../../templates/node/src/chat/rows.js';
import { toMessage, MESSAGE_COLUMNS } from '../../templates/node/src/chat/rows.js';
import type { Store } from '../../templates/node/src/chat/store.js';
import type { Generation } from './provider.js';
import { abridge, ViolationError } from './verdict.js';

/** A message of the database with its text. */
export interface StoredMessage extends MessageRow {
  readonly text: string;
}

/**
 * What is true: the texts as they were stored, piece by piece, and the database itself. The two are compared in the end,
 * so neither is taken on trust.
 */
export class Truth {
  readonly #store: Store;
  readonly #all;
  readonly #quietly: <Result>(work: () => Result) => Result;
  readonly #texts = new Map<string, string>();
  readonly #final = new Map<string, MessageRow>();
  /** Pieces stored. */
  pieces = 0;

  /** `quietly` reads the database without any other process getting a word in. */
  constructor(store: Store, quietly: <Result>(work: () => Result) => Result) {
    this.#store = store;
    this.#quietly = quietly;
    this.#all = store.database.prepare(`SELECT ${MESSAGE_COLUMNS} FROM messages ORDER BY position`);
  }

  appended(id: string, content: string): void {
    this.pieces++;
    this.#texts.set(id, (this.#texts.get(id) ?? '') + content);
  }

  /** All that was ever stored of this answer's text. */
  textOf(id: string): string {
    return this.#texts.get(id) ?? '';
  }

  /** Whether the server has this message. */
  has(id: string): boolean {
    return this.#quietly(() => this.#store.conversations.message(id)) !== undefined;
  }

  /** The row of an answer that is final; undefined while it is not. */
  finalRow(id: string): MessageRow | undefined {
    const known = this.#final.get(id);
    if (known !== undefined) return known;
    const row = this.#quietly(() => this.#store.conversations.message(id));
    if (row !== undefined && isFinalStatus(row.status)) this.#final.set(id, row);
    return row !== undefined && isFinalStatus(row.status) ? row : undefined;
  }

  /** Every message of the database, by position. */
  rows(): MessageRow[] {
    return this.#quietly(() => this.#all.all().map(toMessage));
  }

  messages(): StoredMessage[] {
    return this.rows().map((row) => ({
      ...row,
      text: this.#quietly(() => this.#store.texts.whole(row)).toString('utf8'),
    }));
  }

  /** The texts of the database are what was stored, and what one model said; equal by SHA-256 where all was said. */
  checkTexts(messages: readonly StoredMessage[], generations: readonly Generation[]): void {
    const told = new Set<number>();
    for (const { id, role, status, bytes, text, error } of messages) {
      if (role === 'user') continue;
      const name = `answer ${id} (${status})`;
      if (Buffer.byteLength(text) !== bytes) throw new ViolationError('wrong', `${name} has not its ${bytes} bytes`);
      if (text !== this.textOf(id)) throw new ViolationError('wrong', `${name} is not what was stored piece by piece`);
      if (text === '') continue;
      const number = Number(/^\[(\d+)\] /.exec(text)?.[1]);
      const generation = generations[number - 1];
      if (generation === undefined) throw new ViolationError('wrong', `nobody said ${name}: ${abridge(text)}`);
      if (told.has(number)) throw new ViolationError('twice', `answer ${number} of the model is stored twice`);
      told.add(number);
      const isWhole = status === 'complete' || (status === 'failed' && error?.code === 'provider_error');
      const isTrue = isWhole ? sha256(generation.said) === sha256(text) : generation.said.startsWith(text);
      if (!isTrue) throw new ViolationError('wrong', `${name} is not what the model said: ${abridge(text)}`);
    }
  }
}

/** The thread to show: from the root, at each fork, the child with the greatest position. */
export function threadOf<Row extends MessageRow>(rows: readonly Row[]): Row[] {
  const thread: Row[] = [];
  for (let parent: string | null = null; ;) {
    const next = rows.filter(({ inReplyTo }) => inReplyTo === parent).at(-1);
    if (next === undefined) return thread;
    thread.push(next);
    parent = next.id;
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
