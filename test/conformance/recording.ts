import type { RawFrame } from '../support/cable-client.js';

/** What came of one transcript on one server, by connection, in order. */
export type Recording = ReadonlyMap<string, readonly RawFrame[]>;

/** Under this name is what came by no connection, such as the status of an HTTP answer. */
export const NOTES = 'notes';

/**
 * The same without what no two servers have in common: session ids, epochs and times are replaced by names in the order
 * in which they were first seen, so that two that were equal stay equal. Positions stay as they are: every transcript
 * has streams of its own, which begin at 1.
 */
export function normalise(recording: Recording): Recording {
  const names = { sid: new Map<unknown, string>(), epoch: new Map<unknown, string>() };
  const nameOf = (kind: keyof typeof names, value: unknown): string => {
    const known = names[kind].get(value) ?? `<${kind} ${names[kind].size + 1}>`;
    names[kind].set(value, known);
    return known;
  };
  const normaliseFrame = (frame: RawFrame): RawFrame => {
    const entries = Object.entries(frame).map(([name, value]): [string, unknown] => {
      if (name === 'sid' || name === 'epoch') return [name, nameOf(name, value)];
      // Go's maps have no order.
      if (name === 'restored_ids' && Array.isArray(value)) return [name, [...value].sort()];
      if (frame['type'] === 'presence' && name === 'message') return [name, sorted(inOrder(value))];
      return [name, sorted(value)];
    });
    return Object.fromEntries(entries);
  };
  return new Map([...recording].map(([who, frames]) => [who, frames.map(normaliseFrame)]));
}

/** The members of a presence list have no order either. */
function inOrder(message: unknown): unknown {
  if (typeof message !== 'object' || message === null || !('records' in message)) return message;
  const { records } = message;
  if (!Array.isArray(records)) return message;
  const byText = records.map((record) => JSON.stringify(sorted(record))).sort();
  return { ...message, records: byText.map((text) => JSON.parse(text) as unknown) };
}

/** A frame's own fields are compared in their order; within a message AnyCable sorts the names, and we do not. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, part]) => [name, sorted(part)]));
}
