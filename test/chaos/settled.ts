import { isFinal } from '../../widget/src/protocol/frames.js';
import type { ConversationView, MessageView } from '../../widget/src/conversation/view.js';
import type { Generation } from './provider.js';
import type { Tab } from './tab.js';
import { type StoredMessage, threadOf, type Truth } from './truth.js';
import { abridge, ViolationError } from './verdict.js';
import { type Asked, isRefused, type Visitor } from './visitor.js';

/** What is still not as it should be; undefined: all is at rest, on the server and on every screen. */
export function unsettled(tabs: readonly Tab[], truth: Truth, votes: Visitor['votes']): string | undefined {
  const rows = truth.rows();
  const vote = rows.find(({ id, feedback }) => votes.has(id) && (feedback?.value ?? null) !== votes.get(id));
  if (vote !== undefined) return `the vote on ${vote.id} is still ${vote.feedback?.value}`;
  const open = rows.find(({ role, status }) => role === 'assistant' && !isFinal(status));
  if (open !== undefined) return `answer ${open.id} is ${open.status}`;
  const thread = threadOf(rows);
  for (const [index, tab] of tabs.entries()) {
    const { view } = tab;
    if (view === undefined) return `${tab.name} has no page`;
    if (view.connection !== 'live' || !view.ready) return `${tab.name} is ${view.connection}`;
    if (view.hasEarlier) return `${tab.name} has not loaded everything`;
    const waiting = view.messages.find((message) => isWaiting(message));
    if (waiting !== undefined) return `${tab.name} shows ${waiting.id} as ${waiting.status}${why(waiting)}`;
    const unseen = index === 0 ? view.messages.find((message) => isVoteMissing(message, votes)) : undefined;
    if (unseen !== undefined) return `${tab.name} does not show the vote on ${unseen.id}`;
    // A tab that has missed a new branch, and everything after it, looks now and then: it need not know.
    const missing = thread.find(({ id }, place) => view.messages[place]?.id !== id);
    if (missing !== undefined || view.messages.length !== thread.length) {
      return `${tab.name} shows ${view.messages.length} of ${thread.length} messages, and not ${missing?.id}`;
    }
  }
  return undefined;
}

function isWaiting(message: MessageView): boolean {
  if (message.role === 'user') return message.status !== 'sent';
  return isRefused(message) || message.incomplete || !isFinal(message.status);
}

/** The voter's own tab. */
function isVoteMissing(message: MessageView, votes: Visitor['votes']): boolean {
  return message.role === 'assistant' && votes.has(message.id) && message.feedback !== votes.get(message.id);
}

function why(message: MessageView): string {
  const held = message.role === 'assistant' ? `, ${message.text.length} characters held` : '';
  return `${held}${message.error === undefined ? '' : ` (${message.error.code})`}`;
}

export interface EndParts {
  readonly tabs: readonly Tab[];
  readonly truth: Truth;
  readonly generations: readonly Generation[];
  readonly visitor: Visitor;
  /** Answers whose process was killed or stopped while it wrote them. */
  readonly orphans: ReadonlySet<string>;
}

/**
 * The last check: texts, screens, questions and votes against the database, and the database against the model. Returns
 * how many asks were answered.
 * @throws ViolationError
 */
export function checkEnd({ tabs, truth, generations, visitor, orphans }: EndParts): number {
  const messages = truth.messages();
  truth.checkTexts(messages, generations);
  checkInterrupted(messages, orphans);
  const thread = threadOf(messages);
  for (const [index, { name, view }] of tabs.entries()) {
    // The server tells a vote to its voter only; the other tabs hear of it when they load the answer anew.
    if (view !== undefined) checkView(name, view, thread, { votes: index === 0 });
  }
  checkGenerations(messages, generations);
  checkOrder(messages, visitor.asked);
  return visitor.asked.filter((asked) => checkAsked(asked, messages, visitor)).length;
}

function checkInterrupted(messages: readonly StoredMessage[], orphans: ReadonlySet<string>): void {
  for (const { id, error } of messages) {
    if (error?.code === 'interrupted' && !orphans.has(id)) {
      throw new ViolationError('interrupted', `answer ${id} was interrupted, and nothing had happened to its job`);
    }
  }
}

function checkView(
  name: string,
  view: ConversationView,
  thread: readonly StoredMessage[],
  { votes }: { readonly votes: boolean },
): void {
  for (const [index, stored] of thread.entries()) {
    const shown = view.messages[index];
    if (shown?.id !== stored.id || shown.role !== stored.role) {
      throw new ViolationError('misplaced', `${name} shows ${shown?.id} in the place of ${stored.id}`);
    }
    if (shown.text !== stored.text) {
      const kind = stored.text.startsWith(shown.text) ? 'incomplete' : 'wrong';
      throw new ViolationError(kind, `${name} shows ${shown.id} as ${abridge(shown.text)}, is ${abridge(stored.text)}`);
    }
    const isVoteRight = !votes || shown.role === 'user' || shown.feedback === (stored.feedback?.value ?? null);
    if (!isVoteRight) throw new ViolationError('wrong', `${name} shows another vote on ${shown.id} than is stored`);
    if (shown.role === 'assistant' && shown.status !== stored.status) {
      throw new ViolationError('wrong', `${name} shows ${shown.id} as ${shown.status}, it is ${stored.status}`);
    }
  }
}

/** No question was put to the model more often than there are answers to it. */
function checkGenerations(messages: readonly StoredMessage[], generations: readonly Generation[]): void {
  for (const question of messages) {
    if (question.role !== 'user') continue;
    const answers = messages.filter(({ inReplyTo }) => inReplyTo === question.id).length;
    const said = generations.filter((generation) => generation.question === question.text).length;
    if (said > answers) {
      throw new ViolationError('twice', `the model was asked ${abridge(question.text)} ${said} times for ${answers}`);
    }
  }
}

/** What was asked one after the other in one tab is answered in that order. */
function checkOrder(messages: readonly StoredMessage[], asked: readonly Asked[]): void {
  const positions = new Map(messages.map(({ id, position }) => [id, position]));
  const last = new Map<Tab, number>();
  for (const { id, tab, isOrdered, mayVanish } of asked) {
    const position = positions.get(id);
    if (position === undefined || !isOrdered || mayVanish) continue;
    if (position < (last.get(tab) ?? 0)) throw new ViolationError('misplaced', `question ${id} was overtaken`);
    last.set(tab, position);
  }
}

/** True: stored once and answered once. False: it was lost with its page, which nothing had promised to keep. */
function checkAsked(asked: Asked, messages: readonly StoredMessage[], visitor: Visitor): boolean {
  const stored = messages.filter(({ role, text }) => role === 'user' && text === asked.text);
  if (stored.length > 1) throw new ViolationError('twice', `question ${asked.id} is stored ${stored.length} times`);
  const [question] = stored;
  if (question === undefined) {
    if (asked.mayVanish) return false;
    throw new ViolationError('vanished', `question ${asked.id} of ${asked.tab.name} is nowhere: ${asked.text}`);
  }
  const answers = messages.filter(({ id, inReplyTo }) => inReplyTo === question.id && !visitor.regenerated.has(id));
  if (answers.length === 1) return true;
  const followUps = answers.filter(({ role }) => role === 'assistant').length;
  throw new ViolationError('twice', `question ${question.id} was answered ${followUps} times`);
}
