/**
 * Which addresses a model may link to, and what the reader must be told about them.
 * A model's answer is untrusted (OWASP LLM05, Improper Output Handling): a link may say one place and lead to another.
 */

/** Everything else (`javascript:`, `data:`, `file:`, `blob:`, an app's own scheme) is shown as text, without a link. */
export const LINK_PROTOCOLS: readonly string[] = ['http:', 'https:', 'mailto:'];

/** Whatever a page lists: what runs scripts, or shows a document that may, is never linked. */
export function isScriptable(protocol: string): boolean {
  return /^(?:javascript|vbscript|data|blob|filesystem):$/.test(protocol);
}

/**
 * The address to put into `href`, or `undefined` if it must not become a link.
 * Canonical on purpose: what was judged is what is followed, whatever control characters hid in the source.
 *
 * @param base what relative addresses are resolved against; without it they are not linked.
 * @param protocols what may be linked, as `URL` writes it: with a colon.
 */
export function allowedUrl(
  href: string,
  base?: string,
  protocols: readonly string[] = LINK_PROTOCOLS,
): URL | undefined {
  // URL.canParse is younger than the browsers that this runs in.
  try {
    const url = new URL(href, base);
    // A mail's other headers (`?bcc=…&body=…`) are written where nobody looks.
    if (url.protocol === 'mailto:') url.search = url.hash = '';
    return protocols.includes(url.protocol) && !isScriptable(url.protocol) ? url : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Words that a reader takes for a host: dots between labels, the last one letters only (or their ASCII form); or an IP
 * address. Without the counts, a long word would be gone through again from each of its letters.
 */
const HOST_LIKE =
  /(?:[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?\.){1,32}(?:xn--[a-z\d-]+|\p{L}[\p{L}\p{M}]{1,62})|(?:\d{1,3}\.){3}\d{1,3}|\[[\da-f:.]{2,45}\]/giu;

/** Of an address with its scheme, or its slashes at least: that is one whatever its host looks like. */
const WRITTEN_HOST = /^\s*(?:[a-z][a-z\d+.-]{0,30}:)?\/\/(?:[^\s/?#]*@)?([^\s/?#]+?)(?::\d*)?(?:[\s/?#]|$)/i;

/** Turns around how what follows is shown: `moc.elpmaxe` reads `example.com`. */
const BIDI_CONTROL = /[\u202a-\u202e\u2066-\u2069]/;

/** What is not seen, and what parts no words. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\p{Cf}\p{Zl}\p{Zp}\ufffc]|(?![\t\n])\p{Cc}/gu;

/** Dots that browsers take for one between labels (IDNA), and some that only look so. */
const DOTS = /[\u3002\uff0e\uff61\u2024\u06d4\u0701\u0702\ua4f8\ua60e\u00b7\u2027\u22c5\u30fb\u0589\u05c3]/g;

/** Where a link leads, in short: a host, or a mail's address. */
export function placeOf(url: URL): string {
  return url.protocol === 'mailto:' ? decoded(url.pathname) : url.host;
}

/** Where a link leads, if the words on it name another place, or a mail's address if they do not; else `undefined`. */
export function unstatedDestination(url: URL, words: string): string | undefined {
  // No place can be named in these, whose rules are large.
  if (url.protocol !== 'mailto:' && /^[\w ,;:!?'"()-]*$/.test(words)) return undefined;
  const seen = words.replace(INVISIBLE, '').normalize('NFKC').replace(DOTS, '.');
  const [, written] = WRITTEN_HOST.exec(seen) ?? [];
  const named = [...(seen.match(HOST_LIKE) ?? []), ...(written ? [written] : [])];
  if (url.protocol === 'mailto:') {
    const address = placeOf(url);
    const host = address.split('@').pop() ?? '';
    const isStated = !address.includes(',') && isWordOf(seen, address) && named.every((name) => sameHost(name, host));
    return isStated && !BIDI_CONTROL.test(words) ? undefined : address;
  }
  // What is turned around may name any place.
  const isHonest = !BIDI_CONTROL.test(words) && named.every((name) => sameHost(name, url.hostname));
  return isHonest ? undefined : url.host;
}

function sameHost(name: string, host: string): boolean {
  const bare = (value: string): string => value.toLowerCase().replace(/^www\./, '');
  if (bare(name) === bare(host)) return true;
  if (mayLookLikeAnother(name)) return false;
  try {
    // The URL parser turns an international name into the form that `host` has.
    return bare(new URL(`http://${name}`).hostname) === bare(host);
  } catch {
    return false;
  }
}

/**
 * Whether an international name could be read as another one: `аррӏе.com` is Cyrillic. Its ASCII form cannot. A name of
 * one script throughout, its last label included, is taken for what it is.
 */
function mayLookLikeAnother(name: string): boolean {
  const labels = name.toLowerCase().split('.');
  const last = labels[labels.length - 1] ?? '';
  if (/^[a-z\d-]+$/.test(last)) return /[^a-z\d.-]/.test(name.toLowerCase());
  return labels.some((label) => /[a-z]/.test(label) && /[^\p{Script=Latin}\p{N}-]/u.test(label));
}

/** Whether the words hold the address as one, and not as the end or beginning of a longer one. */
function isWordOf(words: string, address: string): boolean {
  const text = words.toLowerCase();
  const word = address.toLowerCase();
  const at = text.indexOf(word);
  if (word === '' || at === -1) return false;
  return !/[\w.+-]$/.test(text.slice(0, at)) && !/^[\w@-]|^\.\w/.test(text.slice(at + word.length));
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
