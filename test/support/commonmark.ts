/** CommonMark's own examples. */
import { createRequire } from 'node:module';

export const { tests: commonmark } = createRequire(import.meta.url)('commonmark-spec') as {
  readonly tests: readonly { readonly markdown: string }[];
};
