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

/**
 * A stream's name that a client may pass on: base64 of its JSON and the hex HMAC-SHA256 of that, as Rails'
 * `ActiveSupport::MessageVerifier` signs. https://docs.anycable.io/anycable-go/signed_streams
 *
 * @param name a string; anything else is for tests of what is refused
 */
export function signStreamName(name: unknown, secret: string): string {
  const encoded = Buffer.from(JSON.stringify(name)).toString('base64');
  return `${encoded}--${derive(secret, encoded)}`;
}

function derive(secret: string, purpose: string): string {
  return createHmac('sha256', secret).update(purpose).digest('hex');
}
