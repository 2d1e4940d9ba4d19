import type { IncomingMessage } from 'node:http';

/**
 * What a client may ask for in its URL, as with AnyCable
 * (https://github.com/anycable/anycable/blob/master/cli/session_options.go): `sid` of the session to resume (or the header
 * `X-AnyCable-Restore-Sid`), `pi` seconds between pings, `ptp` precision of the time in them. Nonsense is ignored.
 */
export interface HandshakeParameters {
  readonly previousSid: string | undefined;
  /** Milliseconds. */
  readonly pingInterval: number | undefined;
  readonly pingPrecision: 's' | 'ms' | 'ns';
}

/** An hour: a timer of more than 24 days would fire at once. */
const MAX_PING_SECONDS = 3_600;

export function handshakeParameters(request: Pick<IncomingMessage, 'headers'>, url: URL): HandshakeParameters {
  const header = request.headers['x-anycable-restore-sid'];
  const sid = (typeof header === 'string' && header) || url.searchParams.get('sid');
  const interval = url.searchParams.get('pi') ?? '';
  const precision = url.searchParams.get('ptp');
  return {
    previousSid: sid || undefined,
    pingInterval: /^\d{1,6}$/.test(interval) ? Math.min(Number(interval), MAX_PING_SECONDS) * 1_000 : undefined,
    pingPrecision: precision === 'ms' || precision === 'ns' ? precision : 's',
  };
}
