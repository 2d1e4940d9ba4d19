/** Which pages may open a socket: cookies come along with a socket from any site, so this is what keeps others out. */
export interface OriginPolicy {
  /**
   * Hosts beside the server's own, with a port where it is not the scheme's: `example.com`, `*.example.com`,
   * `localhost:5173`; a leading `*` matches any beginning, and `*` alone everything. The same words as AnyCable's
   * `--allowed_origins`: https://docs.anycable.io/anycable-go/configuration
   */
  readonly allowedOrigins: readonly string[];
}

/**
 * The server's own host is always allowed (Action Cable's `allow_same_origin_as_host`; AnyCable without a list allows
 * every host). No `Origin` at all means no browser, and no cookies of an unsuspecting visitor: allowed, unless there
 * is a list (AnyCable refuses it then).
 */
export function isOriginAllowed(origin: string | undefined, host: string | undefined, policy: OriginPolicy): boolean {
  const allowed = policy.allowedOrigins.map((pattern) => pattern.toLowerCase());
  if (origin === undefined) return allowed.length === 0 || allowed.includes('*');
  const url = parseUrl(origin);
  // `null` is what sandboxed frames and local files send: anybody can be that.
  if (url === undefined) return allowed.includes('*');
  if (host !== undefined && url.host === parseUrl(`${url.protocol}//${host}`)?.host) return true;
  return allowed.some((pattern) =>
    pattern.startsWith('*') ? url.host.endsWith(pattern.slice(1)) : url.host === pattern,
  );
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
