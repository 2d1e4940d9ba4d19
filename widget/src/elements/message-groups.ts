/**
 * The messages of a thread in groups, so that a long one costs what changes and what is in view, and not its length: a
 * group whose messages are the same is the same object, and the browser lays out only the groups that are near.
 */
import type { MessageView } from '../conversation/view.js';

/** So many are drawn at once, the newest first. */
const SIZE = 20;

export interface MessageGroup {
  readonly key: number;
  readonly messages: readonly MessageView[];
}

export class MessageGroups {
  #groups: readonly MessageGroup[] = [];
  #nextKey = 0;
  #waiting = 0;

  /** How many of the earliest messages come with the next updates. */
  get waiting(): number {
    return this.#waiting;
  }

  /** @returns the groups to show. A message that stays stays in its group, if those before it in the group do. */
  update(messages: readonly MessageView[]): readonly MessageGroup[] {
    const first = this.#groups[0]?.messages[0];
    const known = first ? messages.findIndex(({ id }) => id === first.id) : -1;
    let at = known === -1 ? messages.length : known;
    const groups: MessageGroup[] = [];
    const add = (end: number, key = this.#nextKey++, before: readonly MessageView[] = []): void => {
      groups.push({ key, messages: [...before, ...messages.slice(at, end)] });
      at = end;
    };
    const end = at;
    at = this.#waiting = Math.max(0, end - SIZE);
    if (at < end) add(end);
    for (const group of known === -1 ? [] : this.#groups) {
      const { key, messages: old } = group;
      let kept = 0;
      while (kept < old.length && messages[at + kept]?.id === old[kept]?.id) kept++;
      if (kept === old.length && old.every((message, index) => message === messages[at + index])) {
        groups.push(group);
        at += kept;
      } else if (kept > 0) add(at + kept, key);
      if (kept < old.length) break;
    }
    while (at < messages.length) {
      const last = groups[groups.length - 1];
      const room = last ? SIZE - last.messages.length : 0;
      if (last && room > 0) {
        groups.pop();
        add(Math.min(messages.length, at + room), last.key, last.messages);
      } else add(Math.min(messages.length, at + SIZE));
    }
    this.#groups = groups;
    return groups;
  }
}
