import type { PresenceEvent } from '../protocol/presence.js';
import { isSameJson } from './json.js';

/** Somebody who is here. `info` is what they, or the server, said of them: any JSON, and not to be trusted. */
export interface PresenceMember {
  readonly id: string;
  readonly info: unknown;
}

/** What differs between two pictures; a leave has the info that was known last. */
export type PresenceChange = { readonly type: 'join' | 'leave' } & PresenceMember;

export interface PresenceState {
  /** By id. Who is here keeps their place, whatever order a list comes in: AnyCable's is another each time. */
  readonly members: ReadonlyMap<string, unknown>;
  /** True once there was a list: what comes and goes before is no news to anybody who saw nothing yet. */
  readonly isKnown: boolean;
  /** Who came or left since the list was asked for; undefined while none is awaited. */
  readonly sinceAsked: ReadonlyMap<string, 'join' | 'leave'> | undefined;
}

export const NOBODY: PresenceState = { members: new Map(), isKnown: false, sinceAsked: undefined };

/** The list is asked for. Whoever comes or leaves from now on is fresher than the list may be. */
export function listAsked(state: PresenceState): PresenceState {
  return { ...state, sinceAsked: new Map() };
}

export interface Reduced {
  /** With the same `members` where nobody came, left or said something new of themselves. */
  readonly state: PresenceState;
  readonly changes: readonly PresenceChange[];
}

/**
 * Events may be lost, doubled and in any order; a list puts everything right. AnyCable makes a list up and hands out events
 * side by side (broker/memory.go, node/node.go), so a list may be older than an event that came before it: what was heard
 * since it was asked for stands against it, and is put right by the next one if that was wrong.
 */
export function reducePresence(state: PresenceState, event: PresenceEvent): Reduced {
  switch (event.type) {
    case 'join':
      return joined(heard(state, event.id, 'join'), event);
    case 'leave':
      return left(heard(state, event.id, 'leave'), event.id);
    case 'info':
      return listed(state, event.members);
    case 'error':
      return { state, changes: [] };
  }
}

function heard(state: PresenceState, id: string, what: 'join' | 'leave'): PresenceState {
  if (state.sinceAsked === undefined) return state;
  return { ...state, sinceAsked: new Map(state.sinceAsked).set(id, what) };
}

function joined(state: PresenceState, { id, info }: PresenceMember): Reduced {
  const wasHere = state.members.has(id);
  if (wasHere && isSameJson(state.members.get(id), info)) return { state, changes: [] };
  const members = new Map(state.members).set(id, info);
  return { state: { ...state, members }, changes: wasHere || !state.isKnown ? [] : [{ type: 'join', id, info }] };
}

function left(state: PresenceState, id: string): Reduced {
  if (!state.members.has(id)) return { state, changes: [] };
  const members = new Map(state.members);
  members.delete(id);
  const change: PresenceChange = { type: 'leave', id, info: state.members.get(id) };
  return { state: { ...state, members }, changes: state.isKnown ? [change] : [] };
}

function listed(state: PresenceState, list: ReadonlyMap<string, unknown>): Reduced {
  const since = state.sinceAsked;
  const members = new Map<string, unknown>();
  for (const [id, info] of state.members) {
    if (since?.get(id) === 'join') members.set(id, info);
    else if (list.has(id)) members.set(id, list.get(id));
  }
  // Strangers in one order for everybody: each visitor's list comes in another one.
  for (const id of [...list.keys()].sort()) {
    if (!members.has(id) && since?.get(id) !== 'leave') members.set(id, list.get(id));
  }
  const changes = state.isKnown ? differences(state.members, members) : [];
  const shown = isSameList(state.members, members) ? state.members : members;
  return { state: { members: shown, isKnown: true, sinceAsked: undefined }, changes };
}

function isSameList(a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): boolean {
  return a.size === b.size && [...a].every(([id, info]) => b.has(id) && isSameJson(info, b.get(id)));
}

function differences(before: ReadonlyMap<string, unknown>, after: ReadonlyMap<string, unknown>): PresenceChange[] {
  const gone = [...before].filter(([id]) => !after.has(id));
  const come = [...after].filter(([id]) => !before.has(id));
  return [
    ...gone.map(([id, info]) => ({ type: 'leave', id, info }) as const),
    ...come.map(([id, info]) => ({ type: 'join', id, info }) as const),
  ];
}
