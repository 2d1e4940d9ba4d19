import { insertion } from '../../edits/insertion.js';
import type { Edit } from '../../edits/edit.js';

/** The app's own connection stays as it is, and has a visitor besides: app/channels/concerns/cable_chat/identified_visitor.rb. */
export const identifyVisitor: Edit = insertion({
  path: 'app/channels/application_cable/connection.rb',
  what: 'include CableChat::IdentifiedVisitor',
  lines: ['    include CableChat::IdentifiedVisitor'],
  place: (lines) => {
    const declared = lines.findIndex((line) => /^\s*class\s+(ApplicationCable::)?Connection\s*<[^;]*$/.test(line));
    return declared < 0 ? undefined : declared + 1;
  },
  misplaced:
    'it has no line `class Connection < ActionCable::Connection::Base`; add `include CableChat::IdentifiedVisitor` to your connection, and try again',
  isNeedless: (text) => /^[ \t]*include[ (]CableChat::(IdentifiedVisitor|Identification)\b/m.test(text),
});
