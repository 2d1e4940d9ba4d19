import type { Random } from '../clock.js';

const FIRST_MS = 400;
const BASE_MS = 500;
const CAP_MS = 15_000;

/**
 * How long to wait before the next attempt to connect, in milliseconds. A single reset is retried at a random moment
 * within 400 ms, so that a thousand visitors do not come back at once; then exponentially, half of it by chance
 * ("equal jitter"), up to 15 s. @anycable/core's own default waits 1.5 to 9 s before the first retry.
 */
export function reconnectDelay(attempt: number, random: Random): number {
  if (attempt <= 0) return random() * FIRST_MS;
  const ceiling = Math.min(CAP_MS, BASE_MS * 2 ** attempt);
  return ceiling / 2 + (random() * ceiling) / 2;
}
