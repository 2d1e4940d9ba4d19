import type { Action } from './action-decoder.js';
import type { ActionDeps, Caller } from './action-deps.js';
import { checkLoad, checkText } from './limits.js';
import { FORBIDDEN, ID_TAKEN, STORAGE_FAILED, UNKNOWN_MESSAGE, type Refusal } from './refusal.js';
import type { MessageRow } from './rows.js';

export type AskingAction = Extract<Action, { readonly action: 'ask' | 'regenerate' | 'edit' }>;

export type Acceptance =
  /** What the action created, now (`isNew`) or when it came before. */
  { readonly messages: readonly MessageRow[]; readonly isNew: boolean } | { readonly refusal: Refusal };

/**
 * Stores a question and its queued answer, or another queued answer, exactly once per client_id. Runs inside a write
 * transaction of its caller, which holds the lock from the test of the id to the commit: of two equal asks at the same
 * time, one is the known id of the other, and positions become visible in the order of their numbers.
 */
export function acceptAnswer(deps: ActionDeps, caller: Caller, action: AskingAction): Acceptance {
  const { conversations } = deps.store;
  // Tested before, too; but only under the lock nobody else can create the conversation in between.
  const conversation = conversations.conversation(caller.conversationId);
  if (conversation !== undefined && conversation.owner !== caller.user) return { refusal: FORBIDDEN };

  const known = conversations.message(action.client_id);
  if (known !== undefined) return presentState(deps, caller, known);

  const refusal = overLimit(deps, caller, action) ?? badTarget(deps, caller, action);
  if (refusal !== null) return { refusal };

  if (conversation === undefined) {
    conversations.createConversation(caller.conversationId, caller.user, deps.clock.now());
  }
  return { messages: insert(deps, caller, action), isNew: true };
}

function presentState(deps: ActionDeps, caller: Caller, known: MessageRow): Acceptance {
  // The id of a message elsewhere, be it the caller's or not: nothing is told about that one.
  if (known.conversationId !== caller.conversationId) return { refusal: ID_TAKEN };
  const replies = known.role === 'user' ? deps.store.conversations.replies(caller.conversationId, known.id) : [];
  return { messages: [known, ...replies.filter((reply) => reply.role === 'assistant')], isNew: false };
}

function overLimit(deps: ActionDeps, caller: Caller, action: AskingAction): Refusal | null {
  // What keeps the last answer open is the storage, and waiting for it, or stopping it, would not help.
  if (deps.endings?.concern(caller.conversationId, caller.user)) return STORAGE_FAILED;
  const tooLong = action.action === 'regenerate' ? null : checkText(action.message, deps.options);
  const ask = { owner: caller.user, conversationId: caller.conversationId, now: deps.clock.now() };
  return tooLong ?? checkLoad(deps.store, deps.options, ask);
}

/** Only an answer can be regenerated, and only a question edited: one of this conversation. */
function badTarget(deps: ActionDeps, caller: Caller, action: AskingAction): Refusal | null {
  if (action.action === 'ask') return null;
  const target = deps.store.conversations.message(action.message_id);
  const role = action.action === 'regenerate' ? 'assistant' : 'user';
  return target?.conversationId === caller.conversationId && target.role === role ? null : UNKNOWN_MESSAGE;
}

function insert(deps: ActionDeps, caller: Caller, action: AskingAction): MessageRow[] {
  const { conversations } = deps.store;
  const now = deps.clock.now();
  const deadline = now + deps.options.queueMs;
  const inReplyTo =
    action.action === 'ask'
      ? conversations.leaf(caller.conversationId)
      : (conversations.message(action.message_id)?.inReplyTo ?? null);
  const created = { id: action.client_id, conversationId: caller.conversationId, inReplyTo, createdAt: now };
  if (action.action === 'regenerate') return [conversations.insertAnswer(created, deadline)];
  const question = conversations.insertQuestion(created, Buffer.from(action.message, 'utf8'));
  const answer = { ...created, id: deps.mintId(), inReplyTo: question.id };
  return [question, conversations.insertAnswer(answer, deadline)];
}
