/** Subscribing, performing and publishing through a real CableServer. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { Channel, ChannelContext, JsonObject } from '../../../../templates/node/src/cable/channel.js';
import { BASE } from '../../../support/cable-client.js';
import { startCableHost } from '../../../support/cable-host.js';
import type { CableHost } from '../../../support/cable-host.js';

const id = (channel: string, params: JsonObject = {}) => JSON.stringify({ channel, ...params });

/** What the channels were called for, in order. */
let calls: string[];
let host: CableHost;
let kept: ChannelContext | undefined;
let hold: { readonly promise: Promise<void>; readonly release: () => void };

const room: Channel = {
  subscribed: ({ identity, params, streamFrom, transmit }) => {
    calls.push(`subscribed ${identity.user} ${String(params['room'])}`);
    transmit({ hello: identity.user });
    streamFrom(`room:${String(params['room'])}`);
    if (params['second'] !== undefined) streamFrom(`room:${String(params['second'])}`);
  },
  perform: async (context, action, data) => {
    calls.push(`${action} begins`);
    if (action === 'wait') await hold.promise;
    if (action === 'throw') throw new Error('a secret of the database');
    if (action === 'keep') kept = context;
    if (action === 'echo') context.transmit({ echo: data });
    if (action === 'misuse') {
      context.streamFrom('room:other');
      context.reject();
    }
    calls.push(`${action} ends`);
  },
  unsubscribed: ({ identity, params }) => void calls.push(`unsubscribed ${identity.user} ${String(params['room'])}`),
};

const channels: Record<string, Channel> = {
  Room: room,
  Closed: {
    subscribed: ({ reject, streamFrom, transmit }) => {
      streamFrom('room:1');
      transmit({ why: 'closed today' });
      reject();
    },
    perform: () => void calls.push('closed performed'),
  },
  Broken: {
    subscribed: () => {
      throw new Error('a secret of the database');
    },
    perform: () => undefined,
  },
  Slow: {
    subscribed: async ({ streamFrom }) => {
      streamFrom('slow');
      await hold.promise;
    },
    perform: () => undefined,
  },
};

beforeEach(async () => {
  calls = [];
  kept = undefined;
  let release!: () => void;
  const promise = new Promise<void>((resolve) => (release = resolve));
  hold = { promise, release };
  host = await startCableHost({ channels });
});
afterEach(async () => {
  hold.release();
  await host.stop();
});

describe('subscribing', () => {
  test('what the channel transmits comes first, then the confirmation, then the stream', async () => {
    const client = await host.connect();
    const identifier = id('Room', { room: 1 });
    await client.subscribe(identifier);
    host.cable.broadcast('room:1', { text: 'ü' });
    await client.next();
    assert.deepEqual(client.transcript.slice(1), [
      { identifier, message: { hello: 'ada' } },
      { type: 'confirm_subscription', identifier },
      { identifier, message: { text: 'ü' }, stream_id: 'room:1', epoch: host.cable.stats.history.epoch, offset: 1 },
    ]);
  });

  test('clients of the base protocol get the same frames, positions included, as AnyCable sends them', async () => {
    const client = await host.connect({ protocols: [BASE] });
    await client.subscribe(id('Room', { room: 1 }));
    host.cable.broadcast('room:1', {});
    assert.equal((await client.next())['offset'], 1);
  });

  test('the identifier comes back byte for byte, whatever its spelling', async () => {
    const client = await host.connect();
    const identifier = '{ "room" : "1\\u00fc",  "channel":"Room" }';
    await client.subscribe(identifier);
    host.cable.broadcast('room:1ü', {});
    assert.equal((await client.next())['identifier'], identifier);
  });

  test('a subscription that exists is not made again, and gets no answer', async () => {
    const client = await host.connect();
    await client.subscribe(id('Room', { room: 1 }));
    client.command('subscribe', id('Room', { room: 1 }));
    assert.deepEqual(await client.settled(), []);
    host.cable.broadcast('room:1', {});
    assert.equal((await client.settled()).length, 1);
    assert.deepEqual(calls, ['subscribed ada 1']);
  });

  test('a rejected one gets its words and no stream', async () => {
    const client = await host.connect();
    const identifier = id('Closed');
    assert.equal((await client.subscribe(identifier))['type'], 'reject_subscription');
    assert.deepEqual(client.transcript[1], { identifier, message: { why: 'closed today' } });
    host.cable.broadcast('room:1', {});
    client.perform(identifier, 'anything');
    assert.deepEqual(await client.settled(), []);
    assert.deepEqual(calls, []);
  });

  test('one whose channel throws is rejected; the log has it, the client does not', async () => {
    const client = await host.connect();
    assert.deepEqual(await client.subscribe(id('Broken')), { type: 'reject_subscription', identifier: id('Broken') });
    assert.ok(host.log.some((line) => line.includes('ERROR') && line.includes('Broken') && line.includes('a secret')));
    assert.ok(!JSON.stringify(client.frames).includes('secret'));
  });

  for (const identifier of [id('Unknown'), id('constructor'), id('__proto__'), 'no json', '', '[]', '{"channel":1}']) {
    test(`one to nothing is rejected: ${identifier || 'an empty identifier'}`, async () => {
      const client = await host.connect();
      assert.deepEqual(await client.subscribe(identifier), { type: 'reject_subscription', identifier });
    });
  }

  test('no message gets in before the confirmation', async () => {
    const client = await host.connect();
    client.command('subscribe', id('Slow'));
    await client.command('unsubscribe', id('Slow'));
    const other = await host.connect();
    await other.settled();
    host.cable.broadcast('slow', { n: 1 });
    hold.release();
    assert.deepEqual(
      (await client.settled()).map(({ type }) => type),
      ['confirm_subscription'],
    );
    assert.equal(host.cable.stats.streams, 0);
  });
});

describe('unsubscribing', () => {
  test('ends the stream and tells the channel', async () => {
    const client = await host.connect();
    await client.subscribe(id('Room', { room: 1, second: 2 }));
    client.command('unsubscribe', id('Room', { room: 1, second: 2 }));
    await client.settled();
    host.cable.broadcast('room:1', {});
    host.cable.broadcast('room:2', {});
    assert.deepEqual(await client.settled(), []);
    assert.deepEqual(calls, ['subscribed ada 1', 'unsubscribed ada 1']);
    assert.equal(host.cable.stats.streams, 0);
    await client.subscribe(id('Room', { room: 1, second: 2 }));
  });

  test('a lost connection tells every channel, and leaves no stream behind', async () => {
    const client = await host.connect();
    await client.subscribe(id('Room', { room: 1 }));
    await client.subscribe(id('Room', { room: 2 }));
    await client.cut();
    await host.stop();
    assert.deepEqual(calls.slice(2), ['unsubscribed ada 1', 'unsubscribed ada 2']);
    assert.equal(host.cable.stats.streams, 0);
  });
});

describe('performing', () => {
  test('calls the channel with the action and its data, and transmits to this subscription only', async () => {
    const [client, other] = [await host.connect(), await host.connect()];
    for (const each of [client, other]) await each.subscribe(id('Room', { room: 1 }));
    client.perform(id('Room', { room: 1 }), 'echo', { text: 'hi' });
    assert.deepEqual(await client.next(), { identifier: id('Room', { room: 1 }), message: { echo: { text: 'hi' } } });
    assert.deepEqual(await other.settled(), []);
  });

  test('commands of one client are handled one after the other, those of others meanwhile', async () => {
    const [client, other] = [await host.connect(), await host.connect()];
    const identifier = id('Room', { room: 1 });
    await client.subscribe(identifier);
    await other.subscribe(identifier);
    calls.length = 0;
    client.perform(identifier, 'wait');
    client.perform(identifier, 'echo');
    client.command('unsubscribe', identifier);
    other.perform(identifier, 'echo', { n: 1 });
    await other.next();
    assert.deepEqual(
      calls.filter((call) => call.startsWith('echo')),
      ['echo begins', 'echo ends'],
      'the other’s',
    );
    hold.release();
    await client.settled();
    assert.deepEqual(
      calls.filter((call) => !call.startsWith('echo')),
      ['wait begins', 'wait ends', 'unsubscribed ada 1'],
    );
  });

  test('a flood behind a slow command is held back, and all of it is handled', async () => {
    const client = await host.connect();
    const identifier = id('Room', { room: 1 });
    await client.subscribe(identifier);
    client.perform(identifier, 'wait');
    for (let n = 0; n < 500; n++) client.perform(identifier, 'echo', { n });
    hold.release();
    const echoes = (await client.settled()).map(({ message }) => (message as { echo: { n: number } }).echo.n);
    assert.deepEqual(
      echoes,
      Array.from({ length: 500 }, (_, n) => n),
    );
  });

  test('what throws is logged with its identifier, says nothing, and harms nobody', async () => {
    const client = await host.connect();
    await client.subscribe(id('Room', { room: 1 }));
    client.perform(id('Room', { room: 1 }), 'throw');
    client.perform(id('Room', { room: 1 }), 'echo');
    assert.equal((await client.settled()).length, 1);
    assert.ok(host.log.some((line) => line.includes('perform throw') && line.includes('a secret')));
  });

  test('what is left of a connection that ended is not handled', async () => {
    const client = await host.connect();
    const identifier = id('Room', { room: 1 });
    await client.subscribe(identifier);
    client.perform(identifier, 'wait');
    client.perform(identifier, 'echo');
    const other = await host.connect();
    await other.settled();
    while (!calls.includes('wait begins')) await other.settled();
    await client.cut();
    await other.settled();
    hold.release();
    await host.stop();
    assert.deepEqual(calls, ['subscribed ada 1', 'wait begins', 'wait ends', 'unsubscribed ada 1']);
  });

  test('a context does nothing after its command, and a perform cannot subscribe', async () => {
    const client = await host.connect();
    await client.subscribe(id('Room', { room: 1 }));
    client.perform(id('Room', { room: 1 }), 'keep');
    client.perform(id('Room', { room: 1 }), 'misuse');
    await client.settled();
    kept?.transmit({ late: true });
    host.cable.broadcast('room:other', {});
    assert.deepEqual(await client.settled(), []);
    assert.equal(host.log.filter((line) => line.includes('when it has no effect')).length, 3);
  });
});

describe('publishing', () => {
  test('reaches every subscription of the stream, in order, once each', async () => {
    const client = await host.connect();
    const [one, two] = [id('Room', { room: 1, second: 2 }), id('Room', { room: 2, second: 1 })];
    await client.subscribe(one);
    await client.subscribe(two);
    for (let n = 1; n <= 300; n++) host.cable.broadcast('room:1', { n });
    const messages = await client.settled();
    for (const identifier of [one, two]) {
      const theirs = messages.filter((frame) => frame['identifier'] === identifier);
      assert.deepEqual(
        theirs.map(({ offset }) => offset),
        Array.from({ length: 300 }, (_, n) => n + 1),
      );
    }
  });

  test('what JSON cannot hold is the publisher’s error', () => {
    const cyclic: Record<string, unknown> = {};
    cyclic['self'] = cyclic;
    assert.throws(() => host.cable.broadcast('room:1', cyclic), { name: 'CableError', reason: 'invalid_message' });
  });
});
