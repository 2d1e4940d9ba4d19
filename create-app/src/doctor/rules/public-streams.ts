import { serverSettings } from '../facts.js';
import type { Rule } from '../rule.js';

export const publicStreams: Rule = {
  name: 'public-streams',
  why: 'With public streams every visitor may subscribe to every stream whose name can be guessed.',
  mend: 'public_streams off, and signed streams in their place',
  find(app) {
    return [
      ...serverSettings(app, 'public_streams').filter(({ value }) => value === 'true' || value === '1'),
      ...serverSettings(app, 'public').filter(({ written, value }) => written === '--public' && value === 'true'),
    ].map(({ file, line, written }) => ({ file, line, what: `${written} opens every stream to everybody.` }));
  },
};
