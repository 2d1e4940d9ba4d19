import type { Action } from './action-decoder.js';
import type { ActionDeps, Caller } from './action-deps.js';
import type { Effect } from './effects.js';
import { publicLimits } from './limits.js';
import { historySnapshot, resumeSnapshot, type SnapshotSource } from './snapshot.js';

/** Protocol version 1, and the actions beyond `resume` and `ask` that this server knows. */
const PROTOCOL_VERSION = 1;
const FEATURES = ['history', 'regenerate', 'edit', 'stop', 'feedback'] as const;

/** Most rows that are read for one resume; a frame's room ends long before. */
const MOST_ROWS = 1_000;

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
  const named = [...action.cursors.keys()].flatMap((messageId) => {
    const message = conversations.message(messageId);
    return message?.conversationId === id && message.role === 'assistant' && message.position < first ? [message] : [];
  });
  const high = page.length === MOST_ROWS ? (page.at(-1)?.position ?? last) : last;
  const snapshot = resumeSnapshot(snapshotSource(deps, caller), {
    cursors: action.cursors,
    messages: [...named.sort((a, b) => a.position - b.position), ...page],
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
  return [{ type: 'reply', frame: historySnapshot(snapshotSource(deps, caller), query) }];
}

/** Where the snapshots of the caller's conversation get their texts from, and how big they may be. */
export function snapshotSource(deps: ActionDeps, caller: Caller): SnapshotSource {
  return {
    conversationId: caller.conversationId,
    read: (message, from, atLeast) => deps.store.texts.part(message, from, atLeast),
    budget: deps.options.snapshotBytes,
  };
}
