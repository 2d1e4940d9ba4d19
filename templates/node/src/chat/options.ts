import { OptionError } from './errors.js';

/** Every number is a positive integer; durations are milliseconds, sizes UTF-8 bytes. */
export interface ChatOptions {
  readonly systemPrompt: string;
  /** Handed to the provider as it is. */
  readonly model: string;
  /** Most tokens that an answer may have. */
  readonly maxTokens: number;
  /** Estimated tokens of the system prompt and the turns together. The question itself is sent in any case. */
  readonly contextTokens: number;
  /** Until the provider says something, and between two things that it says. */
  readonly firstByteMs: number;
  readonly idleMs: number;
  /** From the claim to the end of an answer, however lively it is. */
  readonly answerMs: number;
  /** An answer that grows beyond this is cut there, at a code point, and ends as `complete` with the reason `length`. */
  readonly answerBytes: number;

  /** Of one question. At most 32 KiB, so that one always fits a snapshot. */
  readonly messageBytes: number;
  /** Asks, edits and regenerations of one user. */
  readonly asksPerMinute: number;
  /** Open answers of one user, over all conversations. */
  readonly answersAtOncePerUser: number;
  /** Running answers of the whole server; more wait. */
  readonly answersAtOnce: number;

  /** How long a job that gives no sign of life keeps its answer. Renewed three times as often. */
  readonly leaseMs: number;
  /** How long an answer may wait for a job. */
  readonly queueMs: number;
  /** Pieces of the provider are joined until the first is this old, or they are this long. */
  readonly coalesceMs: number;
  readonly coalesceBytes: number;

  /** Messages of the newest page, and most of a page of history. */
  readonly pageMessages: number;
  /** JSON of one snapshot frame, without the transport's envelope. The protocol allows 256 KiB with it. */
  readonly snapshotBytes: number;
}

export const DEFAULT_OPTIONS: ChatOptions = {
  systemPrompt: 'You are a helpful assistant. Answer in markdown.',
  model: 'default',
  maxTokens: 2_048,
  contextTokens: 8_000,
  // A reasoning model may think for a minute or two before its first byte, and again between two.
  firstByteMs: 120_000,
  idleMs: 60_000,
  answerMs: 600_000,
  answerBytes: 1024 * 1024,
  messageBytes: 16 * 1024,
  asksPerMinute: 20,
  answersAtOncePerUser: 3,
  answersAtOnce: 16,
  leaseMs: 15_000,
  queueMs: 120_000,
  coalesceMs: 50,
  coalesceBytes: 1024,
  pageMessages: 30,
  snapshotBytes: 254 * 1024,
};

/** Of six bytes each, for control characters in JSON, it still fits the smallest snapshot. */
const MOST_MESSAGE_BYTES = 32 * 1024;
const MOST_SNAPSHOT_BYTES = 256 * 1024;
/** What an entry needs beside its text, with room to spare. */
const ENTRY_BYTES = 2 * 1024;

/** Fills in the defaults. Throws an OptionError for a value that cannot work. */
export function resolveOptions(given: Partial<ChatOptions> = {}): ChatOptions {
  const defined = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const options: ChatOptions = { ...DEFAULT_OPTIONS, ...defined };
  for (const [name, value] of Object.entries(options)) {
    if (typeof value === 'number' && !(Number.isSafeInteger(value) && value > 0)) {
      throw new OptionError(name, `${name} is ${value}; it must be a whole number greater than 0.`);
    }
  }
  if (options.messageBytes > MOST_MESSAGE_BYTES) {
    throw new OptionError(
      'messageBytes',
      `messageBytes is ${options.messageBytes}; at most ${MOST_MESSAGE_BYTES} can be sent.`,
    );
  }
  const least = options.messageBytes * 6 + ENTRY_BYTES;
  if (options.snapshotBytes > MOST_SNAPSHOT_BYTES || options.snapshotBytes < least) {
    throw new OptionError(
      'snapshotBytes',
      `snapshotBytes is ${options.snapshotBytes}; with messageBytes ${options.messageBytes} it must be from ${least} to ${MOST_SNAPSHOT_BYTES}.`,
    );
  }
  return options;
}
