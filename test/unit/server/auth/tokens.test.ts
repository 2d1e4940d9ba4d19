/** Which tokens are good: minted here, by any other issuer that has the secret, or by nobody who should. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, test } from 'node:test';
import { Tokens, deriveKeys } from '../../../../templates/node/src/auth/index.js';
import { FAR_AWAY, forgeToken } from '../../../support/forged-token.js';
import { randomFrom, seed } from '../../../support/seed.js';

const secret = 'a secret of thirty-two characters';
const EXT = '{"user":"ada"}';
let now = 1_800_000_000_000;
const tokens = new Tokens({ key: deriveKeys(secret).tokens, ttl: 300_000, now: () => now });
const good = { verdict: 'good', identity: { user: 'ada' }, id: undefined };
const seconds = (from = 0) => now / 1_000 + from;

describe('minting', () => {
  test('gives the claims that AnyCable looks at, signed with HS256', async () => {
    const { token, expires_in } = await tokens.mint({ user: 'ada' });
    const payload = { ext: EXT, iat: seconds(), exp: seconds(300) };
    assert.equal(token, forgeToken({ secret, payload }));
    assert.equal(expires_in, 300);
  });

  test('is good until its end and not a second longer, and told as expired then', async () => {
    const { token } = await tokens.mint({ user: 'ada' }, 'number 7');
    now += 299_999;
    assert.deepEqual(await tokens.verify(token), { ...good, id: 'number 7' });
    now += 1;
    assert.deepEqual(await tokens.verify(token), { verdict: 'expired' });
  });
});

describe('verifying', () => {
  test('takes every HMAC that AnyCable takes', async () => {
    for (const bits of [256, 384, 512] as const) {
      const token = forgeToken({ secret, header: { alg: `HS${bits}`, typ: 'JWT' }, hash: `sha${bits}` });
      assert.deepEqual(await tokens.verify(token), good, `HS${bits}`);
    }
  });

  test('takes a token without an end, and one whose time has come', async () => {
    for (const payload of [{ ext: EXT }, { ext: EXT, nbf: seconds() }, { ext: EXT, iat: seconds(1_000) }]) {
      assert.deepEqual(await tokens.verify(forgeToken({ secret, payload })), good);
    }
  });

  const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const rsaToken = () => {
    const [signed] = forgeToken({ secret, header: { alg: 'RS256' } }).split(/\.(?=[^.]*$)/) as [string];
    return `${signed}.${sign('sha256', Buffer.from(signed), rsa.privateKey).toString('base64url')}`;
  };
  const invalid: Record<string, () => string> = {
    'another secret': () => forgeToken({ secret: `${secret}!` }),
    'another secret, and expired': () => forgeToken({ secret: `${secret}!`, payload: { ext: EXT, exp: seconds(-9) } }),
    'alg none, unsigned': () => forgeToken({ secret, header: { alg: 'none' }, hash: 'none' }),
    'alg none, signed': () => forgeToken({ secret, header: { alg: 'none' } }),
    'alg NONE': () => forgeToken({ secret, header: { alg: 'NONE' }, hash: 'none' }),
    'HS256 without a signature': () => forgeToken({ secret, hash: 'none' }),
    'HS512 by name, HS256 in truth': () => forgeToken({ secret, header: { alg: 'HS512' } }),
    'RS256, signed with somebody’s key': rsaToken,
    'RS256 by name, HMAC in truth': () => forgeToken({ secret, header: { alg: 'RS256' } }),
    'no alg': () => forgeToken({ secret, header: { typ: 'JWT' } }),
    'a key of its own': () =>
      forgeToken({ secret, header: { alg: 'HS256', jwk: { kty: 'oct', k: 'AA' } }, hash: 'none' }),
    'critical extensions that nobody knows': () => forgeToken({ secret, header: { alg: 'HS256', crit: ['x'], x: 1 } }),
    'not yet': () => forgeToken({ secret, payload: { ext: EXT, nbf: seconds(1) } }),
    'an end that is no number': () => forgeToken({ secret, payload: { ext: EXT, exp: 'tomorrow' } }),
    'no ext': () => forgeToken({ secret, payload: { sub: 'ada', exp: FAR_AWAY } }),
    'an ext that is no text': () => forgeToken({ secret, payload: { ext: { user: 'ada' }, exp: FAR_AWAY } }),
    'an empty ext': () => forgeToken({ secret, payload: { ext: '' } }),
    'an empty user': () => forgeToken({ secret, payload: { ext: '{"user":""}' } }),
    'half a character': () => forgeToken({ secret, payload: { ext: '{"user":"\\ud800"}' } }),
    'claims that are no object': () => forgeToken({ secret, payload: '[]' }),
    'claims that are no JSON': () => forgeToken({ secret, payload: '{' }),
    nothing: () => '',
    'no token': () => 'x',
    'five parts': () => 'a.b.c.d.e',
  };
  for (const [name, make] of Object.entries(invalid)) {
    test(`refuses ${name}`, async () => {
      const result = await tokens.verify(make());
      assert.equal(result.verdict, 'invalid');
    });
  }

  test('says why in words that hold nothing of the token', async () => {
    const forged = forgeToken({ secret: 'x'.repeat(40) });
    const result = await tokens.verify(forged);
    assert.ok(result.verdict === 'invalid' && result.why !== '');
    for (const part of forged.split('.')) assert.ok(!result.why.includes(part));
  });

  test(`a token with any one byte changed is no good, and nothing is thrown (seed ${seed})`, async () => {
    const random = randomFrom(seed);
    const { token } = await tokens.mint({ user: 'ada' });
    for (let round = 0; round < 300; round++) {
      const bytes = Buffer.from(token);
      const at = Math.floor(random() * bytes.length);
      bytes[at] = 33 + Math.floor(random() * 90);
      const changed = String(bytes);
      const { verdict } = await tokens.verify(changed);
      // The signature's last character holds bits that stand for nothing; without them it is the same token.
      const isSame = isSameToken(changed, token);
      assert.equal(verdict, isSame ? 'good' : 'invalid', changed);
    }
  });

  test(`noise is no good, and nothing is thrown (seed ${seed})`, async () => {
    const random = randomFrom(seed);
    const noise = () => Buffer.from(Array.from({ length: random() * 40 }, () => random() * 256)).toString('base64url');
    for (let round = 0; round < 100; round++) {
      const parts = Array.from({ length: random() * 5 }, noise);
      assert.equal((await tokens.verify(parts.join('.'))).verdict, 'invalid');
    }
  });
});

function isSameToken(one: string, other: string): boolean {
  const [signed, signature] = split(one);
  const [otherSigned, otherSignature] = split(other);
  return (
    signed === otherSigned &&
    /^[\w-]*$/.test(signature) &&
    Buffer.from(signature, 'base64url').equals(Buffer.from(otherSignature, 'base64url'))
  );
}

/** What is signed, and the signature. */
function split(token: string): readonly [signed: string, signature: string] {
  const end = token.lastIndexOf('.');
  return [token.slice(0, end), token.slice(end + 1)];
}
