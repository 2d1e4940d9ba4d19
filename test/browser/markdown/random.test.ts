import { expect } from '@open-wc/testing';
import { marked } from 'marked';
import { canonical } from '../support/canonical.js';
import { randomFrom } from '../support/random.js';
import { streamed } from '../support/streamed.js';

/** Lines that change what the lines around them mean. No raw HTML: that is text here, and HTML for marked. */
const LINES = (
  'word|two words|*a* **b|c** `d|- item|-|  - nested|* other|1. one|2) two|   continued|      deep|> quote|>|> > twice|' +
  '> - in quote|# h|##|===|---|***|~~~|```|``` js|    indented|\ttab|| a | b |\\||---|---|\\||| 1 |\\||[r]: https://r.example/|' +
  '[r]|"title"|[s]: https://s.example/|see [s] and [r][]|- [ ] task|![i](https://i.example)|a  |b\\|\\* c|&amp; &copy;|'
)
  .split(/(?<!\\)\|/)
  .map((line) => line.replaceAll('\\|', '|'));

describe('MarkdownStream on random documents', () => {
  it('renders as one full pass of marked does, character by character', () => {
    const random = randomFrom();
    for (let run = 0; run < 500; run++) {
      const lines = Array.from(
        { length: 2 + Math.floor(random() * 9) },
        () => LINES[Math.floor(random() * LINES.length)],
      );
      const markdown = lines.join(random() < 0.2 ? '\n\n' : '\n') + (random() < 0.5 ? '\n' : '');
      const container = streamed(markdown);
      const expected = new DOMParser().parseFromString(marked.parse(markdown, { async: false }), 'text/html').body;
      expect(canonical(container), JSON.stringify(markdown)).to.equal(canonical(expected));
    }
  });
});
