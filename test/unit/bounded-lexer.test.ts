// Within its bounds, the lexer reads what marked's own reads: blocks with the rules of ours, words with the guards before theirs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Lexer, Tokenizer } from 'marked';
import type { Token } from 'marked';
import { BoundedLexer } from '../../widget/src/markdown/bounded-lexer.js';
import { randomly } from '../support/seed.js';

const LINKS = { r: { href: '/r', title: undefined } };

const blocks = fc
  .array(
    fc
      .array(
        fc.constantFrom(
          ...[
            '- ',
            '* ',
            '1. ',
            '2) ',
            '> ',
            '>',
            '    ',
            '  ',
            '\t',
            '# ',
            '## ',
            '---',
            '===',
            '-',
            '=',
            '***',
            '```',
          ],
          ...[
            '~~~',
            '`',
            '| a | b |',
            '|-|-|',
            '|:-|-:|',
            'a | b',
            '<div>',
            '</div>',
            '<!-- x -->',
            '<?',
            '<a>',
            '[ ] ',
          ],
          ...['[a]: /b', '[a]', 'word', 'two words', '*em*', '**b**', '&amp;', '\\', ' '],
        ),
        { maxLength: 3 },
      )
      .map((line) => line.join('')),
    { maxLength: 8 },
  )
  .map((lines) => lines.join('\n'));

const words = fc
  .array(
    fc.constantFrom(
      ...['*', '**', '_', '__', '~', '~~', '`', '``', '[', ']', '](', '(', ')', '<', '>', '![', 'a', 'word', ' ', '\n'],
      ...[
        '  \n',
        '\\',
        '&amp;',
        'https://a.de/b',
        'www.c.de',
        'me@f.de',
        'mailto:x@y.de',
        'xmpp:',
        ':',
        '.',
        '!',
        '"t"',
      ],
      ...['[r]', '[r][r]', 'ß', '“', '😀', '://', 'HTTP://x'],
    ),
    { maxLength: 14 },
  )
  .map((parts) => parts.join(''))
  // Raw HTML is text here: an `<a>` does not keep links out of what is in it.
  .filter((text) => !/<\/?(?:a|pre|code|kbd|script)\b/i.test(text));

test('blocks', () => {
  fc.assert(
    fc.property(blocks, fc.boolean(), (text, isEnded) => {
      const source = isEnded ? `${text}\n` : text;
      const tokens: Token[] = [];
      new BoundedLexer().blockTokens(source, tokens);
      assert.deepEqual(tokens, new Lexer({ gfm: true }).blockTokens(source));
    }),
    randomly(3_000),
  );
});

test('words', () => {
  fc.assert(
    fc.property(words, (source) => {
      const [bounded, whole] = [new BoundedLexer(), new Lexer({ gfm: true })];
      for (const lexer of [bounded, whole]) Object.assign(lexer.tokens.links, LINKS);
      const tokens: Token[] = [];
      bounded.lexWords(source, tokens);
      assert.deepEqual(tokens, whole.inlineTokens(source));
    }),
    randomly(5_000),
  );
});

test('reads as a new one does after a reading that failed', () => {
  const lexer = new BoundedLexer();
  const { hr } = Tokenizer.prototype;
  Tokenizer.prototype.hr = () => {
    throw new Error('in the middle of a list in a quote');
  };
  assert.throws(() => lexer.blockTokens('> 1. > - one\n'), /in the middle/);
  Tokenizer.prototype.hr = hr;
  lexer.inlineQueue = [];
  assert.deepEqual(lexer.blockTokens('one\n\ntwo\n'), new BoundedLexer().blockTokens('one\n\ntwo\n'));
});
