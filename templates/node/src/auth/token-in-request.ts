import type { IncomingMessage } from 'node:http';

type Request = Pick<IncomingMessage, 'headers' | 'url'>;

/** Finds the token that a request brings. */
export type TokenOf = (request: Request) => string | undefined;

/**
 * Where AnyCable looks for a connection's token, and in its order: the header `x-jid`, the sub-protocol
 * `anycable-token.…` (which browsers can send), the parameter `jid`. An empty one counts as none.
 * https://github.com/anycable/anycable/blob/master/server/headers_extractor.go,
 * https://github.com/anycable/anycable/blob/master/identity/jwt.go
 *
 * A token in an address ends up in logs and histories: it is accepted, as AnyCable does, and our own widget sends none.
 */
export const tokenOfHandshake: TokenOf = ({ headers, url = '' }) => {
  const header = headers['x-jid'];
  const { searchParams } = URL.canParse(url, 'http://host') ? new URL(url, 'http://host') : new URL('http://host');
  return (
    (typeof header === 'string' ? header : undefined) ||
    tokenInSubprotocols(headers['sec-websocket-protocol']) ||
    searchParams.get('jid') ||
    undefined
  );
};

/**
 * `Authorization: Bearer …`, as any HTTP client sends it (RFC 6750). Other schemes are somebody else's business; a bearer
 * of nothing, or of what can be no token, is the empty one, which is good for nobody: no cookie makes up for it.
 */
export const bearerOf: TokenOf = ({ headers }) => {
  const bearer = /^bearer(?:$|\s+(.*))/i.exec(headers.authorization ?? '');
  return bearer === null ? undefined : (/^\S+$/.exec(bearer[1]?.trim() ?? '')?.[0] ?? '');
};

const PREFIX = 'anycable-token.';

function tokenInSubprotocols(header = ''): string | undefined {
  const offered = header.split(',').map((protocol) => protocol.trim());
  return offered.find((protocol) => protocol.startsWith(PREFIX))?.slice(PREFIX.length);
}
