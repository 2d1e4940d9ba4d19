/**
 * What a screen reader is told: that an answer began, and how it ended. Two sentences an answer and no token of it; the
 * reader goes to the text when it is there.
 */
import type { AnswerView, ConversationView } from '../conversation/view.js';
import type { Strings } from '../strings.js';

/** Of one step from picture to picture; `undefined` if there is nothing to say. */
export function announcement(
  previous: ConversationView | undefined,
  next: ConversationView | undefined,
  strings: Strings,
): string | undefined {
  // The first picture of a conversation is history, not news.
  if (!previous || !next || !previous.ready || previous.conversationId !== next.conversationId) return undefined;
  const ended = previous.openAnswer && answerById(next, previous.openAnswer.id);
  if (ended && ended.status !== 'queued' && ended.status !== 'streaming') return outcome(ended, strings);
  const opened = next.openAnswer;
  return opened && opened.id !== previous.openAnswer?.id ? strings.answerStarted : undefined;
}

function outcome(answer: AnswerView, strings: Strings): string {
  switch (answer.status) {
    case 'stopped':
      return strings.answerStopped;
    case 'failed':
      return answer.error?.message ?? strings.answerFailed;
    default:
      return strings.answerFinished;
  }
}

function answerById(view: ConversationView, id: string): AnswerView | undefined {
  const message = view.messages.find((candidate) => candidate.id === id);
  return message?.role === 'assistant' ? message : undefined;
}
