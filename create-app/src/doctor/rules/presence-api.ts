import { channelsOf } from '../channels.js';
import type { Rule } from '../rule.js';
import { isCall, isWord, walk } from '../sources/ruby-tree.js';

export const presenceApi: Rule = {
  name: 'presence-api',
  why: 'There is no `presence` in a Rails channel: the call raises NoMethodError, and the subscription or the action fails.',
  mend: 'join_presence(id:, info:) and leave_presence(id), from AnyCable::Rails::Channel::Presence; who is cut off leaves by presence_ttl',
  find(app) {
    return channelsOf(app).flatMap(({ file, body, methods }) =>
      methods.some(({ name }) => name === 'presence')
        ? []
        : [...walk(body)]
            .filter((node) => isCall(node, 'join', 'leave', 'track', 'info') && isWord(node.receiver, 'presence'))
            .map(({ line, name }) => ({ file, line, what: `presence.${name} does not exist in a channel of Rails.` })),
    );
  },
};
