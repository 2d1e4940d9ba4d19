/** What clients say to each other through a real CableServer. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { Channel, JsonObject } from '../../../../templates/node/src/cable/channel.js';
import { startCableHost } from '../../../support/cable-host.js';
import type { CableHost } from '../../../support/cable-host.js';

const id = (channel: string, params: JsonObject = {}) => JSON.stringify({ channel, ...params });
const ROOM = id('Room');

const channels: Record<string, Channel> = {
  Room: {
    subscribed: ({ streamFrom }) => {
      streamFrom('content');
      streamFrom('room', { whisper: true });
    },
    perform: () => undefined,
  },
  /** Listens to the same streams, and may not whisper. */
  Gallery: {
    subscribed: ({ streamFrom }) => {
      streamFrom('content');
      streamFrom('room');
    },
    perform: () => undefined,
  },
};

let host: CableHost;
let now: number;

beforeEach(async () => {
  now = Date.now();
  host = await startCableHost({ channels, now: () => now });
});
afterEach(() => host.stop());

async function enter(identifier = ROOM, user = 'ada') {
  const client = await host.connect({ user });
  assert.equal((await client.subscribe(identifier))['type'], 'confirm_subscription');
  return client;
}

describe('a whisper', () => {
  test('reaches everybody else on its stream, without a type and without a place in it', async () => {
    const [ada, bob, gallery] = [await enter(), await enter(), await enter(id('Gallery'))];
    ada.command('whisper', ROOM, { data: { typing: true, text: 'ü\u2028' } });
    assert.deepEqual(await ada.settled(), []);
    const message = { typing: true, text: 'ü\u2028' };
    assert.deepEqual(await bob.settled(), [{ identifier: ROOM, message }]);
    assert.deepEqual(await gallery.settled(), [{ identifier: id('Gallery'), message }]);
  });

  test('never comes back to its sender, not by another subscription either; another tab of theirs hears it', async () => {
    const [ada, tab] = [await enter(), await enter()];
    const other = id('Room', { again: true });
    await ada.subscribe(other);
    ada.command('whisper', other, { data: 1 });
    assert.deepEqual(await ada.settled(), []);
    assert.deepEqual(await tab.settled(), [{ identifier: ROOM, message: 1 }]);
  });

  test('is in no history, and moves no offset', async () => {
    const [ada, bob] = [await enter(), await enter()];
    host.cable.broadcast('room', { n: 1 });
    ada.command('whisper', ROOM, { data: { n: 'whisper' } });
    await ada.settled();
    host.cable.broadcast('room', { n: 2 });
    assert.deepEqual(
      (await bob.settled()).map(({ offset }) => offset),
      [1, undefined, 2],
    );
    bob.command('history', ROOM, { history: { since: 1 } });
    assert.deepEqual(
      (await bob.settled()).map(({ message }) => message),
      [{ n: 1 }, { n: 2 }, undefined],
    );
  });

  test('of whatever JSON is arrives as it was', async () => {
    const [ada, bob] = [await enter(), await enter()];
    const said = [{ a: [1] }, 'text', '', 0, false, [], '{"json":"in a string"}'];
    for (const data of said) ada.command('whisper', ROOM, { data });
    await ada.settled();
    assert.deepEqual(
      (await bob.settled()).map(({ message }) => message),
      said,
    );
  });

  test('cannot be made to look like anything else', async () => {
    const [ada, bob] = [await enter(), await enter()];
    ada.send(
      JSON.stringify({
        command: 'whisper',
        identifier: ROOM,
        type: 'confirm_subscription',
        offset: 7,
        epoch: host.cable.stats.history.epoch,
        stream_id: 'content',
        data: { type: 'chunk', offset: 0, stream_id: 'content', epoch: 'x' },
      }),
    );
    await ada.settled();
    const [frame] = await bob.settled();
    assert.deepEqual(Object.keys(frame ?? {}), ['identifier', 'message']);
  });
});

describe('no whisper', () => {
  for (const [name, identifier] of [
    ['by a subscription that may not', id('Gallery')],
    ['by one that is not there', id('Room', { unknown: 1 })],
  ] as const) {
    test(name, async () => {
      const [ada, bob] = [await enter(id('Gallery')), await enter()];
      ada.command('whisper', identifier, { data: { forged: true } });
      assert.deepEqual(await ada.settled(), []);
      assert.deepEqual(await bob.settled(), []);
    });
  }

  test('after unsubscribing; and again in a restored session', async () => {
    const [ada, bob] = [await enter(), await enter()];
    await ada.cut();
    const again = await host.connect({ sid: String(ada.frames[0]?.['sid']) });
    again.command('whisper', ROOM, { data: 1 });
    again.command('unsubscribe', ROOM);
    again.command('whisper', ROOM, { data: 2 });
    await again.settled();
    assert.deepEqual(
      (await bob.settled()).map(({ message }) => message),
      [1],
    );
  });

  test('larger than a frame may be', async () => {
    const [ada, bob] = [await enter(), await enter()];
    ada.command('whisper', ROOM, { data: 'x'.repeat(64 * 1024) });
    assert.equal((await ada.closed).code, 1009);
    assert.deepEqual(await bob.settled(), []);
  });
});

describe('a flood', () => {
  test('of one user, with all their tabs, is heard for a while; others are not kept from speaking', async () => {
    await host.stop();
    host = await startCableHost({ channels, now: () => now, options: { relayedPerSecond: 2 } });
    const [flood, tab, bob] = [await enter(), await enter(), await enter(ROOM, 'bob')];
    for (let n = 0; n < 100; n++) flood.command('whisper', ROOM, { data: n });
    await flood.settled();
    tab.command('whisper', ROOM, { data: 'tab' });
    await tab.settled();
    assert.equal((await bob.settled()).length, 8);
    assert.equal(host.log.filter((line) => line.includes(' WARN ') && line.includes('rate_limited')).length, 2);
    bob.command('whisper', ROOM, { data: 'bob' });
    await bob.settled();
    assert.deepEqual((await tab.settled()).at(-1)?.['message'], 'bob');
    now += 1_000;
    for (let n = 0; n < 5; n++) flood.command('whisper', ROOM, { data: 'later' });
    await flood.settled();
    assert.equal((await bob.settled()).length, 2);
  });

  test('costs a slow listener whispers, and not the connection', async () => {
    await host.stop();
    const options = { relayedPerSecond: 100_000, maxPendingBytes: 256 * 1024 };
    host = await startCableHost({ channels, options });
    const [ada, slow] = [await enter(), await enter()];
    slow.pause();
    const data = 'x'.repeat(60 * 1024);
    // More than the system's own buffers hold by far.
    for (let n = 0; n < 400; n++) {
      ada.command('whisper', ROOM, { data });
      if (n % 10 === 9) await ada.settled();
    }
    assert.equal(host.cable.stats.connections, 2);
    host.cable.broadcast('content', { still: 'here' });
    slow.resume();
    assert.deepEqual((await slow.next(({ offset }) => offset !== undefined))['message'], { still: 'here' });
    assert.ok(slow.frames.length < 400, 'some were lost');
  });
});

describe('publishing with what AnyCable calls meta', () => {
  test('spares a socket, types a frame, and keeps a message out of the history', async () => {
    const [ada, bob] = [await enter(), await enter()];
    const excludeSid = String(ada.frames[0]?.['sid']);
    host.cable.publish('room', '{"n":1}', { excludeSid });
    host.cable.publish('room', '"text"', { type: 'notice' });
    host.cable.publish('room', '{"n":3}', { isTransient: true });
    host.cable.publish('room', '{"n":4}', { isTransient: true, type: 'notice', excludeSid });
    const epoch = host.cable.stats.history.epoch;
    const [first, second, third, fourth] = [
      { identifier: ROOM, message: { n: 1 }, stream_id: 'room', epoch, offset: 1 },
      { type: 'notice', identifier: ROOM, message: 'text', stream_id: 'room', epoch, offset: 2 },
      { identifier: ROOM, message: { n: 3 } },
      { type: 'notice', identifier: ROOM, message: { n: 4 } },
    ];
    assert.deepEqual(await bob.settled(), [first, second, third, fourth]);
    assert.deepEqual(await ada.settled(), [second, third]);
    ada.command('history', ROOM, { history: { since: 1 } });
    const replayed = (await ada.settled()).slice(0, -1);
    assert.deepEqual(replayed, [first, { identifier: ROOM, message: 'text', stream_id: 'room', epoch, offset: 2 }]);
  });
});
