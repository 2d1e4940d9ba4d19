/** What is kept of a connection, so that the same client can come back to it. */
export interface SessionSnapshot {
  /** The identity's `user`. */
  readonly user: string;
  /** Streams by subscription identifier. */
  readonly subscriptions: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * Sessions by id, each kept until `ttl` after it was last touched.
 *
 * A difference from AnyCable, on purpose: there a session id is enough to get a session back, without authenticating
 * again (https://docs.anycable.io/anycable-go/reliable_streams). Here the caller is identified first, and gets back only
 * a session of their own. An id that was seen in a log or a proxy is worth nothing, and signing out ends everything.
 */
export class SessionStore {
  /** In order of their deadlines, as every touch uses the same TTL. */
  readonly #sessions = new Map<string, { readonly snapshot: SessionSnapshot; readonly deadline: number }>();
  readonly #ttl: number;
  readonly #limit: number;
  readonly #now: () => number;

  /** `ttl`: milliseconds; 0 keeps none. `limit`: sessions kept at most; beyond it the one that ends first goes. */
  constructor({ ttl, limit }: { readonly ttl: number; readonly limit: number }, now: () => number) {
    this.#ttl = ttl;
    this.#limit = limit;
    this.#now = now;
  }

  get size(): number {
    return this.#sessions.size;
  }

  commit(sid: string, snapshot: SessionSnapshot): void {
    if (this.#ttl <= 0) return;
    this.#sessions.delete(sid);
    this.#sessions.set(sid, { snapshot, deadline: this.#now() + this.#ttl });
    if (this.#sessions.size <= this.#limit) return;
    for (const first of this.#sessions.keys()) {
      this.#sessions.delete(first);
      break;
    }
  }

  /** Keeps a session for another TTL: it is still in use, or was until now. */
  touch(sid: string): void {
    const session = this.#sessions.get(sid);
    if (session !== undefined) this.commit(sid, session.snapshot);
  }

  /** The session, if there is one and it is this user's. It stays, as the client may lose its next connection at once. */
  find(sid: string, user: string): SessionSnapshot | undefined {
    const session = this.#sessions.get(sid);
    if (session === undefined || session.deadline <= this.#now()) return undefined;
    return session.snapshot.user === user ? session.snapshot : undefined;
  }

  expire(): void {
    const now = this.#now();
    for (const [sid, { deadline }] of this.#sessions) {
      if (deadline > now) break;
      this.#sessions.delete(sid);
    }
  }

  forget(): void {
    this.#sessions.clear();
  }
}
