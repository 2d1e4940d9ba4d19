import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StreamHistory } from '../../../../templates/node/src/cable/history.js';
import type { HistoryLimits } from '../../../../templates/node/src/cable/history.js';

/** A history with the epoch `e1` and a clock of the test's own, in milliseconds. */
function build(limits: Partial<HistoryLimits> = {}) {
  const clock = { now: 1_000_000 };
  const history = new StreamHistory(
    { limit: 3, ttl: 10_000, bytes: 1e6, totalBytes: 1e6, ...limits },
    'e1',
    () => clock.now,
  );
  const from = (offset: number, epoch = 'e1', stream = 's') => {
    const result = history.from(stream, { epoch, offset });
    return result.found ? result.messages.map((message) => message.offset) : result.reason;
  };
  const since = (seconds: number, stream = 's') => history.since(stream, seconds).map(({ offset }) => offset);
  const append = (count: number, stream = 's') => {
    for (let n = 0; n < count; n++) history.append(stream, `{"n":${n}}`);
  };
  return { history, clock, from, since, append };
}

describe('what AnyCable’s memory broker decides', () => {
  test('offsets of a stream begin at 1 and count by one; streams are apart', () => {
    const { history } = build();
    assert.deepEqual(history.append('s', '{}'), { stream: 's', epoch: 'e1', offset: 1, json: '{}' });
    assert.equal(history.append('s', '{}').offset, 2);
    assert.equal(history.append('t', '{}').offset, 1);
  });

  test('a position gives everything after it', () => {
    const { append, from } = build();
    append(3);
    assert.deepEqual(from(1), [2, 3]);
    assert.deepEqual(from(2), [3]);
    assert.deepEqual(from(3), []);
  });

  test('positions it does not have are not found', () => {
    const { append, from } = build();
    assert.equal(from(0), 'unknown_stream');
    append(5);
    assert.equal(from(1), 'out_of_range', 'dropped by the limit');
    assert.equal(from(2), 'out_of_range', 'directly before the oldest: nothing is missing, and yet');
    assert.deepEqual(from(3), [4, 5]);
    assert.equal(from(6), 'out_of_range', 'from the future');
    assert.equal(from(3, 'e0'), 'unknown_epoch');
    assert.equal(from(3, ''), 'unknown_epoch');
  });

  test('offset 0 is never found, although a stream begins at 1', () => {
    const { append, from } = build();
    append(1);
    assert.equal(from(0), 'out_of_range');
  });

  test('messages go after their time, and an emptied stream has no positions', () => {
    const { append, from, clock, since, history } = build();
    append(2);
    clock.now += 10_000;
    assert.deepEqual(from(1), [2], 'not yet');
    clock.now += 1;
    assert.equal(from(1), 'out_of_range');
    assert.equal(from(2), 'out_of_range', 'the latest, but it is gone');
    assert.deepEqual(since(1), []);
    assert.equal(history.append('s', '{}').offset, 3, 'the counter goes on');
  });

  test('since gives what is there from that second on, and never refuses', () => {
    const { append, since, clock } = build();
    assert.deepEqual(since(1), []);
    append(1);
    clock.now += 900;
    append(1);
    clock.now += 200;
    append(1);
    assert.deepEqual(since(999), [1, 2, 3]);
    assert.deepEqual(since(1000), [1, 2, 3], 'the same second');
    assert.deepEqual(since(1001), [3]);
    assert.deepEqual(since(1002), []);
    append(1);
    assert.deepEqual(since(1), [2, 3, 4], 'only the tail, silently');
  });
});

describe('what is ours', () => {
  test('an offset never comes twice in an epoch, also after a stream was forgotten', () => {
    const { append, from, clock, history } = build();
    append(50);
    clock.now += 100_001;
    history.expire();
    assert.deepEqual(history.size, { streams: 0, bytes: 0 });
    assert.equal(history.append('s', '{}').offset, 51);
    append(60);
    assert.equal(from(50), 'out_of_range');
  });

  test('bytes of a stream are bounded, by its oldest messages', () => {
    const { append, from, history } = build({ limit: 1000, bytes: 2_000 });
    append(1000);
    assert.ok(history.size.bytes <= 2_000 && history.size.bytes > 1_500, String(history.size.bytes));
    assert.deepEqual(from(999), [1000]);
    assert.equal(from(1), 'out_of_range');
  });

  test('a message larger than the whole history is sent, but not kept', () => {
    const { history, from } = build({ bytes: 500 });
    assert.equal(history.append('s', JSON.stringify('x'.repeat(1_000))).offset, 1);
    assert.equal(history.size.bytes, 0);
    assert.equal(from(1), 'out_of_range');
  });

  test('bytes of all streams are bounded, by the stream that was silent longest', () => {
    const { append, from } = build({ totalBytes: 1_300 });
    append(3, 'a');
    append(3, 'b');
    append(1, 'a');
    append(2, 'c');
    assert.deepEqual(from(4, 'e1', 'a'), []);
    assert.equal(from(3, 'e1', 'b'), 'out_of_range');
    assert.deepEqual(from(1, 'e1', 'c'), [2]);
  });

  test('many messages through a small window keep their order', () => {
    const { append, from } = build({ limit: 100 });
    append(12_345);
    assert.deepEqual(from(12_340), [12_341, 12_342, 12_343, 12_344, 12_345]);
    assert.equal((from(12_246) as number[]).length, 99);
  });

  test('forgetting begins a new epoch', () => {
    const { append, from, history } = build();
    append(3);
    history.forget('e2');
    append(2);
    assert.equal(history.epoch, 'e2');
    assert.equal(from(1), 'unknown_epoch');
    assert.deepEqual(from(1, 'e2'), [2]);
  });
});
