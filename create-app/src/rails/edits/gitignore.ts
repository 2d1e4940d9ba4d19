import type { Edit } from '../../edits/edit.js';
import { insertion } from '../../edits/insertion.js';

const path = '.gitignore';

/** Keys are in the environment, and in development often in `.env`. Rails ignores it from 7.1 on. */
export const ignoreEnv: Edit = insertion({
  path,
  what: '/.env*',
  lines: ['/.env*'],
  place: (lines) => lines.length,
  misplaced: 'no place for it was found',
  isNeedless: (text) => /^\/?\.env(\*|\r?$)/m.test(text),
});

/** Where every `.env*` is ignored, the example of it has to be kept. */
export const keepEnvExample: Edit = insertion({
  path,
  what: '!/.env.example',
  lines: ['!/.env.example'],
  place: (lines) => lines.indexOf('/.env*') + 1,
  misplaced: 'no place for it was found',
  isNeedless: (text) => !/^\/\.env\*\r?$/m.test(text),
});
