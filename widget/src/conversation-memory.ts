import { isUuid } from './config.js';
import type { KeyValueStorage } from './key-value-storage.js';

interface Remembered {
  /** The visitor that the server named last. */
  readonly last: string;
  /** Conversation by visitor, the one used last at the end. */
  readonly conversations: readonly (readonly [user: string, conversationId: string])[];
}

const MAX_VISITORS = 8;

/**
 * Which conversation a visitor was in, kept in the browser for the next visit. Bound to the user that the server
 * named in `hello`: the next user of the same browser never gets into the conversation of the one before. A
 * conversation id gives nobody access (the server checks the owner); it is an address, not a secret.
 */
export class ConversationMemory {
  readonly #storage: KeyValueStorage | undefined;
  readonly #key: string;

  constructor(storage: KeyValueStorage | undefined, scope: string) {
    this.#storage = storage;
    this.#key = `cable-chat:conversation:${scope}`;
  }

  /** Whom and what this browser saw last. A guess, until the server has named its visitor. */
  recallLast(): { readonly user: string; readonly conversationId: string } | undefined {
    const remembered = this.#read();
    const conversationId = remembered && lookUp(remembered, remembered.last);
    return remembered && conversationId !== undefined ? { user: remembered.last, conversationId } : undefined;
  }

  recall(user: string): string | undefined {
    const remembered = this.#read();
    return remembered && lookUp(remembered, user);
  }

  remember(user: string, conversationId: string): void {
    const others = (this.#read()?.conversations ?? []).filter(([other]) => other !== user);
    const conversations = [...others, [user, conversationId] as const].slice(-MAX_VISITORS);
    this.#write({ last: user, conversations });
  }

  #read(): Remembered | undefined {
    try {
      const value: unknown = JSON.parse(this.#storage?.getItem(this.#key) ?? 'null');
      return isRemembered(value) ? value : undefined;
    } catch {
      // Forbidden storage, or something else's JSON: a new conversation is all that comes of it.
      return undefined;
    }
  }

  #write(value: Remembered): void {
    try {
      this.#storage?.setItem(this.#key, JSON.stringify(value));
    } catch {
      // Full or forbidden: the conversation lasts as long as the page.
    }
  }
}

function lookUp({ conversations }: Remembered, user: string): string | undefined {
  return conversations.find(([other]) => other === user)?.[1];
}

function isRemembered(value: unknown): value is Remembered {
  if (typeof value !== 'object' || value === null) return false;
  const { last, conversations } = value as { last?: unknown; conversations?: unknown };
  return (
    typeof last === 'string' &&
    Array.isArray(conversations) &&
    conversations.every(
      (pair: unknown) =>
        Array.isArray(pair) &&
        pair.length === 2 &&
        pair.every((part) => typeof part === 'string') &&
        isUuid(pair[1] as string),
    )
  );
}
