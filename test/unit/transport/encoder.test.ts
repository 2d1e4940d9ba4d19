import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonEncoder } from '../../../widget/src/transport/encoder.js';

test('a history request has positions only, never a time by the visitor’s clock', () => {
  const streams = { s1: { epoch: 'e', offset: 3 } };
  const encoded = jsonEncoder.encode({ command: 'subscribe', identifier: 'x', history: { since: false, streams } });
  assert.deepEqual(JSON.parse(encoded), { command: 'subscribe', identifier: 'x', history: { streams } });
});

test('everything else is JSON as it is', () => {
  const message = { command: 'message', identifier: 'x', data: '{"since":false}', history: { since: 5, streams: {} } };
  assert.deepEqual(JSON.parse(jsonEncoder.encode(message)), message);
});

test('what is no JSON object is nothing', () => {
  assert.deepEqual(jsonEncoder.decode('{"type":"ping"}'), { type: 'ping' });
  for (const frame of ['{', '7', 'null', '"x"', '']) assert.equal(jsonEncoder.decode(frame), undefined);
});
