import { hasGem } from '../facts.js';
import type { Rule } from '../rule.js';
import { entriesOf, scalarOf } from '../sources/yaml.js';

export const cableAdapter: Rule = {
  name: 'cable-adapter',
  why: 'The AnyCable server hears only what Rails broadcasts by its adapter. With another one, pages connect and nothing ever arrives.',
  mend: 'adapter: any_cable in config/cable.yml (the tests keep `test`)',
  find(app) {
    const { cableYml, texts } = app;
    if (cableYml === undefined || !hasGem(app, /^anycable-rails/)) return [];
    const { file, tree } = cableYml;
    return entriesOf(tree.root, tree)
      .filter(({ key }) => key !== 'development' && key !== 'test')
      .flatMap(({ value }) => entriesOf(value, tree).filter(({ key }) => key === 'adapter'))
      .flatMap(({ line, value }) => {
        const adapter = scalarOf(value, texts.get(file) ?? '', tree);
        if (adapter === undefined || adapter.tags.length > 0 || /^any_?cable$/.test(adapter.value)) return [];
        return [{ file, line, what: `Broadcasts go to ${adapter.value}, and not to the AnyCable server.` }];
      });
  },
};
