import type { Random } from '../clock.js';

/** Milliseconds. */
const FIRST = 400;
const RESTART_FROM = 500;
const RESTART_SPREAD = 3_500;
const BASE = 500;
const CAP = 15_000;

/**
 * How long to wait before the next attempt to connect, in milliseconds; `attempt` counts from 0, `reason` is why the
 * connection ended, in Action Cable's words. A single reset is retried at a random moment within 400 ms; a
 * `server_restart` ends every visitor's connection at once, so they come back spread over seconds; then exponentially,
 * half of it by chance ("equal jitter"), up to 15 s.
 */
export function reconnectDelay(attempt: number, random: Random, reason?: string): number {
  if (attempt <= 0) return reason === 'server_restart' ? RESTART_FROM + random() * RESTART_SPREAD : random() * FIRST;
  const ceiling = Math.min(CAP, BASE * 2 ** attempt);
  return ceiling / 2 + (random() * ceiling) / 2;
}
