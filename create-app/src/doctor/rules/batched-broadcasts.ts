import { settingsNamed } from '../facts.js';
import type { Rule } from '../rule.js';

export const batchedBroadcasts: Rule = {
  name: 'batched-broadcasts',
  why: 'With batch_broadcasts everything that a job broadcasts waits until the job is over: an answer does not stream, it comes at its end.',
  mend: 'batch_broadcasts: false',
  fixable: true,
  find(app) {
    return settingsNamed(app, 'batch_broadcasts')
      .filter(({ value }) => value === 'true' || value === '1' || value === 'yes')
      .map(({ file, line, written, range, value }) => ({
        file,
        line,
        what: `${written} is ${value}.`,
        ...(range && file.endsWith('.yml')
          ? { fix: { file, start: range[0], end: range[1], replacement: 'false' } }
          : {}),
      }));
  },
};
