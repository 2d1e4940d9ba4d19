import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { Streamdown } from 'streamdown';
import type { Open } from '../contestant.js';

export const open: Open = (container) => {
  const root = createRoot(container);
  let text = '';
  const render = (isAnimating: boolean): void => root.render(createElement(Streamdown, { isAnimating }, text));
  render(true);
  return {
    root: container,
    // As a chat's hook does: the state is set for each chunk, and React decides how often it renders.
    write(chunk) {
      text += chunk;
      render(true);
    },
    flush() {},
    end: () => render(false),
  };
};
