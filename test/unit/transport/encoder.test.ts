import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JsonEncoder } from '../../../widget/src/transport/encoder.js';
import { settled } from '../../support/session.js';

function encoder() {
  const confirmed: unknown[] = [];
  return { confirmed, ...bound(new JsonEncoder((frame) => confirmed.push(JSON.parse(frame)))) };
}

function bound(json: JsonEncoder) {
  return {
    json,
    encode: (message: object) => JSON.parse(json.encode(message)),
    decode: (frame: string) => json.decode(frame),
  };
}

test('a history request has positions only, never a time by the visitor’s clock', () => {
  const streams = { s1: { epoch: 'e', offset: 3 } };
  const subscribe = { command: 'subscribe', identifier: 'x', history: { since: false, streams } };
  assert.deepEqual(encoder().encode(subscribe), { command: 'subscribe', identifier: 'x', history: { streams } });
});

test('everything else is JSON as it is', () => {
  const message = { command: 'message', identifier: 'x', data: '{"since":false}', history: { since: 5, streams: {} } };
  assert.deepEqual(encoder().encode(message), message);
});

test('a subscribe to what came back with the session is confirmed here, and asks for what was missed', async () => {
  const { encode, decode, confirmed } = encoder();
  decode('{"type":"welcome","sid":"s","restored":true,"restored_ids":["x"]}');
  const streams = { s1: { epoch: 'e', offset: 3 } };
  const sent = encode({ command: 'subscribe', identifier: 'x', history: { since: false, streams } });
  assert.deepEqual(sent, { command: 'history', identifier: 'x', history: { streams } });
  assert.deepEqual(confirmed, []);
  await settled();
  assert.deepEqual(confirmed, [{ type: 'confirm_subscription', identifier: 'x' }]);
});

test('any other subscribe goes to the server: another channel, after an unsubscribe, on a new session', async () => {
  const { encode, decode, confirmed } = encoder();
  const subscribes = (identifier: string) => encode({ command: 'subscribe', identifier }).command === 'subscribe';
  decode('{"type":"welcome","sid":"s","restored":true,"restored_ids":["x","z"]}');
  assert.ok(subscribes('y'));
  encode({ command: 'unsubscribe', identifier: 'x' });
  assert.ok(subscribes('x'));
  decode('{"type":"welcome","sid":"t"}');
  assert.ok(subscribes('z'));
  await settled();
  assert.deepEqual(confirmed, []);
});

test('what came back with the session is known until it is subscribed to anew, and whether presence did', () => {
  const { encode, decode, json } = encoder();
  decode('{"type":"welcome","sid":"s","restored":true,"restored_ids":["x","y"],"restored_presence":true}');
  encode({ command: 'unsubscribe', identifier: 'y' });
  assert.deepEqual(
    ['x', 'y', 'z'].map((identifier) => json.isRestored(identifier)),
    [true, false, false],
  );
  assert.equal(json.presenceRestored, true);
  // AnyCable does not say it; whatever else is no yes.
  for (const said of ['', ',"restored_presence":"yes"', ',"restored_presence":1']) {
    decode('{"type":"welcome","restored":true,"restored_ids":["x"],"restored_presence":true}');
    decode(`{"type":"welcome","restored":true,"restored_ids":["x"]${said}}`);
    assert.equal(json.presenceRestored, false);
  }
  decode('{"type":"welcome","sid":"t"}');
  assert.equal(json.isRestored('x'), false);
});

test('what is no JSON object is nothing', () => {
  const { decode } = encoder();
  assert.deepEqual(decode('{"type":"ping"}'), { type: 'ping' });
  for (const frame of ['{', '7', 'null', '"x"', '']) assert.equal(decode(frame), undefined);
});
