import type { Subscription } from './subscription.js';

/** What is kept of a connection, so that the same client can come back to it. */
export interface SessionSnapshot {
  /** The identity's `user`. */
  readonly user: string;
  /** By identifier. */
  readonly subscriptions: ReadonlyMap<string, Subscription>;
}

export interface SessionLimits {
  /** Milliseconds that a session is kept; 0 keeps none. */
  readonly ttl: number;
  /** Sessions kept at most. */
  readonly limit: number;
  /** Bytes of memory that all of them may take, roughly. Default: no limit. */
  readonly bytes?: number;
  /** Sessions of one user. Default: no limit. */
  readonly perUser?: number;
  /** Bytes of one user's sessions. Default: no limit. */
  readonly bytesPerUser?: number;
}

interface Session {
  readonly snapshot: SessionSnapshot;
  readonly deadline: number;
  readonly bytes: number;
}

/** Sessions in order of their deadlines, as every touch uses the same TTL. */
interface Shelf {
  readonly sessions: Map<string, Session>;
  bytes: number;
}

/** What a session, and each name in it, costs beside its text: map and set entries, object headers. */
const OVERHEAD = 256;

/**
 * Sessions by id, each kept until `ttl` after it was last touched. Where there are too many, of all or of one user, those
 * untouched longest go first. Their clients subscribe anew: that is slower, and loses nothing.
 *
 * A difference from AnyCable, on purpose: there a session id is enough to get a session back, without authenticating
 * again (https://docs.anycable.io/anycable-go/reliable_streams). Here the caller is identified first, and gets back only
 * a session of their own. An id that was seen in a log or a proxy is worth nothing, and signing out ends everything.
 */
export class SessionStore {
  readonly #all: Shelf = { sessions: new Map(), bytes: 0 };
  readonly #byUser = new Map<string, Shelf>();
  readonly #limits: Required<SessionLimits>;
  readonly #now: () => number;

  constructor(limits: SessionLimits, now: () => number) {
    this.#limits = { bytes: Infinity, perUser: Infinity, bytesPerUser: Infinity, ...limits };
    this.#now = now;
  }

  get size(): number {
    return this.#all.sessions.size;
  }

  get bytes(): number {
    return this.#all.bytes;
  }

  commit(sid: string, snapshot: SessionSnapshot): void {
    this.#put(sid, snapshot, memoryOf(snapshot));
  }

  /** Keeps a session for another TTL: it is still in use, or was until now. */
  touch(sid: string): void {
    const session = this.#all.sessions.get(sid);
    if (session !== undefined) this.#put(sid, session.snapshot, session.bytes);
  }

  /** The session, if there is one and it is this user's. It stays, as the client may lose its next connection at once. */
  find(sid: string, user: string): SessionSnapshot | undefined {
    const session = this.#all.sessions.get(sid);
    if (session === undefined || session.deadline <= this.#now()) return undefined;
    return session.snapshot.user === user ? session.snapshot : undefined;
  }

  expire(): void {
    const now = this.#now();
    for (const [sid, { deadline }] of this.#all.sessions) {
      if (deadline > now) break;
      this.#delete(sid);
    }
  }

  forget(): void {
    this.#all.sessions.clear();
    this.#all.bytes = 0;
    this.#byUser.clear();
  }

  #put(sid: string, snapshot: SessionSnapshot, bytes: number): void {
    if (this.#limits.ttl <= 0) return;
    this.#delete(sid);
    const session = { snapshot, bytes, deadline: this.#now() + this.#limits.ttl };
    let theirs = this.#byUser.get(snapshot.user);
    if (theirs === undefined) this.#byUser.set(snapshot.user, (theirs = { sessions: new Map(), bytes: 0 }));
    for (const shelf of [this.#all, theirs]) {
      shelf.sessions.set(sid, session);
      shelf.bytes += bytes;
    }
    this.#trim(theirs, this.#limits.perUser, this.#limits.bytesPerUser);
    this.#trim(this.#all, this.#limits.limit, this.#limits.bytes);
  }

  #trim(shelf: Shelf, limit: number, bytes: number): void {
    for (const sid of shelf.sessions.keys()) {
      if (shelf.sessions.size <= limit && shelf.bytes <= bytes) return;
      this.#delete(sid);
    }
  }

  #delete(sid: string): void {
    const session = this.#all.sessions.get(sid);
    if (session === undefined) return;
    const { user } = session.snapshot;
    const theirs = this.#byUser.get(user);
    for (const shelf of theirs === undefined ? [this.#all] : [this.#all, theirs]) {
      shelf.sessions.delete(sid);
      shelf.bytes -= session.bytes;
    }
    if (theirs?.sessions.size === 0) this.#byUser.delete(user);
  }
}

/** Bytes, rather too many than too few: a string takes one or two for each of its units. */
function memoryOf({ subscriptions }: SessionSnapshot): number {
  let bytes = OVERHEAD;
  for (const [identifier, { streams, joined }] of subscriptions) {
    bytes += OVERHEAD + 2 * identifier.length;
    for (const stream of streams) bytes += OVERHEAD + 2 * stream.length;
    if (joined !== undefined) bytes += OVERHEAD + 2 * (joined.id.length + (joined.info?.length ?? 0));
  }
  return bytes;
}
