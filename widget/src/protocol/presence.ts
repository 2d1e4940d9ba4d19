/**
 * AnyCable's presence frames: https://github.com/anycable/anycable/blob/master/docs/presence.md. They say who is on a
 * stream, and ride beside the chat protocol, not in it.
 */

export type PresenceEvent =
  /** Somebody came who was not here by any other connection. `info` is whatever they said of themselves. */
  | { readonly type: 'join'; readonly id: string; readonly info: unknown }
  /** Their last connection left, or was gone for longer than the server waits. */
  | { readonly type: 'leave'; readonly id: string }
  /** Everybody who is here, by id: the answer to a request. */
  | { readonly type: 'info'; readonly members: ReadonlyMap<string, unknown> }
  /** The server has no presence, or could not read it. */
  | { readonly type: 'error' };

/**
 * Reads the message of a `presence` frame; `undefined` if it is none. A record without an id is left out of the list, and
 * a list that is none is an `error`: whoever waits for it must not wait on. An absent `info` is undefined, as AnyCable
 * leaves an empty one out, and so is an empty list of `records`.
 */
export function decodePresence(message: unknown): PresenceEvent | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const { type, records } = message as { readonly type?: unknown; readonly records?: unknown };
  switch (type) {
    case 'join': {
      const member = decodeMember(message);
      return member && { type, id: member[0], info: member[1] };
    }
    case 'leave': {
      const member = decodeMember(message);
      return member && { type, id: member[0] };
    }
    case 'info':
      if (records === undefined || records === null) return { type, members: new Map() };
      if (!Array.isArray(records)) return { type: 'error' };
      return { type, members: new Map(records.map(decodeMember).filter((member) => member !== undefined)) };
    case 'error':
      return { type };
    default:
      return undefined;
  }
}

function decodeMember(record: unknown): readonly [id: string, info: unknown] | undefined {
  if (typeof record !== 'object' || record === null) return undefined;
  const { id, info } = record as { readonly id?: unknown; readonly info?: unknown };
  if (typeof id === 'string') return [id, info];
  // Another server's number; AnyCable's ids are strings, also the empty one.
  return typeof id === 'number' ? [String(id), info] : undefined;
}
