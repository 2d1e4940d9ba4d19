import type { Rule } from '../rule.js';
import { settingsNamed } from '../facts.js';

export const broadcastAdapter: Rule = {
  name: 'broadcast-adapter',
  why: "The adapters `nats` and `redis` bypass AnyCable's broker: streams have no history then, without a word of it anywhere.",
  mend: 'broadcast_adapter: http, or redisx with Redis 6.2 or newer, on both sides',
  find(app) {
    return settingsNamed(app, 'broadcast_adapter').flatMap(({ file, line, value = '', written }) => {
      const bypassing = value.split(/[\s,]+/).filter((adapter) => adapter === 'nats' || adapter === 'redis');
      return bypassing.length === 0
        ? []
        : [{ file, line, what: `${written} is ${bypassing.join(' and ')}, which bypasses the broker.` }];
    });
  },
};
