/**
 * Which addresses a model may link to, and what the reader must be told about them.
 * A model's answer is untrusted (OWASP LLM05, Improper Output Handling): a link may say one place and lead to another.
 */

/** Everything else (`javascript:`, `data:`, `file:`, `blob:`, an app's own scheme) is shown as text, without a link. */
export const LINK_PROTOCOLS: readonly string[] = ['http:', 'https:', 'mailto:'];

/**
 * The address to put into `href`, or `undefined` if it must not become a link.
 * Canonical on purpose: what was judged is what is followed, whatever control characters hid in the source.
 *
 * @param base what relative addresses are resolved against; without it they are not linked.
 */
export function allowedUrl(href: string, base?: string): URL | undefined {
  // URL.canParse is younger than the browsers that this runs in.
  try {
    const url = new URL(href, base);
    return LINK_PROTOCOLS.includes(url.protocol) ? url : undefined;
  } catch {
    return undefined;
  }
}

/** Words that a reader takes for a host: dots between labels, the last one letters only. */
const HOST_LIKE = /(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+\p{L}{2,63}/gu;

/** Where a link leads, if the words on it name another place; else `undefined`. */
export function unstatedDestination(url: URL, words: string): string | undefined {
  const destination = url.protocol === 'mailto:' ? url.pathname : url.host;
  const host = url.protocol === 'mailto:' ? (url.pathname.split('@').pop() ?? '') : url.hostname;
  const named = words.match(HOST_LIKE) ?? [];
  return named.every((name) => sameHost(name, host)) ? undefined : destination;
}

function sameHost(name: string, host: string): boolean {
  const bare = (value: string): string => value.toLowerCase().replace(/^www\./, '');
  if (bare(name) === bare(host)) return true;
  try {
    // The URL parser turns an international name into the form that `host` has.
    return bare(new URL(`http://${name}`).hostname) === bare(host);
  } catch {
    return false;
  }
}
