import { answerBroadcasts } from '../answers.js';
import { usesAnyCable } from '../facts.js';
import type { Rule } from '../rule.js';

export const atMostOnce: Rule = {
  name: 'at-most-once',
  why: 'Action Cable delivers each message at most once and keeps none: every reconnect eats a part of the answer.',
  mend: 'AnyCable (`npm create cable-chat .` sets it up), or store the pieces and let the page fetch what it lacks',
  find(app) {
    if (usesAnyCable(app)) return [];
    const [first] = answerBroadcasts(app);
    return first === undefined
      ? []
      : [{ file: first.file, line: first.call.line, what: "An answer is streamed over Action Cable's own server." }];
  },
};
