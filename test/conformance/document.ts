/** docs/anycable-differences.md, as the list says it. */
import type { Difference } from './differences.js';

export const DOCUMENT = 'docs/anycable-differences.md';

const HEAD = `# Where the embedded server differs from AnyCable

The embedded server speaks AnyCable's protocol, and \`npm run test:conformance\` holds it to that: the same transcripts
are played on it and on a real AnyCable 1.6.14 with the memory broker, and every frame is compared, up to session ids,
epochs and times. What differs is listed here, each with its reason. The list is the one that the comparison itself uses
(\`test/conformance/differences.ts\`, from which this page is written by \`npm run test:conformance -- --write\`): a
difference that is not in it fails, and so does one that does not happen any more.

What is no difference in behaviour is not listed: defaults that both have and that are set differently (the embedded
server keeps 10,000 messages of a stream, AnyCable 100), and what only logs show.
`;

export function renderDocument(differences: readonly Difference[]): string {
  return `${HEAD}\n${differences.map(renderDifference).join('\n')}`;
}

function renderDifference({ title, embedded, anycable, reason, seen, test }: Difference): string {
  const transcripts = [...new Set(seen.map(({ transcript }) => transcript))].map((name) => `\`${name}\``);
  const shown = [...transcripts, ...(test === undefined ? [] : [`\`${test}\``])].join(', ');
  return `## ${title}

- **Embedded server:** ${lowerFirst(embedded)}
- **AnyCable:** ${lowerFirst(anycable)}
- **Why:** ${lowerFirst(reason)}
- **Shown by:** ${shown}
`;
}

function lowerFirst(sentence: string): string {
  return sentence.slice(0, 1).toLowerCase() + sentence.slice(1);
}
