export interface RequestTarget {
  /** Still percent-encoded, without the query. */
  readonly path: string;
  /** Named by the target itself, and then to be used in the place of the `Host` header (RFC 9112, section 3.2.2). */
  readonly authority: string | undefined;
}

/** Scheme, authority, path: as in `GET http://host/page?query`, which proxies send. */
const ABSOLUTE = /^https?:\/\/([^/?#]*)([^?#]*)/i;

/**
 * What a request line asks for, in its usual form (`/page?query`) or in the absolute one, which every server must accept.
 * Not by `new URL`, which would resolve the dots in a path before they can be refused.
 */
export function requestTarget(url: string): RequestTarget {
  const [, authority, path] = ABSOLUTE.exec(url) ?? [];
  if (authority !== undefined) return { path: path || '/', authority };
  return { path: url.split('?', 1)[0] ?? '', authority: undefined };
}
