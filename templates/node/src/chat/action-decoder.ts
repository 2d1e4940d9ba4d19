import type { ClientAction, FeedbackValue } from 'cable-chat/protocol';

/** An action as the server handles it: ClientAction, checked, with what may be absent made explicit. */
export type Action =
  | { readonly action: 'resume'; readonly since: number | undefined; readonly cursors: ReadonlyMap<string, number> }
  | { readonly action: 'history'; readonly before: number; readonly limit: number | undefined }
  | Exclude<ClientAction, { readonly action: 'resume' | 'history' }>;

/** Names the message that an action is about, as far as it could be read: to answer even a malformed one. */
export interface ActionIds {
  readonly clientId: string | null;
  readonly messageId: string | null;
}

export type Decoded =
  | { readonly ok: true; readonly action: Action; readonly ids: ActionIds }
  /** `problem`: a sentence that says what is wrong and where. */
  | { readonly ok: false; readonly problem: string; readonly ids: ActionIds };

/** A client has one unfinished answer, seldom two; more are not served at once. */
const MOST_CURSORS = 100;

/** Checks what came over the wire, once. Unknown fields are ignored; it never throws. */
export function decodeAction(name: string, data: unknown): Decoded {
  const fields: Fields = typeof data === 'object' && data !== null && !Array.isArray(data) ? (data as Fields) : {};
  const ids = { clientId: echo(fields['client_id']), messageId: echo(fields['message_id']) };
  try {
    return { ok: true, action: decode(name, fields), ids };
  } catch (error) {
    if (error instanceof Malformed) return { ok: false, problem: error.message, ids };
    throw error;
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value);
}

type Fields = Readonly<Record<string, unknown>>;

class Malformed extends Error {}

function decode(action: string, fields: Fields): Action {
  switch (action) {
    case 'resume':
      return { action, since: optionalCount(fields, 'since'), cursors: cursors(fields['cursors']) };
    case 'history':
      return { action, before: count(fields, 'before'), limit: optionalCount(fields, 'limit') };
    case 'ask':
      return { action, client_id: uuid(fields, 'client_id'), message: message(fields) };
    case 'regenerate':
      return { action, client_id: uuid(fields, 'client_id'), message_id: uuid(fields, 'message_id') };
    case 'edit':
      return {
        action,
        client_id: uuid(fields, 'client_id'),
        message_id: uuid(fields, 'message_id'),
        message: message(fields),
      };
    case 'stop':
      return { action, message_id: uuid(fields, 'message_id') };
    case 'feedback':
      return { action, message_id: uuid(fields, 'message_id'), value: feedback(fields), at: count(fields, 'at') };
    default:
      throw new Malformed('This action is not known here.');
  }
}

function uuid(fields: Fields, name: string): string {
  const value = fields[name];
  if (!isUuid(value)) throw new Malformed(`${name} must be a UUID.`);
  return value;
}

/** Also an id that is no UUID goes back to its sender, who is to know which of its actions was refused; but not a novel. */
function echo(value: unknown): string | null {
  return typeof value === 'string' && value.length <= 64 ? value : null;
}

function message(fields: Fields): string {
  const value = fields['message'];
  if (typeof value !== 'string') throw new Malformed('message must be a text.');
  if (value.trim() === '') throw new Malformed('message must not be empty.');
  return value;
}

function count(fields: Fields, name: string): number {
  const value = fields[name];
  if (!isCount(value)) throw new Malformed(`${name} must be a whole number from 0 to 2^53 - 1.`);
  return value;
}

function optionalCount(fields: Fields, name: string): number | undefined {
  return fields[name] === undefined || fields[name] === null ? undefined : count(fields, name);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function cursors(value: unknown): ReadonlyMap<string, number> {
  if (value === undefined || value === null) return new Map();
  if (typeof value !== 'object' || Array.isArray(value)) throw new Malformed('cursors must be an object.');
  const entries = Object.entries(value);
  if (entries.length > MOST_CURSORS) throw new Malformed(`cursors must not name more than ${MOST_CURSORS} messages.`);
  return new Map(
    entries.map(([id, bytes]) => {
      if (!isUuid(id)) throw new Malformed('cursors must be keyed by UUIDs.');
      if (!isCount(bytes)) throw new Malformed(`cursors["${id}"] must be a whole number from 0 to 2^53 - 1.`);
      return [id, bytes];
    }),
  );
}

function feedback(fields: Fields): FeedbackValue {
  const value = fields['value'];
  if (value === 'up' || value === 'down' || value === null) return value;
  throw new Malformed('value must be "up", "down" or null.');
}
