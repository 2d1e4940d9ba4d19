/**
 * JSON frames, with two repairs to what @anycable/core sends and takes.
 *
 * `history.since` is left out where there is none: the session bootstraps by `resume`, and a time by a visitor's clock,
 * which may be an hour off, would replay everything or nothing. Without `historyTimestamp` the client would send
 * `"since": false`, which AnyCable cannot read. What is no JSON is undefined, which the client logs and drops.
 */
export const jsonEncoder = {
  encode(message: object): string {
    const { history } = message as { history?: { since?: unknown } };
    if (history === undefined || history.since !== false) return JSON.stringify(message);
    const { since: _, ...positions } = history;
    return JSON.stringify({ ...message, history: positions });
  },
  decode(frame: string): object | undefined {
    try {
      const message: unknown = JSON.parse(frame);
      return typeof message === 'object' && message !== null ? message : undefined;
    } catch {
      return undefined;
    }
  },
};
