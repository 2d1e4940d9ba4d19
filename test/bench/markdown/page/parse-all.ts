/** What most pages do: the whole text through marked and DOMPurify again, into innerHTML. */
import DOMPurify from 'dompurify';
import { marked } from 'marked';
import type { Open } from './contestant.js';

export function openParseAll(each: 'chunk' | 'frame'): Open {
  return (container) => {
    let text = '';
    const render = (): void => {
      container.innerHTML = DOMPurify.sanitize(marked.parse(text, { async: false }));
    };
    return {
      root: container,
      write(chunk) {
        text += chunk;
        if (each === 'chunk') render();
      },
      flush() {
        if (each === 'frame') render();
      },
      end: render,
    };
  };
}
