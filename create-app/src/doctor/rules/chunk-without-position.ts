import { answerBroadcasts, isTurboBroadcast } from '../answers.js';
import type { Rule } from '../rule.js';
import { walk } from '../sources/ruby-tree.js';

const position = /(^|_)(offset|seq|sequence|index|position|number|cursor|bytes|n)$/;

export const chunkWithoutPosition: Rule = {
  name: 'chunk-without-position',
  why: 'A piece that does not say where it belongs can be lost, doubled or misplaced without anybody noticing: no client of Action Cable or AnyCable looks for gaps or doubles.',
  mend: 'Send the offset of each piece and the length of the whole at the end (docs/protocol.md), and let the page fetch what it lacks',
  find(app) {
    return answerBroadcasts(app)
      .filter(({ call }) => !isTurboBroadcast(call))
      .filter(({ call }) => {
        const nodes = [...walk(call.args ?? [])];
        const pairs = nodes.filter(({ kind }) => kind === 'pair');
        // What is made elsewhere cannot be told.
        return (
          pairs.length > 0 &&
          !pairs.some(({ name = '' }) => position.test(name)) &&
          !nodes.some(({ name }) => name === 'splat')
        );
      })
      .map(({ file, call }) => ({ file, line: call.line, what: 'A piece of an answer is sent without its position.' }));
  },
};
