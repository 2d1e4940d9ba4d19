import { isForProductionSection, settingsNamed } from '../facts.js';
import type { Rule } from '../rule.js';

export const secretInRepository: Rule = {
  name: 'secret-in-repository',
  why: 'Whoever can read the repository can be any visitor, and broadcast to all of them.',
  mend: 'Take it from the environment: <%= ENV["ANYCABLE_SECRET"] %>; and make a new one, as this one is known',
  find(app) {
    return settingsNamed(app, 'secret', 'jwt_secret', 'http_rpc_secret', 'streams_secret', 'broadcast_key')
      .filter(({ file, section, value, range }) => {
        if (!value || /(^|\/)\.env/.test(file) || !isForProductionSection(section)) return false;
        // With ERB in it, the value is a fallback and no literal.
        return !file.endsWith('anycable.yml') || range !== undefined;
      })
      .filter(({ file }) => !file.endsWith('.rb') && !file.startsWith('bin/'))
      .map(({ file, line, written }) => ({ file, line, what: `${written} is written into a file of the repository.` }));
  },
};
