/**
 * What one secret stands for. The derivations are AnyCable's, so that a site that puts AnyCable in this server's place
 * keeps its tokens, its signed stream names and its publishers: the secret itself signs JWTs
 * (https://docs.anycable.io/anycable-go/jwt_identification) and stream names
 * (https://docs.anycable.io/anycable-go/signed_streams); publishers have a key of their own, from which nobody gets back
 * to the secret (https://docs.anycable.io/anycable-go/broadcasting; `broadcastKeyPhrase` in
 * https://github.com/anycable/anycable/blob/master/broadcast/http.go).
 */
import { createHmac } from 'node:crypto';

export interface Keys {
  /** Of JSON Web Tokens, for HMAC. */
  readonly tokens: Uint8Array;
  readonly streams: string;
  /** What a publisher sends as `Authorization: Bearer …`, in hex. */
  readonly broadcasts: string;
}

export function deriveKeys(secret: string): Keys {
  return {
    tokens: new TextEncoder().encode(secret),
    streams: secret,
    broadcasts: createHmac('sha256', secret).update('broadcast-cable').digest('hex'),
  };
}
