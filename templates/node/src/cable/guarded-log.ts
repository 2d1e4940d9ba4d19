/**
 * What of a client's own words gets into the log: little. An identifier may hold a signed stream name, which opens the stream
 * to whoever reads it; and a frame of 64 KiB would be a line of as many.
 */
import { createHash } from 'node:crypto';
import type { LogFields, Logger } from '../logger.js';
import { decodeIdentifier } from './commands.js';

/** In characters. */
const MOST_TEXT = 200;
const MOST_NAME = 80;

/** The same logger, for all of the cable: `identifier` becomes the channel's name and a hash, and every text is cut. */
export function guardLog(logger: Logger): Logger {
  return {
    debug: (message, fields) => logger.debug(cut(message), guard(fields)),
    info: (message, fields) => logger.info(cut(message), guard(fields)),
    warn: (message, fields) => logger.warn(cut(message), guard(fields)),
    error: (message, fields) => logger.error(cut(message), guard(fields)),
  };
}

/** `RoomChannel#3f2a…`: which channel, and enough to tell two subscriptions from each other. */
export function loggedIdentifier(identifier: string): string {
  const hash = createHash('sha256').update(identifier).digest('hex').slice(0, 12);
  return `${decodeIdentifier(identifier)?.channel.slice(0, MOST_NAME) ?? ''}#${hash}`;
}

function guard(fields: LogFields = {}): LogFields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      if (typeof value !== 'string') return [name, value];
      return [name, name === 'identifier' ? loggedIdentifier(value) : cut(value)];
    }),
  );
}

function cut(text: string): string {
  return text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text;
}
