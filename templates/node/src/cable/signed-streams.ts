/**
 * Names of streams that a site has signed for a visitor: Rails' `ActiveSupport::MessageVerifier` with SHA-256 and JSON, as
 * AnyCable reads it, so that a name signed there is good here, and the other way round.
 * https://docs.anycable.io/anycable-go/signed_streams,
 * https://github.com/anycable/anycable/blob/master/utils/message_verifier.go
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** base64(JSON(name)) + `--` + hex(HMAC-SHA256(that, key)). The name is readable; the signature only keeps it as it is. */
export function signStreamName(name: string, key: string): string {
  const encoded = Buffer.from(JSON.stringify(name)).toString('base64');
  return `${encoded}--${signatureOf(encoded, key)}`;
}

/** The name, or `undefined`: nobody who has the key signed this, or what they signed is no text. */
export function verifyStreamName(signed: string, key: string): string | undefined {
  const [encoded, signature, ...more] = signed.split('--');
  if (encoded === undefined || signature === undefined || more.length > 0) return undefined;
  const [expected, given] = [Buffer.from(signatureOf(encoded, key)), Buffer.from(signature)];
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) return undefined;
  try {
    const name: unknown = JSON.parse(Buffer.from(encoded, 'base64').toString());
    return typeof name === 'string' ? name : undefined;
  } catch {
    return undefined;
  }
}

function signatureOf(encoded: string, key: string): string {
  return createHmac('sha256', key).update(encoded).digest('hex');
}
