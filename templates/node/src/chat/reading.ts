import type { Action } from './action-decoder.js';
import type { ActionDeps, Caller } from './action-deps.js';
import type { Effect } from './effects.js';
import { publicLimits } from './limits.js';
import type { MessageRow } from './rows.js';
import { historySnapshot, LEAST_ENTRY_BYTES, resumeSnapshot, type ReadText, type SnapshotSource } from './snapshot.js';
import type { Store } from './store.js';
import { boundaryAtOrBefore } from './utf8.js';

/** Protocol version 1, and the actions beyond `resume` and `ask` that this server knows. */
const PROTOCOL_VERSION = 1;
const FEATURES = ['history', 'regenerate', 'edit', 'stop', 'feedback'] as const;

/** Most rows of one resume, however short they are: all other visitors wait meanwhile. The client resumes again for more. */
const MOST_ROWS = 250;

/** `hello` and one snapshot. Never creates anything: an unknown conversation is an empty one. */
export function resume(deps: ActionDeps, caller: Caller, action: Extract<Action, { action: 'resume' }>): Effect[] {
  const { conversations } = deps.store;
  const id = caller.conversationId;
  const last = conversations.conversation(id)?.lastPosition ?? 0;
  // A client that knows of later positions than there are has outlived a database that was set back: begin anew.
  const since = action.since !== undefined && action.since <= last ? action.since : undefined;
  const page =
    since === undefined
      ? conversations.before(id, last + 1, deps.options.pageMessages)
      : conversations.after(id, since, MOST_ROWS);
  const first = page[0]?.position ?? last + 1;
  const isFromTheBeginning =
    since === undefined && (page.length < deps.options.pageMessages || conversations.before(id, first, 1).length === 0);
  const named = conversations
    .named(id, [...action.cursors.keys()])
    .filter((message) => message.role === 'assistant' && message.position < first);
  const messages = [...named, ...page];
  const high = page.length === MOST_ROWS ? (page.at(-1)?.position ?? last) : last;
  const snapshot = resumeSnapshot(snapshotSource(deps, caller, messages), {
    cursors: action.cursors,
    messages,
    low: since !== undefined ? since + 1 : isFromTheBeginning ? 0 : first,
    high,
    beyond: high < last,
  });
  return [
    {
      type: 'reply',
      frame: {
        type: 'hello',
        conversation_id: id,
        v: PROTOCOL_VERSION,
        user: caller.user,
        features: FEATURES,
        limits: publicLimits(deps.options),
      },
    },
    { type: 'reply', frame: snapshot },
  ];
}

/** The page before a position. */
export function history(deps: ActionDeps, caller: Caller, action: Extract<Action, { action: 'history' }>): Effect[] {
  const limit = Math.max(1, Math.min(action.limit ?? Infinity, deps.options.pageMessages));
  // One more than asked for, to know whether anything is older.
  const { conversations } = deps.store;
  // Beyond the last position nothing may be covered: what comes there later would count as known.
  const last = conversations.conversation(caller.conversationId)?.lastPosition ?? 0;
  const before = Math.min(action.before, last + 1);
  const messages = conversations.before(caller.conversationId, before, limit + 1);
  const isOldest = messages.length <= limit;
  const query = { before, messages: isOldest ? messages : messages.slice(1), isOldest };
  return [{ type: 'reply', frame: historySnapshot(snapshotSource(deps, caller, messages.toReversed()), query) }];
}

/**
 * Where the snapshots of the caller's conversation get their texts from, and how big they may be. `expected`: the messages
 * of a snapshot of many, in the order in which it is filled; their texts are read at once.
 */
export function snapshotSource(deps: ActionDeps, caller: Caller, expected: readonly MessageRow[] = []): SnapshotSource {
  const { endings } = deps;
  return {
    conversationId: caller.conversationId,
    read: readTogether(deps.store, expected, deps.options.snapshotBytes),
    budget: deps.options.snapshotBytes,
    ...(endings && { present: (message) => endings.present(message) }),
  };
}

/** Reads in one statement the texts of the first of these messages, as many as may fit the room; any other by itself. */
function readTogether(store: Store, expected: readonly MessageRow[], budget: number): ReadText {
  const fitting: string[] = [];
  let room = budget;
  for (const message of expected) {
    room -= message.bytes + LEAST_ENTRY_BYTES;
    if (room < 0) break;
    if (message.bytes > 0) fitting.push(message.id);
  }
  const texts = store.conversations.foldedTexts(fitting);
  return (message, from, atLeast) => {
    const text = texts.get(message.id);
    if (text === undefined) return store.texts.part(message, from, atLeast);
    const offset = boundaryAtOrBefore(text, Math.min(from, message.bytes));
    return { offset, content: text.subarray(offset, message.bytes).toString('utf8') };
  };
}
