import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

/** The repository's folder, wherever the command was started. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** Generated state that may be deleted at any time: build stamps, reports. Ignored by git. */
export const cache = join(root, '.cache');
