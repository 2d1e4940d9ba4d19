import { streamsAnswers } from '../answers.js';
import { serverSettings, serversOf, settingsNamed } from '../facts.js';
import type { Rule } from '../rule.js';

export const brokerMissing: Rule = {
  name: 'broker-missing',
  why: 'Without a broker the AnyCable server keeps no history and no sessions, and its clients ask for both in vain.',
  mend: 'ANYCABLE_PRESETS=broker (or --presets=broker, or presets = ["broker"] in anycable.toml), where the server is started',
  find(app) {
    if (!streamsAnswers(app)) return [];
    if (serverSettings(app, 'presets', 'broker').some(({ value }) => value === undefined || value !== '')) return [];
    // It is told to read a file, and not one that lies here.
    const isElsewhere = settingsNamed(app, 'config_path').length > 0;
    if (isElsewhere && ![...app.texts.keys()].some((path) => path.endsWith('anycable.toml'))) return [];
    const [first] = serversOf(app);
    return first === undefined
      ? []
      : [
          {
            file: first.file,
            line: first.line,
            what: 'An AnyCable server is started here, and nothing gives it a broker.',
          },
        ];
  },
};
