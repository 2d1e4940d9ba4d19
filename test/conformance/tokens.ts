/** JSON web tokens, good and bad, made by hand: a library would refuse to make the bad ones. */
import { createHmac } from 'node:crypto';

export interface TokenParts {
  readonly payload: Readonly<Record<string, unknown>>;
  readonly secret: string;
  /** Default `HS256`. `none` has no signature. */
  readonly alg?: 'HS256' | 'HS512' | 'none';
}

export function makeToken({ payload, secret, alg = 'HS256' }: TokenParts): string {
  const signed = `${encode({ alg, typ: 'JWT' })}.${encode(payload)}`;
  if (alg === 'none') return `${signed}.`;
  return `${signed}.${createHmac(alg === 'HS256' ? 'sha256' : 'sha512', secret)
    .update(signed)
    .digest('base64url')}`;
}

function encode(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
