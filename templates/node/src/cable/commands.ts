/**
 * What a client sends, decoded once: text → command, or the reason why it is none.
 *
 * The shapes are AnyCable's `common.Message`
 * (https://github.com/anycable/anycable/blob/master/common/common.go). One difference on purpose: after a frame that
 * is not JSON, or has a field of the wrong type, AnyCable stops reading from the socket without closing it
 * (`Session.Serve`), so that the client talks to a wall; here only that frame is dropped.
 */
import type { JsonObject } from './channel.js';
import type { PresenceMember } from './presence-member.js';

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
  | {
      readonly command: 'subscribe';
      readonly identifier: string;
      readonly history: HistoryRequest;
      /** As whom to join at once. */
      readonly presence: PresenceMember | undefined;
    }
  | { readonly command: 'unsubscribe'; readonly identifier: string }
  | { readonly command: 'message'; readonly identifier: string; readonly data: string }
  | { readonly command: 'history'; readonly identifier: string; readonly history: HistoryRequest }
  | { readonly command: 'join'; readonly identifier: string; readonly presence: PresenceMember }
  | { readonly command: 'leave'; readonly identifier: string }
  | { readonly command: 'presence'; readonly identifier: string }
  /** `json`: the message, to be passed on as it is. */
  | { readonly command: 'whisper'; readonly identifier: string; readonly json: string }
  | { readonly command: 'ping' }
  | { readonly command: 'pong' };

export type Decoded =
  | { readonly ok: true; readonly command: ClientCommand }
  /** `reason` is one of a small set, so that it can be logged once; `detail` belongs to this frame. */
  | { readonly ok: false; readonly reason: DropReason; readonly detail: string };

export type DropReason =
  | 'not_json'
  | 'not_an_object'
  | 'invalid_field'
  | 'unknown_command'
  | 'unknown_channel'
  | 'too_many_subscriptions'
  | 'already_subscribed'
  | 'unknown_subscription'
  | 'history_request_missing'
  | 'invalid_data'
  | 'whisper_not_allowed'
  | 'presence_not_enabled'
  | 'presence_by_channel'
  | 'presence_refused'
  | 'rate_limited';

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
    case 'leave':
    // The options that its `data` may hold are read by no AnyCable server: it answers with all records.
    case 'presence':
      return { ok: true, command: { command, identifier } };
    case 'message':
      // A string that holds JSON, as every Action Cable client sends it; AnyCable refuses an object as well.
      if (typeof value['data'] !== 'string')
        return drop('invalid_data', `data: expected a string, got ${describe(value['data'])}`);
      return { ok: true, command: { command, identifier, data: value['data'] } };
    case 'subscribe': {
      const history = decodeHistory(value['history']);
      if (!history.ok) return history;
      const presence = decodePresence(value['presence']);
      if (!presence.ok) return presence;
      return { ok: true, command: { command, identifier, history: history.history, presence: presence.member } };
    }
    case 'history': {
      const history = decodeHistory(value['history']);
      if (!history.ok) return history;
      return { ok: true, command: { command, identifier, history: history.history } };
    }
    case 'join': {
      const presence = decodePresence(value['presence']);
      if (!presence.ok) return presence;
      if (presence.member === undefined) return invalid('presence', 'an object with an id', value['presence']);
      return { ok: true, command: { command, identifier, presence: presence.member } };
    }
    case 'whisper': {
      const json = encodeAgain(value['data']);
      if (json === undefined) return drop('invalid_field', 'data: nested too deeply');
      // As AnyCable: what is nothing arrives as the word for it.
      return { ok: true, command: { command, identifier, json: json === 'null' ? '"null"' : json } };
    }
    default:
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
  for (const [index, [name, position]] of Object.entries(rawStreams).entries()) {
    // By its number: a name tells who reads what, and may be as long as the frame.
    const path = `history.streams[${index}]`;
    // As AnyCable: nothing is a position that is found nowhere.
    const given = position ?? {};
    if (!isObject(given)) return invalid(path, 'an object', given);
    const { epoch = '', offset = 0 } = given;
    if (typeof epoch !== 'string') return invalid(`${path}.epoch`, 'a string', epoch);
    if (!Number.isSafeInteger(offset) || (offset as number) < 0) {
      return invalid(`${path}.offset`, 'a whole number, 0 or more', offset);
    }
    streams.set(name, { epoch, offset: offset as number });
  }
  return { ok: true, history: { since: since as number, streams } };
}

/**
 * An empty id is refused: for AnyCable it is one like any other, and whoever forgot theirs are one member there.
 */
function decodePresence(
  value: unknown,
): { readonly ok: true; readonly member: PresenceMember | undefined } | Extract<Decoded, { ok: false }> {
  if (value === undefined || value === null) return { ok: true, member: undefined };
  if (!isObject(value)) return invalid('presence', 'an object', value);
  const { id, info } = value;
  if (typeof id !== 'string' || id === '') return invalid('presence.id', 'a string that is not empty', id);
  if (info === undefined || info === null) return { ok: true, member: { id, info: undefined } };
  const json = encodeAgain(info);
  return json === undefined
    ? drop('invalid_field', 'presence.info: nested too deeply')
    : { ok: true, member: { id, info: json } };
}

/** JSON of what was read from JSON. `undefined`: it is nested more deeply than the encoder, unlike the parser, can go. */
function encodeAgain(value: unknown): string | undefined {
  try {
    return JSON.stringify(value ?? null);
  } catch {
    return undefined;
  }
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
