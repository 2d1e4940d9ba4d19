/** What scripts/conformance.mjs runs. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { differences } from './differences.js';
import { DOCUMENT, renderDocument } from './document.js';
import { playAll } from './play.js';
import type { Rewrite } from './play.js';
import { headline, summarise } from './report.js';
import type { Report } from './report.js';
import { topics } from './transcripts/index.js';

const USAGE = `npm run test:conformance -- [--json] [--break] [--write] [PART-OF-A-NAME …]
  plays the transcripts whose names contain one of the parts, or all
  --json   one JSON object instead of the table
  --break  changes one frame of the embedded server on its way, to see that it is noticed
  --write  only writes ${DOCUMENT} anew, from the list of differences
`;

const root = join(import.meta.dirname, '../..');

/** Moves the first position that comes by one, once. */
function breakOneFrame(): Rewrite {
  let isBroken = false;
  return (text) => {
    if (isBroken || !/"offset":\d+}$/.test(text)) return text;
    isBroken = true;
    return text.replace(/\d+}$/, (end) => `${Number.parseInt(end, 10) + 1}}`);
  };
}

function print(report: Report): void {
  console.log(`\n  ${'topic'.padEnd(12)}${['transcripts', 'frames', 'differences', 'failed'].map(right).join('')}`);
  for (const { topic, transcripts, frames, differences: known, failed } of report.topics) {
    console.log(`  ${topic.padEnd(12)}${[transcripts, frames, known, failed].map(right).join('')}`);
  }
  console.log('\nDifferences, all expected:');
  for (const { id, title } of differences) console.log(`  ${id.padEnd(30)}${title}`);
  for (const { transcript, problem } of report.problems) console.log(`\n✗ ${transcript}: ${problem}`);
  console.log(`\n${headline(report)}`);
}

function right(cell: string | number): string {
  return String(cell).padStart(13);
}

async function main(): Promise<boolean> {
  const { values, positionals } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      break: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  });
  if (values.help) {
    console.log(USAGE);
    return true;
  }
  if (values.write) {
    writeFileSync(join(root, DOCUMENT), renderDocument(differences));
    return true;
  }
  const isChosen = (name: string) => positionals.length === 0 || positionals.some((part) => name.includes(part));
  const chosen = topics
    .map(({ topic, transcripts }) => ({ topic, transcripts: transcripts.filter(({ name }) => isChosen(name)) }))
    .filter(({ transcripts }) => transcripts.length > 0);
  if (chosen.length === 0) throw new Error(`There is no transcript whose name contains ${positionals.join(' or ')}.`);
  const report = summarise(await playAll(chosen, values.break ? { rewrite: breakOneFrame() } : {}));
  if (values.json) console.log(JSON.stringify(report, undefined, 2));
  else print(report);
  return report.problems.length === 0;
}

try {
  if (!(await main())) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
