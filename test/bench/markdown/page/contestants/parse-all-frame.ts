import { openParseAll } from '../parse-all.js';

export const open = openParseAll('frame');
