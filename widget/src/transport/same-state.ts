import type { ConnectionState } from './transport.js';

/** Whether the second state is no news to somebody who was told the first. */
export function isSameState(a: ConnectionState | undefined, b: ConnectionState): boolean {
  // Every `live` is news: a connection that came back may have missed something. So is a reason of another kind.
  if (a === undefined || a.status !== b.status || b.status === 'live') return false;
  return !('reason' in a) || !('reason' in b) || a.reason.code === b.reason.code;
}
