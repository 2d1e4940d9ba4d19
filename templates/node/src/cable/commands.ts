/**
 * What a client sends, decoded once: text → command, or the reason why it is none.
 *
 * The shapes are AnyCable's `common.Message`
 * (https://github.com/anycable/anycable/blob/master/common/common.go). One difference on purpose: after a frame that
 * is not JSON, or has a field of the wrong type, AnyCable stops reading from the socket without closing it
 * (`Session.Serve`), so that the client talks to a wall; here only that frame is dropped.
 */
import type { JsonObject } from './channel.js';

/** A position in one stream, as the server once sent it. */
export interface StreamPosition {
  readonly epoch: string;
  readonly offset: number;
}

export interface HistoryRequest {
  /** Unix time in seconds. 0: not asked. */
  readonly since: number;
  /** By stream name. `undefined`: not asked. */
  readonly streams: ReadonlyMap<string, StreamPosition> | undefined;
}

export type ClientCommand =
  | { readonly command: 'subscribe'; readonly identifier: string; readonly history: HistoryRequest }
  | { readonly command: 'unsubscribe'; readonly identifier: string }
  | { readonly command: 'message'; readonly identifier: string; readonly data: string }
  | { readonly command: 'history'; readonly identifier: string; readonly history: HistoryRequest }
  | { readonly command: 'ping' }
  | { readonly command: 'pong' };

/** Presence and whispers: known to AnyCable, not yet to this server. */
const UNSUPPORTED = new Set(['whisper', 'join', 'leave', 'presence']);

export type Decoded =
  | { readonly ok: true; readonly command: ClientCommand }
  /** `reason` is one of a small set, so that it can be logged once; `detail` belongs to this frame. */
  | { readonly ok: false; readonly reason: DropReason; readonly detail: string };

export type DropReason =
  | 'not_json'
  | 'not_an_object'
  | 'invalid_field'
  | 'unknown_command'
  | 'unsupported_command'
  | 'unknown_channel'
  | 'too_many_subscriptions'
  | 'already_subscribed'
  | 'unknown_subscription'
  | 'history_request_missing'
  | 'invalid_data';

export function decodeCommand(text: string): Decoded {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return drop('not_json', `${text.length} characters that are not JSON`);
  }
  if (!isObject(value)) return drop('not_an_object', `expected an object, got ${describe(value)}`);
  const { command } = value;
  const identifier = value['identifier'] ?? '';
  if (command !== undefined && typeof command !== 'string') return invalid('command', 'a string', command);
  if (typeof identifier !== 'string') return invalid('identifier', 'a string', identifier);
  switch (command) {
    case 'ping':
    case 'pong':
      return { ok: true, command: { command } };
    case 'unsubscribe':
      return { ok: true, command: { command, identifier } };
    case 'message':
      // A string that holds JSON, as every Action Cable client sends it; AnyCable refuses an object as well.
      if (typeof value['data'] !== 'string')
        return drop('invalid_data', `data: expected a string, got ${describe(value['data'])}`);
      return { ok: true, command: { command, identifier, data: value['data'] } };
    case 'subscribe':
    case 'history': {
      const history = decodeHistory(value['history']);
      if (!history.ok) return history;
      return { ok: true, command: { command, identifier, history: history.history } };
    }
    default:
      if (command !== undefined && UNSUPPORTED.has(command)) return drop('unsupported_command', command);
      return drop('unknown_command', describe(command));
  }
}

/**
 * The identifier's JSON: the channel's name, and the parameters beside it. `undefined` when it is no such thing.
 * The identifier itself stays the string that the client sent: it comes back in every frame, byte for byte.
 */
export function decodeIdentifier(
  identifier: string,
): { readonly channel: string; readonly params: JsonObject } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(identifier);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const { channel, ...params } = value;
  return typeof channel === 'string' ? { channel, params } : undefined;
}

/** A `message` command's data: the action and what it carries. Without an action Action Cable calls `receive`. */
export function decodeAction(data: string): { readonly action: string; readonly data: JsonObject } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const { action = 'receive', ...rest } = value;
  return typeof action === 'string' ? { action, data: rest } : undefined;
}

const NO_HISTORY: HistoryRequest = { since: 0, streams: undefined };

function decodeHistory(
  value: unknown,
): { readonly ok: true; readonly history: HistoryRequest } | Extract<Decoded, { ok: false }> {
  if (value === undefined || value === null) return { ok: true, history: NO_HISTORY };
  if (!isObject(value)) return invalid('history', 'an object', value);
  const since = value['since'] ?? 0;
  if (!Number.isSafeInteger(since)) return invalid('history.since', 'a whole number of seconds', since);
  const rawStreams = value['streams'];
  if (rawStreams === undefined || rawStreams === null) {
    return { ok: true, history: { since: since as number, streams: undefined } };
  }
  if (!isObject(rawStreams)) return invalid('history.streams', 'an object', rawStreams);
  const streams = new Map<string, StreamPosition>();
  for (const [name, position] of Object.entries(rawStreams)) {
    const path = `history.streams[${JSON.stringify(name)}]`;
    if (!isObject(position)) return invalid(path, 'an object', position);
    const { epoch = '', offset = 0 } = position;
    if (typeof epoch !== 'string') return invalid(`${path}.epoch`, 'a string', epoch);
    if (!Number.isSafeInteger(offset) || (offset as number) < 0) {
      return invalid(`${path}.offset`, 'a whole number, 0 or more', offset);
    }
    streams.set(name, { epoch, offset: offset as number });
  }
  return { ok: true, history: { since: since as number, streams } };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function drop(reason: DropReason, detail: string): Extract<Decoded, { ok: false }> {
  return { ok: false, reason, detail };
}

function invalid(field: string, expected: string, value: unknown): Extract<Decoded, { ok: false }> {
  return drop('invalid_field', `${field}: expected ${expected}, got ${describe(value)}`);
}

/** The kind of a value and not the value: what visitors write stays out of the log. */
function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'string') return `the string ${JSON.stringify(value.slice(0, 40))}`;
  if (typeof value === 'number') return `the number ${value}`;
  return `a value of type ${typeof value}`;
}
