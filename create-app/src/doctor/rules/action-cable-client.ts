import { streamsAnswers } from '../answers.js';
import type { Rule } from '../rule.js';
import { callsOf, importsOf } from '../sources/script.js';

export const actionCableClient: Rule = {
  name: 'action-cable-client',
  why: "Action Cable's own client knows no history: what is sent while it reconnects, which takes seconds, is lost, whatever server is behind it.",
  mend: "createConsumer from @anycable/web with { protocol: 'actioncable-v1-ext-json' }, or <cable-chat>, which also proves that nothing is missing",
  find(app) {
    if (!streamsAnswers(app)) return [];
    return app.scripts.flatMap((file) => {
      const imports = importsOf(file);
      return callsOf(file).flatMap(({ name, object, line }) => {
        const alias = object?.type === 'Identifier' ? imports.get(String(object['name'])) : imports.get(name);
        const made = name === 'createConsumer' || alias?.name === 'createConsumer';
        if (!made || !/^(@rails\/actioncable|actioncable)(\/|$)/.test(alias?.from ?? '')) return [];
        return [
          {
            file: file.path,
            line,
            what: "This app streams answers, and its pages connect by Action Cable's own client.",
          },
        ];
      });
    });
  },
};
