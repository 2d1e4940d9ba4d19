import type { HistoryLimits } from './history.js';
import type { OriginPolicy } from './origin.js';
import { CableError } from './errors.js';
import type { StreamsOptions } from './pubsub-channel.js';

/** All times in milliseconds. The defaults are AnyCable's but where a reason is given. */
export interface CableOptions extends OriginPolicy {
  /** The path of the socket's URL. */
  readonly path: string;
  /** Between two `ping` frames of one connection; 0: none. The client may ask for another with `?pi=` (seconds). */
  readonly pingInterval: number;
  /**
   * A peer that was silent this long, also to WebSocket pings (which browsers answer by themselves), is gone.
   * 0: never. AnyCable does not look by default and leaves it to TCP, which can take a quarter of an hour.
   */
  readonly deadPeerTimeout: number;
  /** How long a session can be resumed after its connection was lost; 0: never. */
  readonly sessionTtl: number;
  /** Sessions kept at most, so that reconnecting in a loop fills no memory. AnyCable has no such limit. */
  readonly sessionLimit: number;
  /** Memory that they may take. A client chooses the names of its subscriptions, and so the size of its session. */
  readonly sessionBytes: number;
  /** The same two of one user (with all their tabs and devices), so that nobody drives out the sessions of others. */
  readonly sessionLimitPerUser: number;
  readonly sessionBytesPerUser: number;
  /** How long a member of a presence stream stays one after its connection was lost. */
  readonly presenceTtl: number;
  /** Members of one presence stream; more are refused. AnyCable has none of these limits. */
  readonly presenceLimit: number;
  /** Bytes of one member's id and info, of all members of a stream (its list is one frame), and of all streams. */
  readonly presenceMemberBytes: number;
  readonly presenceBytesPerStream: number;
  readonly presenceBytes: number;
  /**
   * Places of one user (with all their tabs and devices, in all streams), and bytes that they were given. A connection that
   * was lost keeps its places for `presenceTtl`, so that somebody on a bad line has several of each.
   */
  readonly presencePlacesPerUser: number;
  readonly presenceBytesPerUser: number;
  /**
   * New members of one stream that its subscribers are told of, a second and on average; as many at once as a stream may
   * have, because after a restart they all come together.
   */
  readonly presencePerSecond: number;
  /**
   * Whispers and new presences of one user (with all their tabs) that others are told of, a second and on average; four
   * times as many at once. Each of them costs a frame for every listener. AnyCable has no such limit.
   */
  readonly relayedPerSecond: number;
  /** Streams without a channel, signed or public. Absent: there are none. */
  readonly streams?: StreamsOptions;
  /** Of one connection; more are rejected. AnyCable has no such limit. */
  readonly maxSubscriptions: number;
  /** AnyCable keeps 100 messages of a stream, which is a few seconds of a streamed answer. */
  readonly history: HistoryLimits;
  /** A frame from a client that is larger closes the socket with code 1009. */
  readonly maxMessageBytes: number;
  /** What may wait for a client that does not read; more, and it is disconnected as `too_slow`. */
  readonly maxPendingBytes: number;
  /** How long a socket that is being closed may take to deliver what is on its way. */
  readonly closeTimeout: number;
}

export const DEFAULT_CABLE_OPTIONS: CableOptions = {
  path: '/cable',
  allowedOrigins: [],
  pingInterval: 3_000,
  deadPeerTimeout: 15_000,
  sessionTtl: 300_000,
  sessionLimit: 10_000,
  sessionBytes: 64 * 1024 * 1024,
  sessionLimitPerUser: 100,
  sessionBytesPerUser: 2 * 1024 * 1024,
  presenceTtl: 15_000,
  presenceLimit: 1_000,
  presenceMemberBytes: 4 * 1024,
  presenceBytesPerStream: 512 * 1024,
  presenceBytes: 32 * 1024 * 1024,
  presencePlacesPerUser: 200,
  presenceBytesPerUser: 128 * 1024,
  presencePerSecond: 200,
  relayedPerSecond: 50,
  maxSubscriptions: 100,
  history: { limit: 10_000, ttl: 300_000, bytes: 768 * 1024, totalBytes: 128 * 1024 * 1024 },
  maxMessageBytes: 64 * 1024,
  maxPendingBytes: 1024 * 1024,
  closeTimeout: 2_000,
};

export type PartialCableOptions = Partial<Omit<CableOptions, 'history'>> & {
  readonly history?: Partial<HistoryLimits>;
};

/** Throws CableError `invalid_option` for what cannot work. */
export function resolveCableOptions(given: PartialCableOptions = {}): CableOptions {
  const options: CableOptions = {
    ...DEFAULT_CABLE_OPTIONS,
    ...given,
    history: { ...DEFAULT_CABLE_OPTIONS.history, ...given.history },
  };
  const { history, path, allowedOrigins: _origins, streams: _streams, ...numbers } = options;
  if (!path.startsWith('/')) throw new CableError('invalid_option', `cable option path: "${path}" must begin with /`);
  for (const [name, value] of [...Object.entries(numbers), ...prefixed('history', history)]) {
    if (!Number.isFinite(value) || value < 0) {
      throw new CableError('invalid_option', `cable option ${name}: ${value} must be a number, 0 or more`);
    }
  }
  return options;
}

function prefixed(prefix: string, object: HistoryLimits): [string, number][] {
  return Object.entries(object).map(([name, value]) => [`${prefix}.${name}`, value as number]);
}
