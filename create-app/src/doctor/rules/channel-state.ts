import { channelsOf } from '../channels.js';
import { usesAnyCable } from '../facts.js';
import type { Rule } from '../rule.js';
import { walk } from '../sources/ruby-tree.js';

export const channelState: Rule = {
  name: 'channel-state',
  why: 'AnyCable makes a channel anew for every command, so instance variables do not last from one action to the next.',
  mend: 'state_attr_accessor for what has to last; the database for what has to be true',
  find(app) {
    if (!usesAnyCable(app)) return [];
    return channelsOf(app).flatMap(({ file, methods }) =>
      methods.flatMap(({ body }) =>
        [...walk(body)]
          .filter(({ kind, target }) => kind === 'assign' && target?.kind === 'ivar')
          .map(({ line, target }) => ({ file, line, what: `${target?.name} is kept in a channel.` })),
      ),
    );
  },
};
