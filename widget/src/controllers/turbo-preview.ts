/** Turbo shows a cached copy of the page while the real one loads; it must not open connections. */
export function isTurboPreview(): boolean {
  return document.documentElement.hasAttribute('data-turbo-preview');
}
