import type { Edit } from '../../edits/edit.js';
import { insertion } from '../../edits/insertion.js';

/** The chat's page has a style sheet of its own. Rails' layout has this line from 7.2 on. */
export const yieldHead: Edit = insertion({
  path: 'app/views/layouts/application.html.erb',
  what: 'yield :head',
  lines: ['    <%= yield :head %>'],
  place: (lines) => {
    const end = lines.findIndex((line) => /^\s*<\/head>/i.test(line));
    return end < 0 ? undefined : end;
  },
  misplaced: 'it has no line `</head>`; add `<%= yield :head %>` to the head of your layout, and try again',
  isNeedless: (text) => /\byield[ (]:head\b|\bcontent_for[ (]:head\s*\)?\s*%>/.test(text),
});
