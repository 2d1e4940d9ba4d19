/** Who a token names, where a request has it, and which keys come from the secret. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  bearerOf,
  deriveKeys,
  identityIn,
  identityText,
  tokenOfHandshake,
} from '../../../../templates/node/src/auth/index.js';

describe('identifiers', () => {
  const named: [text: string, user: string | undefined][] = [
    ['{"user":"ada"}', 'ada'],
    ['{"user":"Z2lkOi8vYXBwL1VzZXIvMQ"}', 'Z2lkOi8vYXBwL1VzZXIvMQ'],
    ['{"user":"ada","team":3}', '{"user":"ada","team":3}'],
    ['{"tenant":1,"user":42}', '{"tenant":1,"user":42}'],
    ['{"__proto__":{},"user":"ada"}', '{"__proto__":{},"user":"ada"}'],
    ['{"user":42}', '42'],
    ['{"user":{"id":42}}', '{"user":{"id":42}}'],
    ['{"user":4.2}', '{"user":4.2}'],
    ['{"user":12345678901234567890}', '{"user":12345678901234567890}'],
    ['{"user":null}', '{"user":null}'],
    ['{"user_id":42}', '{"user_id":42}'],
    ['{ "user_id": 42 }', '{ "user_id": 42 }'],
    ['["ada"]', '["ada"]'],
    ['"ada"', '"ada"'],
    ['null', 'null'],
    ['ada', 'ada'],
    ['{"user":"é😀"}', 'é😀'],
    ['', undefined],
    ['{"user":""}', undefined],
    ['{"user":"\\ud83d"}', undefined],
  ];
  for (const [text, user] of named) {
    test(`${text || 'nothing'} is ${user ?? 'nobody'}`, () => {
      assert.deepEqual(identityIn(text), user === undefined ? undefined : { user });
    });
  }

  test('what is written is read again', () => {
    for (const user of ['ada', '42', '{"user":"eve"}', '"', 'é😀', ' ']) {
      assert.deepEqual(identityIn(identityText({ user })), { user });
    }
  });
});

describe('the token of a handshake', () => {
  const tokenIn = (url: string, header?: string, subprotocols?: string) =>
    tokenOfHandshake({
      url,
      headers: {
        ...(header !== undefined && { 'x-jid': header }),
        ...(subprotocols !== undefined && { 'sec-websocket-protocol': subprotocols }),
      },
    });

  test('is in the header, else in a sub-protocol, else in the address', () => {
    assert.equal(tokenIn('/cable?jid=a', 'b', 'actioncable-v1-ext-json, anycable-token.c'), 'b');
    assert.equal(tokenIn('/cable?jid=a', '', 'actioncable-v1-ext-json, anycable-token.c'), 'c');
    assert.equal(tokenIn('/cable?jid=a', '', 'anycable-token.c,actioncable-v1-json,anycable-token.d'), 'c');
    assert.equal(tokenIn('/cable?x=1&jid=a&jid=z', '', 'anycable-token.'), 'a');
    assert.equal(tokenIn('http://host/cable?jid=a%2Eb'), 'a.b');
  });

  test('may be absent, or empty, which is the same', () => {
    for (const [url, ...others] of [
      ['/cable'],
      ['/cable?jid='],
      ['/cable', '', 'anycable-token.'],
      ['/cable', '', 'actioncable-v1-json'],
      ['/cable', '', 'not-anycable-token.a'],
      ['//'],
      [''],
    ] as const) {
      assert.equal(tokenIn(url, ...others), undefined);
    }
  });
});

test('the token of other requests is a bearer', () => {
  const bearerIn = (authorization?: string) =>
    bearerOf({ headers: authorization === undefined ? {} : { authorization } });
  assert.equal(bearerIn('Bearer a.b.c'), 'a.b.c');
  assert.equal(bearerIn('bearer  a.b.c '), 'a.b.c');
  for (const other of [undefined, '', 'Basic YTpi', 'a.b.c', 'xBearer a', 'Bearers a']) {
    assert.equal(bearerIn(other), undefined);
  }
  for (const malformed of ['Bearer', 'Bearer ', 'Bearer a b', 'bearer\t'])
    assert.equal(bearerIn(malformed), '', malformed);
});

test('the keys are AnyCable’s', () => {
  const secret = 'qwerty';
  const keys = deriveKeys(secret);
  // https://docs.anycable.io/anycable-go/broadcasting: echo -n 'broadcast-cable' | openssl dgst -sha256 -hmac 'qwerty'
  assert.equal(keys.broadcasts, '42923a28b760e667fc92f7c6123bb07a282822b329dd2ef48e7aee7830d98485');
  assert.equal(keys.streams, secret);
  assert.equal(new TextDecoder().decode(keys.tokens), secret);
});
