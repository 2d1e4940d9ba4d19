import type { Edit } from '../../edits/edit.js';
import { insertion } from '../../edits/insertion.js';

const path = 'config/routes.rb';
const misplaced = 'it has no line `Rails.application.routes.draw do`; add `draw :cable_chat` where your routes are';

/** Draws config/routes/cable_chat.rb: https://guides.rubyonrails.org/routing.html#breaking-up-a-large-route-file-into-smaller-ones */
export const drawRoutes: Edit = insertion({
  path,
  what: 'draw :cable_chat',
  lines: ['  draw :cable_chat'],
  place: afterDraw,
  misplaced,
  isNeedless: (text) => /^[ \t]*draw[ (]:cable_chat\b/m.test(text),
});

/** The chat is the app's first page, unless it has one. */
export const drawRoot: Edit = insertion({
  path,
  what: 'root "cable_chat/chats#show"',
  lines: ['  root "cable_chat/chats#show"'],
  place: afterDraw,
  misplaced,
  isNeedless: (text) => /^[ \t]*(root\b|get[ (]\s*["']\/["'])/m.test(text),
});

function afterDraw(lines: readonly string[]): number | undefined {
  const draw = lines.findIndex((line) =>
    /^\s*(Rails|[A-Z]\w*(::\w+)*)\.application\.routes\.draw do\s*(#.*)?$/.test(line),
  );
  return draw < 0 ? undefined : draw + 1;
}
