/** What hostile, broken and slow clients do to a real CableServer: nothing, to anybody but themselves. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { CableClient } from '../../../support/cable-client.js';
import { startCableHost } from '../../../support/cable-host.js';
import type { CableHost } from '../../../support/cable-host.js';

const ROOM = '{"channel":"Room"}';
let host: CableHost;
let client: CableClient;

beforeEach(async () => {
  host = await startCableHost({
    channels: {
      Room: {
        subscribed: ({ streamFrom }) => streamFrom('s'),
        perform: ({ transmit }, _action, data) => transmit(data),
      },
    },
    options: { maxPendingBytes: 256 * 1024, closeTimeout: 5_000 },
  });
  client = await host.connect();
  await client.subscribe(ROOM);
});
afterEach(() => host.stop());

const warnings = (reason: string) =>
  host.log.filter((line) => line.includes(' WARN ') && line.includes(`reason=${reason}`)).length;

describe('malformed and unknown frames are dropped, and logged once a connection and reason', () => {
  const cases: [reason: string, frame: string][] = [
    ['not_json', 'hello'],
    ['not_an_object', '[1,2]'],
    ['unknown_command', '{"command":"fly"}'],
    ['whisper_not_allowed', `{"command":"whisper","identifier":${JSON.stringify(ROOM)},"data":{}}`],
    ['presence_not_enabled', `{"command":"join","identifier":${JSON.stringify(ROOM)},"presence":{"id":"a"}}`],
    ['unknown_subscription', '{"command":"whisper","identifier":"x","data":{}}'],
    ['invalid_field', '{"command":"subscribe","identifier":7}'],
    ['invalid_data', `{"command":"message","identifier":${JSON.stringify(ROOM)},"data":{"a":1}}`],
    ['invalid_data', `{"command":"message","identifier":${JSON.stringify(ROOM)},"data":"no json"}`],
    ['unknown_subscription', '{"command":"message","identifier":"x","data":"{}"}'],
    ['unknown_subscription', '{"command":"unsubscribe","identifier":"x"}'],
    ['unknown_subscription', '{"command":"history","identifier":"x","history":{"since":1}}'],
    ['already_subscribed', `{"command":"subscribe","identifier":${JSON.stringify(ROOM)}}`],
    ['history_request_missing', `{"command":"history","identifier":${JSON.stringify(ROOM)}}`],
  ];
  for (const [reason, frame] of cases) {
    test(`${reason}: ${frame}`, async () => {
      for (let n = 0; n < 3; n++) client.send(frame);
      assert.deepEqual(await client.settled(), []);
      assert.equal(warnings(reason), 1);
      host.cable.broadcast('s', { still: 'here' });
      assert.equal((await client.settled()).length, 1);
      const other = await host.connect();
      await other.subscribe(ROOM);
      other.send(frame);
      await other.settled();
      assert.equal(warnings(reason), 2, 'each connection has its own line');
    });
  }

  test('subscriptions have a bound, and so have their names', async () => {
    const name = (n: number) => JSON.stringify({ channel: 'Room', n });
    for (let n = 1; n < 100; n++) assert.equal((await client.subscribe(name(n)))['type'], 'confirm_subscription');
    assert.equal((await client.subscribe(name(100)))['type'], 'reject_subscription');
    client.command('unsubscribe', name(1));
    assert.equal((await client.subscribe(name(100)))['type'], 'confirm_subscription');
    client.command('unsubscribe', name(2));
    const long = JSON.stringify({ channel: 'Room', long: 'x'.repeat(4_096) });
    assert.equal((await client.subscribe(long))['type'], 'reject_subscription');
  });

  test('JSON nested to the limit of a frame harms nothing', async () => {
    const depth = 9_000;
    client.send('['.repeat(60_000));
    client.send(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`);
    client.perform(ROOM, 'echo', { deep: 1 });
    client.send({
      command: 'message',
      identifier: ROOM,
      data: `{"action":"x","deep":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
    });
    await client.settled();
    await (await host.connect()).settled();
  });

  test('a binary frame is read as text, as AnyCable does', async () => {
    client.send(Buffer.from('{"command":"ping"}'));
    await client.next({ type: 'pong' });
  });

  test('a prototype cannot be polluted', async () => {
    client.send(
      `{"command":"message","identifier":${JSON.stringify(ROOM)},"data":"{\\"action\\":\\"x\\",\\"__proto__\\":{\\"polluted\\":1}}"}`,
    );
    await client.settled();
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  });
});

describe('sizes', () => {
  const padded = (size: number) => {
    const frame = { command: 'message', identifier: ROOM, data: JSON.stringify({ action: 'echo', text: '' }) };
    return JSON.stringify({
      ...frame,
      data: JSON.stringify({ action: 'echo', text: 'x'.repeat(size - JSON.stringify(frame).length) }),
    });
  };

  test('a frame of 64 KiB is taken', async () => {
    const frame = padded(64 * 1024);
    assert.equal(Buffer.byteLength(frame), 64 * 1024);
    client.send(frame);
    assert.ok(JSON.stringify(await client.next()).length > 60 * 1024);
  });

  test('one byte more closes the socket with 1009, and the session can be resumed', async () => {
    client.send(padded(64 * 1024 + 1));
    assert.equal((await client.closed).code, 1009);
    assert.equal((await host.connect({ sid: String(client.frames[0]?.['sid']) })).frames[0]?.['restored'], true);
  });

  test('text that is no UTF-8 closes the socket with 1007', async () => {
    // A client library would refuse to send it: the frame is written by hand, masked with zeros.
    client.raw.write(Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28]));
    assert.equal((await client.closed).code, 1007);
  });
});

describe('a client that does not read', () => {
  test('is disconnected as too slow, and others are not kept waiting', async () => {
    const other = await host.connect();
    await other.subscribe(ROOM);
    client.pause();
    const text = 'x'.repeat(32 * 1024);
    let sent = 0;
    while (host.cable.stats.connections === 2) {
      host.cable.broadcast('s', { text, n: sent++ });
      await other.next();
      assert.ok(sent < 10_000, 'the buffer has no end');
    }
    assert.ok(host.log.some((line) => line.includes('too slow')));
    client.resume();
    await client.closed;
    await other.settled();
  });

  test('learns the reason, when it reads in time', async () => {
    client.pause();
    const text = 'x'.repeat(32 * 1024);
    while (host.cable.stats.connections === 1) {
      host.cable.broadcast('s', { text });
      await new Promise((resolve) => setImmediate(resolve));
    }
    client.resume();
    assert.deepEqual(await client.next({ type: 'disconnect' }), {
      type: 'disconnect',
      reason: 'too_slow',
      reconnect: true,
    });
    assert.deepEqual(await client.closed, { code: 1000, reason: '' });
  });
});
