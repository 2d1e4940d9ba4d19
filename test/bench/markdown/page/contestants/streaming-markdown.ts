import { default_renderer, parser, parser_end, parser_write } from 'streaming-markdown';
import type { Open } from '../contestant.js';

export const open: Open = (container) => {
  const state = parser(default_renderer(container));
  return {
    root: container,
    write: (chunk) => parser_write(state, chunk),
    flush() {},
    end: () => parser_end(state),
  };
};
