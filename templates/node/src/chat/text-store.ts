import type { Database } from './database.js';
import { toBytes, type MessageRow } from './rows.js';
import { boundaryAtOrBefore } from './utf8.js';

/** A part of a text: whole code points that begin at byte `offset`. */
export interface TextPart {
  readonly offset: number;
  readonly content: string;
}

/**
 * Reads texts, folded or not, in one statement: a row read at one moment and a log read at another would be torn apart by
 * the fold between them. What the log gained since the message's row was read is left out.
 */
export class TextStore {
  readonly #parts;

  constructor(database: Database) {
    this.#parts = database.prepare(`
      SELECT ?2 AS at, substr(content, ?2 + 1, ?3 - ?2) AS content FROM messages WHERE id = ?1 AND length(content) > 0
      UNION ALL
      SELECT offset, content FROM chunks WHERE message_id = ?1 AND offset < ?3
        AND offset >= (SELECT coalesce(max(offset), 0) FROM chunks WHERE message_id = ?1 AND offset <= ?2)
      ORDER BY 1`);
  }

  /**
   * The text from the code point boundary at or before byte `from`: `atLeast` bytes or a few more, or all that there is,
   * and never cut inside a code point. `from` beyond the end gives the empty part at the end.
   */
  part(message: MessageRow, from: number, atLeast: number): TextPart {
    // A few bytes more at both ends: enough to find the boundaries, as no code point has more than four.
    const begin = Math.max(0, Math.min(from, message.bytes) - 3);
    const bytes = this.#bytes(message.id, begin, Math.min(message.bytes, from + atLeast + 4));
    const isEnd = begin + bytes.length >= message.bytes;
    const first = boundaryAtOrBefore(bytes, Math.min(from, message.bytes) - begin);
    const last = isEnd ? bytes.length : boundaryAtOrBefore(bytes, bytes.length - 1);
    return { offset: begin + first, content: bytes.subarray(first, last).toString('utf8') };
  }

  /** The whole text. */
  whole(message: MessageRow): Buffer {
    return this.#bytes(message.id, 0, message.bytes);
  }

  #bytes(id: string, begin: number, end: number): Buffer {
    if (end <= begin) return Buffer.alloc(0);
    const rows = this.#parts.all(id, begin, end);
    const base = Number(rows[0]?.['at'] ?? begin);
    return Buffer.concat(rows.map((row) => toBytes(row['content']))).subarray(begin - base, end - base);
  }
}
