/**
 * `retry-after-ms`, or `retry-after` in seconds or as a date, in milliseconds; undefined if there is none that makes
 * sense. `now` in milliseconds since the epoch. RFC 9110, section 10.2.3.
 */
export function retryAfterMs(headers: Headers | undefined, now: number): number | undefined {
  const ms = Number.parseFloat(headers?.get('retry-after-ms') ?? '');
  if (ms >= 0) return ms;
  const value = headers?.get('retry-after') ?? '';
  if (/^\d+(?:\.\d+)?$/.test(value)) return Number(value) * 1_000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** A sentence for the visitor. */
export function retryAfterText(ms: number | undefined): string {
  if (ms === undefined || ms < 1_000) return 'Please try again in a moment.';
  const seconds = Math.ceil(ms / 1_000);
  if (seconds <= 90) return `Please try again in ${seconds} second${seconds === 1 ? '' : 's'}.`;
  const minutes = Math.ceil(seconds / 60);
  return minutes <= 90 ? `Please try again in ${minutes} minutes.` : 'Please try again later.';
}
