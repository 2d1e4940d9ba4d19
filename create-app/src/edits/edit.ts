/** A small change of a text that is somebody else's, and its inverse. */
export interface Edit {
  /** Relative to the app, with `/`. */
  readonly path: string;
  /** What it does, for the list: `draw :cable_chat`. */
  readonly what: string;
  /** A text that has the change already comes back as it is. */
  apply(text: string): Edited;
  /** Takes the change out again, byte for byte; a text without it comes back as it is. */
  revert(text: string): Edited;
}

export type Edited =
  | { readonly kind: 'text'; readonly text: string }
  /** The text is not as expected; `why` says what is missing. */
  | { readonly kind: 'problem'; readonly why: string };

export const edited = (text: string): Edited => ({ kind: 'text', text });
export const problem = (why: string): Edited => ({ kind: 'problem', why });

/** One edit after the other; the first problem ends it. */
export function applyEdits(edits: readonly Edit[], text: string): Edited {
  return chain(
    edits.map((edit) => (before: string) => edit.apply(before)),
    text,
  );
}

/** The last edit is taken back first. */
export function revertEdits(edits: readonly Edit[], text: string): Edited {
  return chain(
    edits.toReversed().map((edit) => (before: string) => edit.revert(before)),
    text,
  );
}

function chain(steps: readonly ((text: string) => Edited)[], text: string): Edited {
  let result = edited(text);
  for (const step of steps) {
    if (result.kind === 'problem') return result;
    result = step(result.text);
  }
  return result;
}
