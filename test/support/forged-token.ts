/** JSON Web Tokens made by hand, for what no library would make. Also another opinion about what a good one looks like. */
import { createHmac } from 'node:crypto';

export interface ForgedTokenParts {
  /** Default: an identity `ada` and an end far away. */
  readonly payload?: Readonly<Record<string, unknown>> | string;
  /** What the token says of itself; default HS256. */
  readonly header?: Readonly<Record<string, unknown>>;
  readonly secret: string;
  /** How it is really signed; none: not at all. */
  readonly hash?: 'sha256' | 'sha384' | 'sha512' | 'none';
}

export const FAR_AWAY = 4_102_444_800;

export function forgeToken({ payload, header, secret, hash = 'sha256' }: ForgedTokenParts): string {
  const body = payload ?? { ext: JSON.stringify({ user: 'ada' }), exp: FAR_AWAY };
  const signed = `${encode(header ?? { alg: 'HS256' })}.${encode(body)}`;
  return `${signed}.${hash === 'none' ? '' : createHmac(hash, secret).update(signed).digest('base64url')}`;
}

function encode(part: unknown): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
}
