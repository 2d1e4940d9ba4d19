/**
 * Whether the text on the screen is the one that the server has stored, byte for byte.
 *
 * @typedef {{ kind: 'equal' | 'different', status: string, bytes: number, shown: number, sha256: string }} Verdict
 */

/**
 * Rejects where the server cannot be asked (it restarts, for one): worth another try.
 * @param {{ id: string, text: string }} answer
 * @param {AbortSignal} signal
 * @returns {Promise<Verdict>}
 */
export async function judge({ id, text }, signal) {
  const response = await fetch(`/lab/stored?message_id=${encodeURIComponent(id)}`, { cache: 'no-store', signal });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const { status, bytes, sha256 } = await response.json();
  const shown = new TextEncoder().encode(text);
  const isEqual = shown.length === bytes && (await sha256Of(shown)) === sha256;
  return { kind: isEqual ? 'equal' : 'different', status, bytes, shown: shown.length, sha256 };
}

/** Browsers have it on https and on this machine's own addresses only. */
export const canJudge = globalThis.crypto?.subtle !== undefined;

/** @param {Uint8Array} bytes */
async function sha256Of(bytes) {
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
