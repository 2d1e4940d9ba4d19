/**
 * What a plain client has of one answer, and what it lost of it. The client itself appends what comes and looks at
 * nothing; the offsets in the frames serve only to count for the visitor what it does not know it lacks.
 *
 * @typedef {{ kind: 'text', text: string } | { kind: 'gap', bytes: number }} Piece
 */
const encoder = new TextEncoder();

export class PlainAnswer {
  /** Bytes that arrived. */
  received = 0;
  /** Where the last piece that arrived ends, in the whole answer. */
  end = 0;
  /** Whether the client was told that the answer is over. */
  isOver = false;
  #gaps = 0;
  /** Bytes after `end` that will not come any more. */
  #missed = 0;

  /** @param {string} messageId */
  constructor(messageId) {
    this.messageId = messageId;
  }

  /** Bytes lost so far, as far as anybody can tell. Never less than before. */
  get lost() {
    return this.#gaps + this.#missed;
  }

  /**
   * A chunk arrived. Returns what is new, in the order of the text.
   * @param {{ offset: number, content: string }} chunk
   * @returns {Piece[]}
   */
  append({ offset, content }) {
    const bytes = encoder.encode(content).length;
    const gap = Math.max(0, offset - this.end);
    this.#gaps += gap;
    this.#missed = Math.max(0, this.#missed - gap - bytes);
    this.received += bytes;
    this.end = Math.max(this.end, offset + bytes);
    const text = /** @type {const} */ ({ kind: 'text', text: content });
    return gap > 0 ? [{ kind: 'gap', bytes: gap }, text] : [text];
  }

  /**
   * The answer has this many bytes by now, and what the client lacks of them is past.
   * @param {number} total
   */
  missed(total) {
    this.#missed = Math.max(this.#missed, total - this.end);
  }
}
