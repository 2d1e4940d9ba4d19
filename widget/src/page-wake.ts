/**
 * Calls back whenever the page may have missed something: shown again, thawed, restored from the back/forward cache,
 * or the network came back. `resume` fires on `document` (Page Lifecycle), not on `window`.
 */
export function onPageWake(callback: () => void): () => void {
  const ended = new AbortController();
  const { signal } = ended;
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && callback(), { signal });
  document.addEventListener('resume', callback, { signal });
  window.addEventListener('online', callback, { signal });
  window.addEventListener('pageshow', (event) => event.persisted && callback(), { signal });
  return () => ended.abort();
}
