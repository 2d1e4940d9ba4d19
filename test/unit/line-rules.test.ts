// The rules that are read line by line must match what marked's own expressions match.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Lexer } from 'marked';
import { withLineRules } from '../../widget/src/markdown/line-rules.js';
import { commonmark } from '../support/commonmark.js';
import { randomly } from '../support/seed.js';

const marked = Lexer.rules.block.gfm;
const ours = withLineRules(marked);
const names = ['paragraph', 'blockquote', 'table', 'lheading'] as const;

/** From every line on: a lexer tries its rules where the text before has ended. */
function agree(source: string): number {
  let matches = 0;
  for (let start = 0; start < source.length; start = source.indexOf('\n', start) + 1 || source.length) {
    const rest = source.slice(start);
    for (const name of names) {
      const [theirs, mine] = [marked[name].exec(rest), ours[name].exec(rest)];
      // Of what is within, marked asks for no more than this.
      const groups = { paragraph: 2, blockquote: 1, table: 4, lheading: 3 }[name];
      const expected = theirs && [...theirs].slice(0, groups);
      assert.deepEqual(mine && [...mine], expected, `${name}: ${JSON.stringify(rest)}`);
      assert.equal(ours[name].test(rest), theirs !== null);
      if (theirs) matches++;
    }
  }
  return matches;
}

test('match in every example of CommonMark what marked matches', () => {
  let matches = 0;
  for (const { markdown } of commonmark) matches += agree(markdown.replace(/\r\n?/g, '\n'));
  assert.ok(matches > 1_000, `${matches} matches`);
});

test('match in whatever comes what marked matches', () => {
  const mark = fc.constantFrom(
    ...[
      '-',
      '- ',
      '* ',
      '*',
      '+ ',
      '_',
      '1. ',
      '1) ',
      '12. ',
      '#',
      '# ',
      '## ',
      '>',
      '> ',
      '```',
      '~~~',
      '`',
      '=',
      '==',
    ],
    ...['---', '===', '- - -', '***', '| a | b |', '|-|-|', '|:-:|', 'a | b', '-|-', '|', ':', '\\', '<', '</', '<!--'],
    ...[
      '<?',
      '<!A',
      '<![CDATA[',
      'div',
      'script',
      'h1',
      'ul',
      '/>',
      '>',
      'a',
      'word',
      '    ',
      '  ',
      ' ',
      '\t',
      '\u2028',
    ],
  );
  const usual = fc.constantFrom('word', '***', '===', '---', '> word', '- word', '| a | b |', '|-|-|', '```', '# word');
  const line = fc.oneof(
    usual,
    fc.array(mark, { maxLength: 4 }).map((marks) => marks.join('')),
  );
  const text = fc.array(line, { maxLength: 8 }).map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(text, fc.boolean(), (source, isEnded) => void agree(isEnded ? `${source}\n` : source)),
    randomly(3_000),
  );
});
