/**
 * What a publisher sends, decoded once. The shapes are those of AnyCable's `PubSubMessageFromJSON`
 * (https://github.com/anycable/anycable/blob/master/common/common.go); https://docs.anycable.io/misc/pub_sub describes them.
 *
 * Differences, on purpose: AnyCable answers 201 to what it cannot read, and drops it; it looks only at the first of a batch;
 * and it knows no command but says so to nobody. Here all of that is an error, and nothing of such a request is published.
 */
import type { PublicationMeta } from '../cable/index.js';

export interface Publication {
  readonly stream: string;
  /** The message as JSON. */
  readonly json: string;
  readonly meta: PublicationMeta;
}

export type BroadcastRequest =
  | { readonly kind: 'publish'; readonly publications: readonly Publication[] }
  | { readonly kind: 'disconnect'; readonly identifier: string; readonly reconnect: boolean }
  /** `problem`: a sentence that says what is wrong and where. */
  | { readonly kind: 'malformed'; readonly problem: string };

export function decodeBroadcast(text: string): BroadcastRequest {
  try {
    return decode(parse(text));
  } catch (error) {
    if (error instanceof Malformed) return { kind: 'malformed', problem: error.message };
    throw error;
  }
}

class Malformed extends Error {}

type Fields = Readonly<Record<string, unknown>>;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Malformed('The body is not JSON.');
  }
}

function decode(body: unknown): BroadcastRequest {
  if (Array.isArray(body)) {
    return { kind: 'publish', publications: body.map((one, index) => publication(one, `[${index}]`)) };
  }
  const fields = object(body, 'The body');
  if (fields['stream'] === undefined && fields['command'] !== undefined) return command(fields);
  return { kind: 'publish', publications: [publication(fields, '')] };
}

function publication(value: unknown, at: string): Publication {
  const { stream, data, meta } = object(value, at === '' ? 'The body' : at);
  const path = at === '' ? '' : `${at}.`;
  if (typeof stream !== 'string' || stream === '') throw new Malformed(`${path}stream must be the name of a stream.`);
  if (typeof data !== 'string') throw new Malformed(`${path}data must be a string: the message's JSON.`);
  return { stream, json: messageJson(data), meta: decodeMeta(meta ?? {}, `${path}meta`) };
}

/** As AnyCable: what is no JSON is a message that is a string, and so is `null`, which no client could tell from nothing. */
function messageJson(data: string): string {
  try {
    if (JSON.parse(data) !== null) return data;
  } catch {
    // Said above.
  }
  return JSON.stringify(data);
}

function decodeMeta(value: unknown, at: string): PublicationMeta {
  const fields = object(value, at);
  const [excludeSid, type] = ['exclude_socket', 'broadcast_type'].map((name) => text(fields, name, at));
  const isTransient = fields['transient'] ?? false;
  if (typeof isTransient !== 'boolean') throw new Malformed(`${at}.transient must be true or false.`);
  return { ...(excludeSid && { excludeSid }), ...(type && { type }), ...(isTransient && { isTransient }) };
}

function text(fields: Fields, name: string, at: string): string | undefined {
  const value = fields[name] ?? undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw new Malformed(`${at}.${name} must be a string.`);
}

function command({ command: name, payload }: Fields): BroadcastRequest {
  if (name !== 'disconnect') throw new Malformed('command must be "disconnect"; no other is known here.');
  const { identifier, reconnect } = object(payload, 'payload');
  if (typeof identifier !== 'string')
    throw new Malformed('payload.identifier must be a string: the identifiers’ JSON.');
  if (reconnect !== undefined && typeof reconnect !== 'boolean') {
    throw new Malformed('payload.reconnect must be true or false.');
  }
  return { kind: 'disconnect', identifier, reconnect: reconnect ?? false };
}

function object(value: unknown, name: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new Malformed(`${name} must be an object.`);
}
