// The bundles hold a marked that is cut down to its lexer (scripts/marked-lexer.mjs): it must read as the whole one does.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import fc from 'fast-check';
import { Lexer } from 'marked';
import type { Tokenizer } from 'marked';
import { rollup } from 'rollup';
import type { Plugin } from 'rollup';
import { markedLexer } from '../../scripts/marked-lexer.mjs';
import { withLineRules } from '../../widget/src/markdown/line-rules.js';
import { commonmark } from '../support/commonmark.js';
import { randomly } from '../support/seed.js';

const entry = 'virtual:entry';

async function bundleMarked(...plugins: Plugin[]): Promise<string> {
  const virtual: Plugin = {
    name: 'entry',
    resolveId: (id) => (id === entry ? id : null),
    load: (id) => (id === entry ? "export { Lexer, Tokenizer } from 'marked';" : null),
  };
  const bundle = await rollup({
    input: entry,
    plugins: [virtual, nodeResolve({ rootDir: import.meta.dirname }), ...plugins],
  });
  const { output } = await bundle.generate({ format: 'es' });
  await bundle.close();
  return output[0].code;
}

let code: string;
let lex: (source: string) => unknown;

before(async () => {
  code = await bundleMarked(markedLexer());
  const module = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as {
    readonly Lexer: typeof Lexer;
    readonly Tokenizer: typeof Tokenizer;
  };
  lex = (source) => {
    const tokenizer = new module.Tokenizer();
    const lexer = new module.Lexer({ gfm: true, tokenizer });
    // It comes without the rules that are read line by line.
    tokenizer.rules = { ...tokenizer.rules, block: withLineRules(tokenizer.rules.block) };
    return lexer.lex(source);
  };
});

const whole = (source: string) => new Lexer({ gfm: true }).lex(source);

test('reads every example of CommonMark as the whole package does', () => {
  assert.ok(commonmark.length > 600);
  for (const { markdown } of commonmark) assert.deepEqual(lex(markdown), whole(markdown), markdown);
});

test('reads whatever comes as the whole package does', () => {
  const piece = fc.constantFrom(
    ...[
      '*',
      '**',
      '_',
      '~~',
      '`',
      '```\n',
      '\n',
      '\n\n',
      '    ',
      '\t',
      '> ',
      '- ',
      '1. ',
      '# ',
      '---\n',
      '===\n',
      '| a | b |\n',
      '|-|-|\n',
    ],
    ...[
      '[',
      ']',
      '](',
      ')',
      '[x]: /u "t"\n',
      '- [ ] ',
      '<a>',
      '<!-- ',
      '&amp;',
      '\\',
      'www.a.de',
      'https://a.de/b',
      'me@a.de',
      'ß',
      'word',
      ' ',
      '  \n',
    ],
  );
  const text = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(text, (source) => assert.deepEqual(lex(source), whole(source))),
    randomly(1_000),
  );
});

test('leaves the parser, the renderers and the other dialects out', async () => {
  assert.ok(code.length < 0.8 * (await bundleMarked()).length);
  assert.doesNotMatch(code, /<\/blockquote>|options\.pedantic|lheading:|strong\|small/);
});

test('a marked that is built otherwise ends the build', async () => {
  const changed: Plugin = {
    name: 'changed',
    transform: (source, id) =>
      id.includes('marked') ? { code: source.replace(/,breaks:(?=\w+,pedantic)/, ',pauses:'), map: null } : null,
  };
  await assert.rejects(bundleMarked(changed, markedLexer()), /marked-lexer\] .*is not as it was: .*matches nothing/);
});
