import { expect } from '@open-wc/testing';
import { MarkdownStream } from '../../../widget/src/markdown.js';
import { canonical } from '../support/canonical.js';
import { DOCUMENTS } from '../support/documents.js';
import { randomFrom } from '../support/random.js';

/** What the page shows of a text that goes on, drawn at once. */
function shown(markdown: string): string {
  const container = document.createElement('div');
  const stream = new MarkdownStream(container);
  stream.write(markdown);
  stream.flush();
  return canonical(container);
}

describe('words at the end of a MarkdownStream', () => {
  it('look the same whether their line is read anew or goes on', () => {
    const random = randomFrom();
    const documents = Object.entries({
      ...DOCUMENTS,
      'lines that go on':
        'a **b** c, `d`  e [f](https://g.example/) h_i *j k* www.l.example m@n.example o\\* p & q &amp; r\n',
      'words in everything':
        '> s *t* u\n> > v w\n> > - x y ** z\n\n1. a b\n   c d\n   - e `f` g\n\n- [ ] h i\n\nj k\n===\n\nl m',
    });
    // Fences and loose lists look different for a moment, depending on where a piece ends.
    for (const [name, markdown] of documents.filter(([name]) =>
      /paragraphs|emphasis|tight|two|tasks|lazy|quotes|links|entities|unicode|words|lines/.test(name),
    )) {
      for (const most of [1, 2, 5, 9]) {
        const container = document.createElement('div');
        const stream = new MarkdownStream(container);
        // Character by character, and in random pieces.
        for (let at = 0; at < markdown.length;) {
          const next = at + 1 + Math.floor(random() * most);
          stream.write(markdown.slice(at, next));
          stream.flush();
          at = next;
          const prefix = markdown.slice(0, at);
          expect(canonical(container), `${name}: ${JSON.stringify(prefix)}`).to.equal(shown(prefix));
        }
      }
    }
  });
});
