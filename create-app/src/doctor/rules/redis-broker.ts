import { serverSettings } from '../facts.js';
import type { Rule } from '../rule.js';

export const redisBroker: Rule = {
  name: 'redis-broker',
  why: 'The Redis broker is part of AnyCable Pro. The open-source server has `memory`, and `nats`.',
  mend: 'broker: memory on one node; on several, the same with redisx and ANYCABLE_PUBSUB=redis, and a protocol that proves what arrived',
  find(app) {
    return serverSettings(app, 'broker')
      .filter(({ value }) => value === 'redis')
      .map(({ file, line, written }) => ({
        file,
        line,
        what: `${written} is redis, which the open-source server has not.`,
      }));
  },
};
