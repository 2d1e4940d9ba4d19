/** Time as an argument, so that tests and fault schedules decide when things happen. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once after `ms` milliseconds, unless the returned function was called before. */
  after(ms: number, callback: () => void): CancelTimer;
}

export type CancelTimer = () => void;

/** Mints the ids of messages and leases: UUIDs, never the same one twice. */
export type MintId = () => string;

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
