import type { Open } from '../contestant.js';

/** Where markdown would begin a block as well: otherwise the layout of one long block would be the floor for many short ones. */
const BEGINS_BLOCK = /^(?:[-|]|\d\. |#|(?:> ?)*$)/;

/** The least that any renderer does: the same text in about as many blocks, without markup. */
export const open: Open = (container) => {
  let block = document.createElement('p');
  container.append(block);
  let line = '';
  const begin = (): void => {
    block = document.createElement('p');
    container.append(block);
  };
  return {
    root: container,
    write(chunk) {
      chunk.split('\n').forEach((text, index) => {
        if (index > 0) {
          if (BEGINS_BLOCK.test(line)) begin();
          else block.append('\n');
          line = '';
        }
        if (text === '') return;
        if (line === '' && BEGINS_BLOCK.test(text)) begin();
        line += text;
        // A node of its own: a growing one would be shaped again as a whole, each time.
        block.append(text);
      });
    },
    flush() {},
    end() {},
  };
};
