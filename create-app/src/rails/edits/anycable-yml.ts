import { edited, type Edit } from '../../edits/edit.js';
import { bare, splitLines } from '../../edits/lines.js';

const path = 'config/anycable.yml';

/** With batches, the broadcasts of a job are held back until it is over: its answer would come at once, at the end. */
export const unbatch: Edit = {
  path,
  what: 'batch_broadcasts: false',
  apply: (text) => edited(mapLines(text, /^(\s*batch_broadcasts:\s*)(true\b.*)$/, '$1false # was: $2')),
  revert: (text) => edited(mapLines(text, /^(\s*batch_broadcasts:\s*)false # was: (true\b.*)$/, '$1$2')),
};

/** What broadcasts by, where that passes by the broker that keeps the history: it is told, and left to the user. */
export function bypassingAdapter(text: string): string | undefined {
  return /^\s*broadcast_adapter:\s*["']?(redis|nats)["']?\s*(#.*)?$/m.exec(text)?.[1];
}

function mapLines(text: string, pattern: RegExp, replacement: string): string {
  return splitLines(text)
    .map((line) => bare(line).replace(pattern, replacement) + line.slice(bare(line).length))
    .join('');
}
