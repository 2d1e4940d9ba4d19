/**
 * The keys that an AnyCable server derives from its one secret, as hex HMAC-SHA256:
 * https://docs.anycable.io/anycable-go/rpc (`rpc-cable`) and https://docs.anycable.io/anycable-go/broadcasting
 * (`broadcast-cable`). Both sides compute them, so only the secret is configured.
 */
import { createHmac } from 'node:crypto';

/** What the server sends with each RPC: `Authorization: Bearer …`. */
export function rpcKey(secret: string): string {
  return derive(secret, 'rpc-cable');
}

/** What a publisher sends with each broadcast. */
export function broadcastKey(secret: string): string {
  return derive(secret, 'broadcast-cable');
}

function derive(secret: string, purpose: string): string {
  return createHmac('sha256', secret).update(purpose).digest('hex');
}
