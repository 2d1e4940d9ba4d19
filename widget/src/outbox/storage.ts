import type { KeyValueStorage } from '../key-value-storage.js';
import type { AnswerError } from '../protocol/frames.js';
import type { Outbox, OutboxAction, OutboxEntry } from './outbox.js';

/** Whose outbox it is. Entries are only ever read back for the same user and conversation. */
export interface OutboxOwner {
  /** `hello.user`; undefined: the server has not said yet who is writing. */
  readonly user: string | undefined;
  readonly conversationId: string;
}

const UNSENT: AnswerError = {
  code: 'unsent',
  message: 'This message was not sent before the page was left.',
  retryable: true,
};

/**
 * The outbox across a reload, in the tab's own storage (`sessionStorage`): another tab has another outbox, so no message
 * is sent by two. Keyed by the visitor that the server named, so nobody sends another's words on a shared computer.
 */
export class OutboxStorage {
  readonly #storage: KeyValueStorage | undefined;
  readonly #scope: string;
  #failed: boolean;

  constructor(storage: KeyValueStorage | undefined, scope: string) {
    this.#storage = storage;
    this.#scope = scope;
    this.#failed = storage === undefined;
  }

  /** True when something could not be stored: what is unsent is lost when the page goes. */
  get isFailing(): boolean {
    return this.#failed;
  }

  save(owner: OutboxOwner, outbox: Outbox): void {
    try {
      if (outbox.length === 0) this.#storage?.removeItem(this.#key(owner));
      else this.#storage?.setItem(this.#key(owner), JSON.stringify(outbox));
      if (owner.user === undefined) this.#remember(owner.conversationId, outbox);
      this.#failed = this.#storage === undefined;
    } catch {
      // Full, or forbidden: the page goes on from memory, and says so.
      this.#failed = true;
    }
  }

  /**
   * What this visitor left unsent in this conversation, oldest first. What was written before the server had said who is
   * writing comes back as failed: only the visitor can say that it is theirs.
   */
  load({ user, conversationId }: { readonly user: string; readonly conversationId: string }): Outbox {
    const own = this.#read({ user, conversationId }).map(asQueued);
    const unclaimed = this.#read({ user: undefined, conversationId }).map(asUnsent);
    return [...own, ...unclaimed];
  }

  /** As it was written on earlier pages, in this conversation, before the server had said who is writing. */
  unclaimed(conversationId: string): Outbox {
    return this.#read({ user: undefined, conversationId }).slice(-MOST_UNCLAIMED);
  }

  /**
   * The conversation in which something was written before the server had said who is writing. A visit that began
   * offline has minted it, and nothing else remembers it: without it, those words would never be found again.
   */
  unclaimedConversation(): string | undefined {
    try {
      return this.#storage?.getItem(this.#unclaimedKey()) ?? undefined;
    } catch {
      this.#failed = true;
      return undefined;
    }
  }

  /** The server has said who is writing: what is stored without a name is now in the outbox of that visitor. */
  forgetUnclaimed(conversationId: string): void {
    this.save({ user: undefined, conversationId }, []);
  }

  #remember(conversationId: string, outbox: Outbox): void {
    if (outbox.length > 0) this.#storage?.setItem(this.#unclaimedKey(), conversationId);
    else if (this.unclaimedConversation() === conversationId) this.#storage?.removeItem(this.#unclaimedKey());
  }

  #read(owner: OutboxOwner): OutboxEntry[] {
    try {
      const value: unknown = JSON.parse(this.#storage?.getItem(this.#key(owner)) ?? '[]');
      return Array.isArray(value) ? value.filter(isEntry) : [];
    } catch {
      this.#failed = true;
      return [];
    }
  }

  #unclaimedKey(): string {
    return `cable-chat:unclaimed:${JSON.stringify([this.#scope])}`;
  }

  #key({ user, conversationId }: OutboxOwner): string {
    return `cable-chat:outbox:${JSON.stringify([this.#scope, user ?? null, conversationId])}`;
  }
}

/** A backend that never says hello claims nothing: what it was handed must not fill the storage, page after page. */
const MOST_UNCLAIMED = 20;

/** Handed to a connection that is gone: it may never have arrived. */
function asQueued(entry: OutboxEntry): OutboxEntry {
  return entry.state === 'sent' ? { ...entry, state: 'queued' } : entry;
}

function asUnsent(entry: OutboxEntry): OutboxEntry {
  return { ...entry, state: 'failed', error: UNSENT };
}

/** Storage is the page's, and older versions' too: nothing in it is taken on trust. */
function isEntry(value: unknown): value is OutboxEntry {
  if (typeof value !== 'object' || value === null) return false;
  const { action, state, createdAt } = value as { action?: unknown; state?: unknown; createdAt?: unknown };
  const isState = state === 'queued' || state === 'sent' || state === 'failed';
  return isState && typeof createdAt === 'number' && isAction(action);
}

function isAction(value: unknown): value is OutboxAction {
  if (typeof value !== 'object' || value === null) return false;
  const { action, client_id, message_id, message, value: vote, at } = value as Record<string, unknown>;
  const text = (...fields: unknown[]) => fields.every((field) => typeof field === 'string' && field !== '');
  switch (action) {
    case 'ask':
      return text(client_id, message);
    case 'edit':
      return text(client_id, message, message_id);
    case 'regenerate':
      return text(client_id, message_id);
    case 'stop':
      return text(message_id);
    case 'feedback':
      return text(message_id) && (vote === null || vote === 'up' || vote === 'down') && typeof at === 'number';
    default:
      return false;
  }
}
