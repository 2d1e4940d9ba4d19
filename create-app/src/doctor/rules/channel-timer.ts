import { channelsOf } from '../channels.js';
import { usesAnyCable } from '../facts.js';
import type { Rule } from '../rule.js';
import { callsIn } from '../sources/ruby-tree.js';

export const channelTimer: Rule = {
  name: 'channel-timer',
  why: 'AnyCable runs no timers of channels: between two commands there is no channel.',
  mend: 'A recurring job that broadcasts',
  find(app) {
    if (!usesAnyCable(app)) return [];
    return channelsOf(app).flatMap(({ file, body }) =>
      callsIn(body, 'periodically').map(({ line }) => ({ file, line, what: 'periodically is never called.' })),
    );
  },
};
