import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CodePointJoiner } from '../../../../templates/node/src/providers/code-points.js';
import { quote } from '../../../../templates/node/src/providers/demo/quote.js';
import { createRandom } from '../../../../templates/node/src/providers/demo/random.js';
import { tokens } from '../../../../templates/node/src/providers/demo/tokens.js';
import { retryAfterMs, retryAfterText } from '../../../../templates/node/src/providers/openai/retry-after.js';
import { checkPieces } from './collect.js';

const SEED = process.env['SEED'] ?? String(Date.now());
const TEXT = 'A 👍🏽, 中文, **bold**, [link](https://example.com), 👨‍👩‍👧‍👦 and a\u0301.\n\n```ts\nconst x = 1;\n```\n';

describe('pieces of text', () => {
  it(`joined again, are the text, however it was cut between code units (SEED=${SEED})`, () => {
    const random = createRandom(SEED);
    for (let round = 0; round < 200; round += 1) {
      const joiner = new CodePointJoiner();
      const pieces: string[] = [];
      for (let start = 0; start < TEXT.length;) {
        const length = random.integer(1, 4);
        pieces.push(joiner.push(TEXT.slice(start, start + length)));
        start += length;
      }
      pieces.push(joiner.flush());
      checkPieces(pieces.filter((piece) => piece !== ''));
      assert.equal(pieces.join(''), TEXT);
    }
  });

  it('replace what can never become a code point', () => {
    const joiner = new CodePointJoiner();
    assert.equal(
      joiner.push('a\ud83d') + joiner.push('b\udc00\ud83d') + joiner.push('\ud83d') + joiner.flush(),
      'a\uFFFDb\uFFFD\uFFFD\uFFFD',
    );
    assert.equal(joiner.flush(), '');
  });

  it(`of the demo model, joined, are its text, and end at awkward places (SEED=${SEED})`, () => {
    const ends = new Set<string>();
    for (let round = 0; round < 200; round += 1) {
      const pieces = [...tokens(TEXT, createRandom(`${SEED}/${round}`))];
      checkPieces(pieces);
      assert.equal(pieces.join(''), TEXT);
      let at = '';
      for (const piece of pieces) ends.add((at += piece).slice(-2));
    }
    // Within an emphasis mark, a fence, a link, an address, and a family of four.
    for (const end of [' *', '\n`', '](', '//', '👨'])
      assert.ok(ends.has(end) || [...ends].some((one) => one.endsWith(end)), JSON.stringify(end));
  });
});

describe('a quotation', () => {
  it('means to markdown what its characters are', () => {
    assert.equal(
      quote('a *b* [c](d) <e> `f` g_h ~i~ | & \\'),
      'a \\*b\\* \\[c\\](d) \\<e\\> \\`f\\` g\\_h \\~i\\~ \\| \\& \\\\',
    );
  });

  it('is one line and not endless, in whole code points', () => {
    assert.equal(quote(' a\n\n# b\t\u0000c '), 'a # b c');
    assert.equal(quote('👍'.repeat(100), 3), '👍👍👍…');
  });
});

describe('retry-after', () => {
  const of = (headers: Record<string, string>) =>
    retryAfterMs(new Headers(headers), Date.parse('2026-01-01T00:00:00Z'));

  it('is read in seconds, as a date and in milliseconds', () => {
    assert.equal(of({ 'retry-after': '1.5' }), 1_500);
    assert.equal(of({ 'retry-after': 'Thu, 01 Jan 2026 00:01:00 GMT' }), 60_000);
    assert.equal(of({ 'retry-after': 'Wed, 31 Dec 2025 23:00:00 GMT' }), 0);
    assert.equal(of({ 'retry-after-ms': '250', 'retry-after': '9' }), 250);
  });

  it('is nothing where there is none that makes sense', () => {
    assert.equal(of({}), undefined);
    assert.equal(of({ 'retry-after': 'soon' }), undefined);
    assert.equal(of({ 'retry-after-ms': '-1' }), undefined);
    assert.equal(retryAfterMs(undefined, 0), undefined);
  });

  it('is said in words', () => {
    const said = [undefined, 0, 1_000, 20_000, 120_000, 86_400_000].map(retryAfterText);
    assert.deepEqual(said, [
      'Please try again in a moment.',
      'Please try again in a moment.',
      'Please try again in 1 second.',
      'Please try again in 20 seconds.',
      'Please try again in 2 minutes.',
      'Please try again later.',
    ]);
  });
});
