import type { ConversationMemory } from './conversation-memory.js';

/** Whom the conversation is kept for: a guess from the browser's memory, until the server has named its visitor. */
export class Visitor {
  readonly #memory: ConversationMemory;
  #known: { readonly id: string; readonly isConfirmed: boolean } | undefined;

  constructor(memory: ConversationMemory) {
    this.#memory = memory;
  }

  /** In the server's own opaque words; undefined until it has said so. */
  get confirmed(): string | undefined {
    return this.#known?.isConfirmed === true ? this.#known.id : undefined;
  }

  /** The last conversation of whoever was here last, and is taken to be here again. */
  guess(): string | undefined {
    const remembered = this.#memory.recallLast();
    if (remembered !== undefined) this.#known = { id: remembered.user, isConfirmed: false };
    return remembered?.conversationId;
  }

  /** The server names its visitor. `another`: it was somebody else until now; `misguessed`: nobody has said so before. */
  named(id: string): 'same' | 'another' | 'misguessed' {
    const known = this.#known;
    this.#known = { id, isConfirmed: true };
    if (known === undefined || known.id === id) return 'same';
    return known.isConfirmed ? 'another' : 'misguessed';
  }

  /** The conversation that they were in. */
  recall(): string | undefined {
    return this.#known && this.#memory.recall(this.#known.id);
  }

  /** The conversation to come back to; for whom, is known or guessed. */
  remember(conversationId: string): void {
    if (this.#known !== undefined) this.#memory.remember(this.#known.id, conversationId);
  }
}
