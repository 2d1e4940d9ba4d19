import type { Progress } from './progress.js';
import type { Direction } from './faults.js';

/** One direction's traffic; everything only grows. */
export interface DirectionCounts {
  /** Bytes that came out of the sending end. */
  received: number;
  /** Bytes handed to the receiving end's socket. */
  bytes: number;
  /** WebSocket frames delivered to their last byte, control frames included. */
  frames: number;
  /** Bytes lost in a black hole. */
  swallowed: number;
  /** Messages that a lossy link lost, doubled, and let be overtaken. */
  dropped: number;
  doubled: number;
  reordered: number;
  /** Messages that a lossy link let pass because they were compressed. */
  compressed: number;
}

export interface ConnectionCounts {
  /** All connections that came. */
  accepted: number;
  /** Of these: reset at once, never answered, and without a target that would take them. */
  refused: number;
  swallowed: number;
  unreachable: number;
  /** WebSocket handshakes that succeeded. */
  upgraded: number;
  /** Ended by a fault. */
  cut: number;
}

export function noTraffic(): DirectionCounts {
  return { received: 0, bytes: 0, frames: 0, swallowed: 0, dropped: 0, doubled: 0, reordered: 0, compressed: 0 };
}

export function noConnections(): ConnectionCounts {
  return { accepted: 0, refused: 0, swallowed: 0, unreachable: 0, upgraded: 0, cut: 0 };
}

/** What schedules can aim at: a proxy's counters in its Progress. */
export const COUNTERS = {
  /** Connections accepted. */
  connections: 'connections',
  /** Frames and bytes delivered to clients. */
  frames: 'frames',
  bytes: 'bytes',
  framesToServer: 'frames-to-server',
  bytesToServer: 'bytes-to-server',
} as const;

/** Counts for one connection and for the whole proxy at once. */
export class Meter {
  readonly own = noTraffic();
  readonly #all: DirectionCounts;
  readonly #progress: Progress;
  readonly #counters: Readonly<Partial<Record<keyof DirectionCounts, string>>>;

  constructor(direction: Direction, all: DirectionCounts, progress: Progress) {
    this.#all = all;
    this.#progress = progress;
    this.#counters =
      direction === 'to-client'
        ? { bytes: COUNTERS.bytes, frames: COUNTERS.frames }
        : { bytes: COUNTERS.bytesToServer, frames: COUNTERS.framesToServer };
  }

  add(what: keyof DirectionCounts, more = 1): void {
    if (more === 0) return;
    this.own[what] += more;
    this.#all[what] += more;
    const counter = this.#counters[what];
    if (counter !== undefined) this.#progress.add(counter, more);
  }
}
