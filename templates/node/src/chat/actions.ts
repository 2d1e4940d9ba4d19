import type { Action, ActionIds } from './action-decoder.js';
import { decodeAction } from './action-decoder.js';
import { acceptAnswer } from './accepting.js';
import type { ActionDeps, Caller } from './action-deps.js';
import { closeExpired, closeOpen } from './closing.js';
import type { Effect } from './effects.js';
import { StorageError } from './errors.js';
import { FORBIDDEN, invalid, refusalFrame, STORAGE_FAILED, UNKNOWN_MESSAGE, type Refusal } from './refusal.js';
import type { MessageRow } from './rows.js';
import { history, resume, snapshotSource } from './reading.js';
import { stateSnapshot } from './snapshot.js';
import type { Store } from './store.js';

/**
 * One action, from what came over the wire to what is to be done about it. Never throws for anything a client sends, nor
 * for a database that fails: every refusal is a frame.
 *
 * The order is the protocol's: authorise; close what is past its deadline; a known id gets its present state, and its
 * queued answer is enqueued again; then limits; then one transaction. An accepted action is so never refused, and a crash
 * between commit and enqueue heals.
 */
export function handleAction(deps: ActionDeps, caller: Caller, name: string, data: unknown): Effect[] {
  const decoded = decodeAction(name, data);
  if (!decoded.ok) return [refuse(caller, decoded.ids, invalid(decoded.problem))];
  const effects: Effect[] = [];
  try {
    if (!isAllowed(deps.store, caller)) return [refuse(caller, decoded.ids, FORBIDDEN)];
    deps.endings?.store();
    effects.push(...expire(deps));
    effects.push(...perform(deps, caller, decoded.action, decoded.ids));
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    deps.logger.error('an action failed in the database', {
      action: name,
      conversationId: caller.conversationId,
      error,
    });
    effects.push(refuse(caller, decoded.ids, STORAGE_FAILED));
  }
  return effects;
}

/** A conversation that does not exist is everybody's: its first `ask` decides whose. */
function isAllowed(store: Store, caller: Caller): boolean {
  const conversation = store.conversations.conversation(caller.conversationId);
  return conversation === undefined || conversation.owner === caller.user;
}

/** A disk that is full must not keep anybody from reading: what cannot be closed now is closed later. */
function expire(deps: ActionDeps): Effect[] {
  try {
    return closeExpired(deps, deps.clock.now());
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    deps.logger.error('answers past their deadline could not be closed', { error });
    return [];
  }
}

function perform(deps: ActionDeps, caller: Caller, action: Action, ids: ActionIds): Effect[] {
  switch (action.action) {
    case 'resume':
      return deps.store.database.read(() => resume(deps, caller, action));
    case 'history':
      return deps.store.database.read(() => history(deps, caller, action));
    case 'ask':
    case 'regenerate':
    case 'edit':
      return deps.store.database.write('durable', () => {
        const accepted = acceptAnswer(deps, caller, action);
        if ('refusal' in accepted) return [refuse(caller, ids, accepted.refusal)];
        // Read before the commit: what has been committed must not be refused because reading it back failed.
        return acknowledge(deps, caller, accepted);
      });
    case 'stop':
      return stop(deps, caller, action.message_id, ids);
    case 'feedback':
      return feedback(deps, caller, action, ids);
  }
}

/** Tells everybody, and the caller once more by itself: its own subscription may not have the broadcast yet. */
function acknowledge(
  deps: ActionDeps,
  caller: Caller,
  accepted: { readonly messages: readonly MessageRow[]; readonly isNew: boolean },
): Effect[] {
  const frame = stateSnapshot(snapshotSource(deps, caller), accepted.messages);
  const waiting = accepted.messages.filter((message) => message.status === 'queued');
  return [
    ...(accepted.isNew
      ? [{ type: 'broadcast', conversationId: caller.conversationId, owner: caller.user, frame } as const]
      : []),
    { type: 'reply', frame },
    ...waiting.map((message) => ({ type: 'enqueue', messageId: message.id }) as const),
  ];
}

function stop(deps: ActionDeps, caller: Caller, messageId: string, ids: ActionIds): Effect[] {
  const message = answerOf(deps, caller, messageId);
  if (message === undefined) return [refuse(caller, ids, UNKNOWN_MESSAGE)];
  if (deps.endings?.has(messageId)) return [presentState(deps, caller, messageId)];
  const owned = { id: messageId, conversationId: caller.conversationId, owner: caller.user };
  return [...closeOpen(deps.store, deps.logger, owned, { status: 'stopped' }), presentState(deps, caller, messageId)];
}

function feedback(
  deps: ActionDeps,
  caller: Caller,
  action: Extract<Action, { action: 'feedback' }>,
  ids: ActionIds,
): Effect[] {
  if (answerOf(deps, caller, action.message_id) === undefined) return [refuse(caller, ids, UNKNOWN_MESSAGE)];
  deps.store.database.write('durable', () =>
    deps.store.conversations.setFeedback(action.message_id, action.value, action.at),
  );
  return [presentState(deps, caller, action.message_id)];
}

function answerOf(deps: ActionDeps, caller: Caller, messageId: string): MessageRow | undefined {
  const message = deps.store.conversations.message(messageId);
  return message?.conversationId === caller.conversationId && message.role === 'assistant' ? message : undefined;
}

function presentState(deps: ActionDeps, caller: Caller, messageId: string): Effect {
  const frame = deps.store.database.read(() => {
    const message = deps.store.conversations.message(messageId);
    return stateSnapshot(snapshotSource(deps, caller), message ? [message] : []);
  });
  return { type: 'reply', frame };
}

function refuse(caller: Caller, ids: ActionIds, refusal: Refusal): Effect {
  return { type: 'reply', frame: refusalFrame(caller.conversationId, ids, refusal) };
}
