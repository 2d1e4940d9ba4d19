import { numberOf, serverSettings } from '../facts.js';
import type { Rule } from '../rule.js';

/** So many frames of half a kilobyte are the megabyte at which the server gives a client up. */
const MANY_MESSAGES = 2000;
const DEFAULT_PENDING = 1024 * 1024;

export const replayBurst: Rule = {
  name: 'replay-burst',
  why: 'History goes out at once. More than 1 MiB of it, and the server cuts the page off as too slow, at every attempt.',
  mend: 'max_pending_size under [ws] in anycable.toml (ANYCABLE_WS_MAX_PENDING_SIZE): 8388608 for a history of 6000',
  find(app) {
    const roomy = serverSettings(app, 'max_pending_size').some(
      (setting) => (numberOf(setting) ?? Infinity) > DEFAULT_PENDING,
    );
    if (roomy) return [];
    return serverSettings(app, 'history_limit')
      .filter((setting) => (numberOf(setting) ?? 0) >= MANY_MESSAGES)
      .map(({ file, line, written, value }) => ({
        file,
        line,
        what: `${written} keeps ${value} messages, and no more than 1 MiB may wait for a page.`,
      }));
  },
};
