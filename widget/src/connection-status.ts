import type { ConnectionStatus } from './conversation/view.js';
import type { Link } from './link.js';

/** What a visitor is told of a connection; `caughtUp`: since it is there, nothing is known to be missing any more. */
export function connectionStatus(
  { state, wasLive }: Pick<Link, 'state' | 'wasLive'>,
  caughtUp: boolean,
): ConnectionStatus {
  switch (state.status) {
    case 'connecting':
      return wasLive ? 'offline' : 'connecting';
    case 'live':
      return caughtUp ? 'live' : 'catching-up';
    case 'offline':
      return 'offline';
    case 'closed':
      return state.reason.code === 'unauthorized' || state.reason.code === 'token' ? 'signed-out' : 'closed';
  }
}
