import type { Turn } from '../providers/provider.js';
import type { MessageRow } from './rows.js';
import type { Store } from './store.js';
import { estimateTokens, TOKENS_PER_TURN } from './tokens.js';

export interface Context {
  readonly system: string;
  /** Oldest first; the last is the question. */
  readonly turns: readonly Turn[];
}

/**
 * What the model is told: the system prompt, and the turns of the thread that leads to the question, the newest that fit
 * the budget. Turns are kept or dropped in pairs, so that no question stands without its answer and no answer without its
 * question; a pair whose answer failed, or was stopped before its first word, is left out. The question is always sent.
 */
export function buildContext(store: Store, question: MessageRow, system: string, tokens: number): Context {
  const asked: Turn = { role: 'user', content: textOf(store, question) };
  let left = tokens - cost(system) - cost(asked.content);
  const turns: Turn[] = [asked];
  for (const [earlier, answer] of pairsAbove(store, question)) {
    if (answer.status === 'failed' || answer.bytes === 0) continue;
    const pair: Turn[] = [
      { role: 'user', content: textOf(store, earlier) },
      { role: 'assistant', content: textOf(store, answer) },
    ];
    left -= pair.reduce((sum, turn) => sum + cost(turn.content), 0);
    if (left < 0) break;
    turns.unshift(...pair);
  }
  return { system, turns };
}

function* pairsAbove(
  store: Store,
  question: MessageRow,
): Generator<readonly [question: MessageRow, answer: MessageRow]> {
  let answer: MessageRow | undefined;
  for (const row of store.conversations.ancestors(question.id)) {
    if (row.role === 'assistant') answer = row;
    else if (answer !== undefined) {
      yield [row, answer];
      answer = undefined;
    }
  }
}

function textOf(store: Store, message: MessageRow): string {
  return store.texts.whole(message).toString('utf8');
}

function cost(text: string): number {
  return estimateTokens(text) + TOKENS_PER_TURN;
}
