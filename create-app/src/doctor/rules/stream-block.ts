import { channelsOf } from '../channels.js';
import { usesAnyCable } from '../facts.js';
import type { Rule } from '../rule.js';
import { callsIn, keywordsOf } from '../sources/ruby-tree.js';

export const streamBlock: Rule = {
  name: 'stream-block',
  why: 'Under AnyCable messages go from its server straight to the page: a block or a coder of stream_from is never called.',
  mend: 'Broadcast what the page shall see; what each visitor sees differently needs a stream for each',
  find(app) {
    if (!usesAnyCable(app)) return [];
    return channelsOf(app).flatMap(({ file, body }) =>
      callsIn(body, 'stream_from', 'stream_for')
        .filter(
          (call) => call.block !== undefined || (call.args ?? []).length > 1 + (keywordsOf(call).size > 0 ? 1 : 0),
        )
        .map(({ line, name }) => ({ file, line, what: `${name} has a block or a callback.` })),
    );
  },
};
