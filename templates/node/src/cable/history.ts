/**
 * The latest messages of every stream, in memory: AnyCable's memory broker
 * (https://github.com/anycable/anycable/blob/master/broker/memory.go), its decisions copied exactly, quirks included:
 * - a position directly before the oldest kept message is "not found", although nothing would be missing;
 * - a position in a stream that is empty by now is "not found", `since` answers it with nothing;
 * - `since` gives what is still there, and does not say when it is only the tail.
 *
 * What differs: kept messages are also limited by bytes; and where AnyCable starts a forgotten stream again at offset
 * 1 in the same epoch (so that an old position can mean another message), offsets here never repeat within an epoch.
 */
import type { StreamPosition } from './commands.js';
import type { StreamMessage } from './frames.js';

export interface HistoryLimits {
  /** Messages kept of one stream. 0: none, so that every position is "not found". */
  readonly limit: number;
  /** Milliseconds that a message is kept. */
  readonly ttl: number;
  /**
   * Bytes kept of one stream. More than the write buffer of a connection would be of no use: the replay itself
   * would have the client disconnected as too slow.
   */
  readonly bytes: number;
  /** Bytes kept of all streams; beyond it the streams longest without a message are emptied. */
  readonly totalBytes: number;
}

export type HistoryResult =
  | { readonly found: true; readonly messages: readonly StreamMessage[] }
  | { readonly found: false; readonly reason: 'unknown_epoch' | 'unknown_stream' | 'out_of_range' };

interface Entry {
  readonly offset: number;
  /** Milliseconds since the epoch of the clock given. */
  readonly at: number;
  readonly json: string;
  readonly bytes: number;
}

interface Stream {
  offset: number;
  bytes: number;
  entries: Entry[];
  /** How many at the beginning of `entries` are dropped already: cutting the array every time would be quadratic. */
  start: number;
  lastAt: number;
}

/** A stream without messages keeps its counter this many times the TTL, as AnyCable does. */
const COUNTER_LIFETIMES = 10;
/** What a message costs beside its JSON and its stream's name: frame fields, object headers. */
const ENTRY_OVERHEAD = 160;

export class StreamHistory {
  readonly #limits: HistoryLimits;
  readonly #now: () => number;
  #epoch: string;
  /** In order of their last message, the oldest first. */
  readonly #streams = new Map<string, Stream>();
  #totalBytes = 0;
  /** Above every offset of the streams forgotten so far in this epoch. */
  #floor = 0;

  constructor(limits: HistoryLimits, epoch: string, now: () => number) {
    this.#limits = limits;
    this.#epoch = epoch;
    this.#now = now;
  }

  get epoch(): string {
    return this.#epoch;
  }

  get size(): { readonly streams: number; readonly bytes: number } {
    return { streams: this.#streams.size, bytes: this.#totalBytes };
  }

  append(name: string, json: string): StreamMessage {
    const stream = this.#touch(name);
    const at = this.#now();
    const offset = ++stream.offset;
    stream.lastAt = at;
    const bytes = Buffer.byteLength(json) + Buffer.byteLength(name) + ENTRY_OVERHEAD;
    stream.entries.push({ offset, at, json, bytes });
    stream.bytes += bytes;
    this.#totalBytes += bytes;
    while (kept(stream) > this.#limits.limit || stream.bytes > this.#limits.bytes) {
      if (!this.#dropOldest(stream)) break;
    }
    for (const other of this.#streams.values()) {
      if (this.#totalBytes <= this.#limits.totalBytes) break;
      this.#empty(other);
    }
    return { stream: name, epoch: this.#epoch, offset, json };
  }

  /** Everything after a position. */
  from(name: string, { epoch, offset }: StreamPosition): HistoryResult {
    if (epoch !== this.#epoch) return { found: false, reason: 'unknown_epoch' };
    const stream = this.#streams.get(name);
    if (stream === undefined) return { found: false, reason: 'unknown_stream' };
    this.#expireEntries(stream);
    const lowest = stream.entries[stream.start]?.offset;
    if (lowest === undefined || offset < lowest || offset > stream.offset)
      return { found: false, reason: 'out_of_range' };
    return { found: true, messages: this.#messages(name, stream, stream.start + (offset - lowest) + 1) };
  }

  /** Everything from a moment on that is still there. `since`: Unix seconds. */
  since(name: string, since: number): readonly StreamMessage[] {
    const stream = this.#streams.get(name);
    if (stream === undefined) return [];
    this.#expireEntries(stream);
    const first = stream.entries.findIndex(({ at }, index) => index >= stream.start && at >= since * 1_000);
    return first === -1 ? [] : this.#messages(name, stream, first);
  }

  /** Drops what is past its time. Answers are right without it; it frees the memory. */
  expire(): void {
    const now = this.#now();
    for (const [name, stream] of this.#streams) {
      this.#expireEntries(stream);
      if (kept(stream) > 0 || now - stream.lastAt <= this.#limits.ttl * COUNTER_LIFETIMES) continue;
      this.#floor = Math.max(this.#floor, stream.offset);
      this.#streams.delete(name);
    }
  }

  /** Drops all messages of these streams; their offsets go on. Returns how many streams there were. */
  empty(includes: (stream: string) => boolean): number {
    let count = 0;
    for (const [name, stream] of this.#streams) {
      if (!includes(name)) continue;
      this.#empty(stream);
      count++;
    }
    return count;
  }

  /** Forgets everything and begins a new epoch, as a restart of the process does. */
  forget(epoch: string): void {
    this.#streams.clear();
    this.#totalBytes = 0;
    this.#floor = 0;
    this.#epoch = epoch;
  }

  #touch(name: string): Stream {
    const stream = this.#streams.get(name) ?? { offset: this.#floor, bytes: 0, entries: [], start: 0, lastAt: 0 };
    this.#streams.delete(name);
    this.#streams.set(name, stream);
    return stream;
  }

  #expireEntries(stream: Stream): void {
    const oldest = this.#now() - this.#limits.ttl;
    for (let entry = stream.entries[stream.start]; entry !== undefined && entry.at < oldest;) {
      this.#dropOldest(stream);
      entry = stream.entries[stream.start];
    }
  }

  #dropOldest(stream: Stream): boolean {
    const entry = stream.entries[stream.start];
    if (entry === undefined) return false;
    stream.start++;
    stream.bytes -= entry.bytes;
    this.#totalBytes -= entry.bytes;
    if (stream.start > 64 && stream.start * 2 > stream.entries.length) {
      stream.entries = stream.entries.slice(stream.start);
      stream.start = 0;
    }
    return true;
  }

  #empty(stream: Stream): void {
    this.#totalBytes -= stream.bytes;
    stream.bytes = 0;
    stream.entries = [];
    stream.start = 0;
  }

  #messages(name: string, stream: Stream, first: number): readonly StreamMessage[] {
    return stream.entries.slice(first).map(({ offset, json }) => ({ stream: name, epoch: this.#epoch, offset, json }));
  }
}

function kept(stream: Stream): number {
  return stream.entries.length - stream.start;
}
