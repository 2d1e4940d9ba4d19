/**
 * CommonMark's examples, each pair of neighbours, and GFM's own, streamed: the page holds what one full pass of marked
 * over the whole makes of them. What CommonMark itself expects is counted beside it, and is marked's affair.
 */
import { expect } from '@open-wc/testing';
import { marked } from 'marked';
import type { Token, Tokens } from 'marked';
import { canonical } from '../support/canonical.js';
import { GFM_EXAMPLES } from '../support/gfm-examples.js';
import { randomFrom } from '../support/random.js';
import { inPieces, streamed } from '../support/streamed.js';

interface Example {
  readonly markdown: string;
  readonly html: string;
}

/** Left out, each for one reason. */
const EXCLUSIONS: Readonly<Record<string, (markdown: string) => boolean>> = {
  'raw HTML, which is text here': (markdown) => some(marked.lexer(markdown), ({ type }) => type === 'html'),
  'links to what is neither http, https nor mailto, which are words': (markdown) =>
    some(marked.lexer(markdown), (token) => token.type === 'link' && !isWeb((token as Tokens.Link).href)),
  'character references beyond HTML 4, whose 2,000 names weigh more than marked': (markdown) =>
    markdown.includes('&HilbertSpace;'),
};

function isWeb(href: string): boolean {
  return ['http:', 'https:', 'mailto:'].includes(new URL(href, document.baseURI).protocol);
}

function some(tokens: readonly Token[], is: (token: Token) => boolean): boolean {
  let found = false;
  marked.walkTokens([...tokens], (token) => {
    found ||= is(token);
  });
  return found;
}

async function examples(): Promise<Example[]> {
  const response = await fetch('/node_modules/commonmark-spec/spec.txt');
  if (!response.ok) throw new Error(`commonmark-spec: ${response.status}; run npm ci`);
  const spec = (await response.text()).replace(/\r\n?/g, '\n').replaceAll('→', '\t');
  return [...spec.matchAll(/^`{32} example\n([^]*?)^\.\n([^]*?)^`{32}$/gm)].map(([, markdown = '', html = '']) => ({
    markdown,
    html,
  }));
}

function byParser(html: string): string {
  return canonical(new DOMParser().parseFromString(html, 'text/html').body);
}

function exclusionOf(markdown: string): string | undefined {
  return Object.entries(EXCLUSIONS).find(([, isExcluded]) => isExcluded(markdown))?.[0];
}

function check(all: readonly string[], random: () => number): void {
  const excluded: Record<string, number> = {};
  const wrong: string[] = [];
  for (const markdown of all) {
    const reason = exclusionOf(markdown);
    if (reason !== undefined) {
      excluded[reason] = (excluded[reason] ?? 0) + 1;
      continue;
    }
    const expected = byParser(marked.parse(markdown, { async: false }));
    const atRandom = [...inPieces(markdown, () => 1 + Math.floor(random() * 12))];
    for (const pieces of [[markdown], [...markdown], atRandom]) {
      const drawn = canonical(streamed(pieces));
      if (drawn !== expected) wrong.push(`${JSON.stringify(pieces)}\n  expected ${expected}\n  drawn    ${drawn}`);
    }
  }
  console.log(`${all.length} documents, ${wrong.length} wrong; left out: ${JSON.stringify(excluded)}`);
  expect(wrong).to.deep.equal([]);
}

describe('MarkdownStream against the specifications', () => {
  it("draws each of CommonMark's 652 examples as marked does", async () => {
    const all = await examples();
    expect(all).to.have.length(652);
    check(
      all.map(({ markdown }) => markdown),
      randomFrom(),
    );
    const standard = all.filter(({ markdown, html }) => canonical(streamed([markdown])) === byParser(html));
    console.log(`${standard.length} of 652 are what CommonMark expects`);
  });

  it('draws each of the 651 pairs of neighbours as marked does', async () => {
    const all = await examples();
    check(
      all.slice(1).map(({ markdown }, index) => `${all[index]?.markdown ?? ''}\n\n${markdown}`),
      randomFrom(),
    );
  });

  it("draws GFM's own examples as marked does", () => {
    check(GFM_EXAMPLES, randomFrom());
  });
});
