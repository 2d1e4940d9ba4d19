import { MarkdownStream } from '../../../../../widget/src/markdown.js';
import type { Open } from '../contestant.js';

export const open: Open = (container) => {
  const stream = new MarkdownStream(container);
  return {
    root: container,
    write: (chunk) => stream.write(chunk),
    flush: () => stream.flush(),
    end: () => stream.end(),
  };
};
