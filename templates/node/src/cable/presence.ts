/**
 * Who is present in which stream, in memory: AnyCable's memory broker
 * (https://github.com/anycable/anycable/blob/master/broker/memory.go, `PresenceAdd` and below). A member is there as long
 * as one of the sockets that joined with its id is; a socket that is lost keeps its place for `ttl`, so that a reconnect
 * is not seen by anybody.
 *
 * What differs: a socket that is connected has no deadline, where AnyCable gives it one and extends it twice a TTL (and
 * not at all for clients of the base protocol, who so leave while they are there). A process that was asleep, or too
 * busy for its timers, takes nobody for gone. And there are limits, because clients choose what is kept here.
 */
import type { PresenceMember } from './presence-member.js';

export interface PresenceLimits {
  /** Milliseconds that a socket which is lost stays a member. */
  readonly ttl: number;
  /** Members of one stream. */
  readonly members: number;
  /** Bytes of one member: its id, and its info as JSON. */
  readonly memberBytes: number;
  /**
   * Bytes of all members of a stream. They are sent as one frame, so more than the write buffer of a connection would have
   * the client that asks disconnected as too slow.
   */
  readonly streamBytes: number;
  /** Bytes of all streams. */
  readonly totalBytes: number;
  /** Places of one user, with all sockets and in all streams, so that nobody takes those of others. */
  readonly placesPerUser: number;
  /** Bytes that the same places were given. */
  readonly bytesPerUser: number;
}

/** Who joins: a socket is one by its `sid`. */
export interface Occupant {
  readonly sid: string;
  readonly user: string;
}

export type PresenceEvent =
  | { readonly type: 'join'; readonly id: string; readonly info: string | undefined }
  | { readonly type: 'leave'; readonly id: string };

export type PresenceRefusal =
  | 'id_mismatch'
  | 'member_too_large'
  | 'too_many_members'
  | 'stream_too_large'
  | 'too_much_presence'
  | 'too_much_presence_of_user'
  | 'not_present';

export type PresenceResult =
  /** `event`: what the stream has to be told, if anything. */
  | { readonly ok: true; readonly event: PresenceEvent | undefined }
  | { readonly ok: false; readonly reason: PresenceRefusal };

interface Member {
  info: string | undefined;
  bytes: number;
  readonly sids: Set<string>;
}

interface Stream {
  readonly members: Map<string, Member>;
  bytes: number;
}

/** A socket's in one stream. */
interface Place {
  readonly id: string;
  readonly user: string;
  /** That it has given: a member that several sockets share is counted for each of them. */
  bytes: number;
}

interface Share {
  places: number;
  bytes: number;
}

/** What a member costs beside its text, in a frame and in maps. */
const MEMBER_OVERHEAD = 64;
/** What a socket's place in a stream costs. */
const PLACE_OVERHEAD = 128;

const UNCHANGED: PresenceResult = { ok: true, event: undefined };

export class PresenceStore {
  readonly #limits: PresenceLimits;
  readonly #now: () => number;
  readonly #streams = new Map<string, Stream>();
  /** By socket and stream. */
  readonly #places = new Map<string, Map<string, Place>>();
  readonly #shares = new Map<string, Share>();
  /** Since when sockets are lost that still have their places. */
  readonly #lost = new Map<string, number>();
  #bytes = 0;

  constructor(limits: PresenceLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  get size(): { readonly streams: number; readonly sockets: number; readonly bytes: number } {
    return { streams: this.#streams.size, sockets: this.#places.size, bytes: this.#bytes };
  }

  isPresent(stream: string, id: string): boolean {
    return this.#streams.get(stream)?.members.has(id) === true;
  }

  /** In the order in which they joined. */
  members(stream: string): readonly PresenceMember[] {
    return [...(this.#streams.get(stream)?.members ?? [])].map(([id, { info }]) => ({ id, info }));
  }

  /**
   * A connected socket becomes, or stays, a member; the info is the latest given by any of its sockets, and a change of
   * it is not told, as under AnyCable.
   */
  join(name: string, occupant: Occupant, { id, info }: PresenceMember): PresenceResult {
    const reason = this.refusal(name, occupant, { id, info });
    if (reason !== undefined) return { ok: false, reason };
    const stream = this.#streams.get(name);
    const member = stream?.members.get(id);
    const bytes = bytesOf(id, info);
    const { members } = stream ?? this.#addStream(name);
    this.#count(name, bytes - (member?.bytes ?? 0));
    this.#occupy(name, occupant, id, bytes);
    if (member !== undefined) {
      member.info = info;
      member.bytes = bytes;
      member.sids.add(occupant.sid);
      return UNCHANGED;
    }
    members.set(id, { info, bytes, sids: new Set([occupant.sid]) });
    return { ok: true, event: { type: 'join', id, info } };
  }

  /** Why `join` would not take it. */
  refusal(name: string, { sid, user }: Occupant, { id, info }: PresenceMember): PresenceRefusal | undefined {
    const { memberBytes, totalBytes, placesPerUser, bytesPerUser } = this.#limits;
    const place = this.#places.get(sid)?.get(name);
    if (place !== undefined && place.id !== id) return 'id_mismatch';
    const bytes = bytesOf(id, info);
    if (bytes - MEMBER_OVERHEAD > memberBytes) return 'member_too_large';
    const stream = this.#streams.get(name);
    const member = stream?.members.get(id);
    const grown = bytes - (member?.bytes ?? 0);
    const crowded = this.#crowding(stream, member, grown);
    if (crowded !== undefined) return crowded;
    const total = grown + (place === undefined ? PLACE_OVERHEAD : 0);
    if (total > 0 && this.#bytes + total > totalBytes) return 'too_much_presence';
    const share = this.#shares.get(user) ?? { places: 0, bytes: 0 };
    const given = bytes - (place?.bytes ?? 0);
    const isTooMuch = (place === undefined && share.places >= placesPerUser) || share.bytes + given > bytesPerUser;
    return isTooMuch && given > 0 ? 'too_much_presence_of_user' : undefined;
  }

  leave(stream: string, sid: string): PresenceResult {
    const places = this.#places.get(sid);
    const place = places?.get(stream);
    if (places === undefined || place === undefined) return { ok: false, reason: 'not_present' };
    places.delete(stream);
    if (places.size === 0) this.#forget(sid);
    return { ok: true, event: this.#vacate(stream, place, sid) };
  }

  /** A socket is lost: from now on its time runs. */
  lost(sid: string): void {
    if (this.#places.has(sid) && !this.#lost.has(sid)) this.#lost.set(sid, this.#now());
  }

  /** Ends what is past its time, and says which streams have to be told. */
  expire(): readonly { readonly stream: string; readonly event: PresenceEvent }[] {
    const now = this.#now();
    const events: { stream: string; event: PresenceEvent }[] = [];
    for (const [sid, since] of this.#lost) {
      // A clock that was set back would keep them for as long: then their time begins anew.
      if (since > now) this.#lost.set(sid, now);
      if (since > now || now - since < this.#limits.ttl) continue;
      for (const [stream, place] of this.#places.get(sid) ?? []) {
        const event = this.#vacate(stream, place, sid);
        if (event !== undefined) events.push({ stream, event });
      }
      this.#forget(sid);
    }
    return events;
  }

  #crowding(stream: Stream | undefined, member: Member | undefined, grown: number): PresenceRefusal | undefined {
    const { members, streamBytes } = this.#limits;
    if (member === undefined && (stream?.members.size ?? 0) >= members) return 'too_many_members';
    // What becomes smaller is always taken.
    return grown > 0 && (stream?.bytes ?? 0) + grown > streamBytes ? 'stream_too_large' : undefined;
  }

  #addStream(name: string): Stream {
    const stream: Stream = { members: new Map(), bytes: 0 };
    this.#streams.set(name, stream);
    return stream;
  }

  #occupy(stream: string, { sid, user }: Occupant, id: string, bytes: number): void {
    let places = this.#places.get(sid);
    if (places === undefined) this.#places.set(sid, (places = new Map()));
    let share = this.#shares.get(user);
    if (share === undefined) this.#shares.set(user, (share = { places: 0, bytes: 0 }));
    const place = places.get(stream);
    share.bytes += bytes - (place?.bytes ?? 0);
    if (place !== undefined) {
      place.bytes = bytes;
      return;
    }
    places.set(stream, { id, user, bytes });
    share.places++;
    this.#bytes += PLACE_OVERHEAD;
  }

  /** A socket's place is free; the event when the member has no other. */
  #vacate(name: string, { id, user, bytes }: Place, sid: string): PresenceEvent | undefined {
    this.#bytes -= PLACE_OVERHEAD;
    this.#returnShare(user, bytes);
    const stream = this.#streams.get(name);
    const member = stream?.members.get(id);
    if (stream === undefined || member === undefined) return undefined;
    member.sids.delete(sid);
    if (member.sids.size > 0) return undefined;
    this.#count(name, -member.bytes);
    stream.members.delete(id);
    if (stream.members.size === 0) this.#streams.delete(name);
    return { type: 'leave', id };
  }

  #returnShare(user: string, bytes: number): void {
    const share = this.#shares.get(user);
    if (share === undefined) return;
    share.bytes -= bytes;
    if (--share.places === 0) this.#shares.delete(user);
  }

  #count(name: string, bytes: number): void {
    const stream = this.#streams.get(name);
    if (stream !== undefined) stream.bytes += bytes;
    this.#bytes += bytes;
  }

  #forget(sid: string): void {
    this.#places.delete(sid);
    this.#lost.delete(sid);
  }
}

function bytesOf(id: string, info: string | undefined): number {
  return MEMBER_OVERHEAD + Buffer.byteLength(id) + Buffer.byteLength(info ?? '');
}
