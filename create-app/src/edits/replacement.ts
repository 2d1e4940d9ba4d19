import { edited, type Edit } from './edit.js';
import { bare, splitLines } from './lines.js';

export interface Replacement {
  readonly path: string;
  readonly what: string;
  /** Lines as they are, and as they shall be, without indentation and line ends. No two are alike. */
  readonly lines: ReadonlyMap<string, string>;
}

/**
 * An edit that writes another line in the place of a known one. A text that has none of them is somebody's own, and
 * comes back as it is.
 */
export function replacement({ path, what, lines }: Replacement): Edit {
  const inverse = new Map([...lines].map(([before, after]) => [after, before]));
  return {
    path,
    what,
    apply: (text) => edited(replaceLines(text, lines)),
    revert: (text) => edited(replaceLines(text, inverse)),
  };
}

function replaceLines(text: string, lines: ReadonlyMap<string, string>): string {
  return splitLines(text)
    .map((line) => {
      const content = bare(line);
      const indentation = /^[ \t]*/.exec(content)?.[0] ?? '';
      const other = lines.get(content.slice(indentation.length));
      return other === undefined ? line : indentation + other + line.slice(content.length);
    })
    .join('');
}
