/** The page's CSRF token as a header, for requests to the page's own origin: to nobody else is it any use, or any business. */
export function csrfHeader(url: string, csrfToken: () => string | undefined): Record<string, string> {
  const token = new URL(url).origin === globalThis.location?.origin ? csrfToken() : undefined;
  return token === undefined ? {} : { 'x-csrf-token': token };
}
