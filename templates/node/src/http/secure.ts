import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';

export interface ProxyTrust {
  /** Only behind a proxy of one's own, which sets `X-Forwarded-Proto` itself: anybody else can send that header too. */
  readonly trustProxy: boolean;
}

/** Whether the browser's side of the connection is encrypted. */
export function isSecure(request: IncomingMessage, { trustProxy }: ProxyTrust): boolean {
  if ((request.socket as Partial<TLSSocket>).encrypted === true) return true;
  const forwarded = request.headers['x-forwarded-proto'];
  return trustProxy && typeof forwarded === 'string' && forwarded.split(',')[0]?.trim().toLowerCase() === 'https';
}
