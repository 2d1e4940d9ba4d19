import type { Edit } from '../../edits/edit.js';
import { insertion } from '../../edits/insertion.js';

/** For an app's own modules that import the widget; the page's script tag does not need it. */
export const pinWidget: Edit = insertion({
  path: 'config/importmap.rb',
  what: 'pin "cable-chat"',
  lines: ['pin "cable-chat", to: "cable-chat.js"'],
  place: (lines) => lines.length,
  misplaced: 'no place for it was found',
  isNeedless: (text) => /^[ \t]*pin[ (]\s*["']cable-chat["']/m.test(text),
});

/** In an app with pages of its own: importmap-rails would have each of them load the widget ahead. */
export const pinWidgetLazily: Edit = insertion({
  path: 'config/importmap.rb',
  what: 'pin "cable-chat"',
  lines: ['pin "cable-chat", to: "cable-chat.js", preload: false'],
  place: (lines) => lines.length,
  misplaced: 'no place for it was found',
  isNeedless: (text) => /^[ \t]*pin[ (]\s*["']cable-chat["']/m.test(text),
});
