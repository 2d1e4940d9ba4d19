/** Presence as clients of a real CableServer see it: their frames, byte for byte those of AnyCable. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { Channel, JsonObject } from '../../../../templates/node/src/cable/channel.js';
import { BASE } from '../../../support/cable-client.js';
import type { CableClient, CableClientOptions } from '../../../support/cable-client.js';
import { startCableHost } from '../../../support/cable-host.js';
import type { CableHost } from '../../../support/cable-host.js';

const TTL = 15_000;
const id = (channel: string, params: JsonObject = {}) => JSON.stringify({ channel, ...params });
const ROOM = id('Room');
const PLAIN = id('Plain');

const room: Channel = {
  subscribed: ({ params, streamFrom }) => {
    streamFrom('room:messages');
    streamFrom(`room${String(params['n'] ?? '')}`, { presence: true });
  },
  perform: (context, action, data) => {
    if (action === 'join') context.joinPresence(String(data['id']), data['info']);
    if (action === 'leave') context.leavePresence();
    if (action === 'change one’s mind') {
      context.joinPresence('ada');
      context.leavePresence();
      context.joinPresence('bob', { last: 'word' });
    }
    if (action === 'join and throw') {
      context.joinPresence('ada');
      throw new Error('after all');
    }
    if (action === 'join as nobody') context.joinPresence('');
  },
  unsubscribed: (context) => context.joinPresence('too late'),
};

const channels: Record<string, Channel> = {
  Room: room,
  Plain: {
    subscribed: ({ streamFrom }) => streamFrom('plain'),
    perform: ({ joinPresence, leavePresence }, action) => (action === 'leave' ? leavePresence() : joinPresence('ada')),
  },
  /** The same stream, joined by whoever likes. */
  Lobby: { subscribed: ({ streamFrom }) => streamFrom('hall', { presence: true }), perform: () => undefined },
  /** Its channel says who is there, as Rails' `join_presence` does. */
  Hall: {
    subscribed: ({ identity, params, streamFrom, joinPresence, reject }) => {
      streamFrom('hall', { presence: true });
      joinPresence(identity.user, { name: identity.user });
      if (params['closed'] === true) reject();
    },
    perform: ({ leavePresence }) => leavePresence(),
  },
};

let host: CableHost;
let now: number;

beforeEach(async () => {
  now = Date.now();
  host = await startCableHost({ channels, now: () => now, options: { presenceTtl: TTL, presenceMemberBytes: 100 } });
});
afterEach(() => host.stop());

/** A client that is subscribed, and has read the answer. */
async function enter(identifier = ROOM, options: CableClientOptions & { readonly user?: string } = {}) {
  const client = await host.connect(options);
  assert.equal((await client.subscribe(identifier))['type'], 'confirm_subscription');
  return client;
}

const join = (client: CableClient, presence: unknown, identifier = ROOM) =>
  client.command('join', identifier, { presence });
const joined = (member: string, info?: unknown, identifier = ROOM) => ({
  type: 'presence',
  identifier,
  message: { id: member, ...(info !== undefined && { info }), type: 'join' },
});
const left = (member: string, identifier = ROOM) => ({
  type: 'presence',
  identifier,
  message: { id: member, type: 'leave' },
});
const present = (stream = 'room') => [...host.cable.presence(stream)];
const logged = (text: string) => host.log.filter((line) => line.includes(text)).length;

/**
 * Lets the TTL pass for who is lost, and waits until the server has looked: a visitor of this function's own is lost as
 * well, and their leave is the sign. Returns what `witness` was told besides.
 */
async function passTtl(witness: CableClient) {
  const marker = await enter();
  join(marker, { id: 'marker' });
  await marker.settled();
  const before = host.cable.stats.connections;
  await marker.cut();
  while (host.cable.stats.connections === before) await witness.settled();
  const from = witness.frames.length;
  now += TTL;
  await witness.next((frame) => JSON.stringify(frame) === JSON.stringify(left('marker')));
  return [...witness.frames.slice(from), ...(await witness.settled())].filter(
    ({ type, message }) => type === 'presence' && (message as { id: string }).id !== 'marker',
  );
}

describe('joining and leaving', () => {
  test('is told to everybody in the stream, the one who does it included, and has no place in it', async () => {
    const [ada, bob] = [await enter(), await enter()];
    join(ada, { id: 'ada', info: { name: 'Ada', tags: ['ü'] } });
    assert.deepEqual(await ada.settled(), [joined('ada', { name: 'Ada', tags: ['ü'] })]);
    assert.deepEqual(await bob.settled(), [joined('ada', { name: 'Ada', tags: ['ü'] })]);
    assert.deepEqual(present(), [['ada', { name: 'Ada', tags: ['ü'] }]]);
    ada.command('leave', ROOM);
    assert.deepEqual(await ada.settled(), [left('ada')]);
    assert.deepEqual(await bob.settled(), [left('ada')]);
    assert.deepEqual(present(), []);
    assert.equal(host.cable.stats.history.streams, 0);
  });

  test('without info, or with null, none is told', async () => {
    const [ada, bob] = [await enter(), await enter()];
    join(ada, { id: 'ada' });
    join(bob, { id: 'bob', info: null });
    await ada.settled();
    await bob.settled();
    assert.deepEqual((await enter()).frames.length, 2);
    ada.command('presence', ROOM);
    assert.deepEqual(await ada.next((frame) => JSON.stringify(frame).includes('info')), {
      type: 'presence',
      identifier: ROOM,
      message: { type: 'info', total: 2, records: [{ id: 'ada' }, { id: 'bob' }] },
    });
  });

  test('a second socket of the same id is not told, nor is its new info, nor that the first goes', async () => {
    const [first, second, witness] = [await enter(), await enter(), await enter()];
    join(first, { id: 'ada', info: 1 });
    await first.settled();
    join(second, { id: 'ada', info: 2 });
    await second.settled();
    first.command('leave', ROOM);
    await first.settled();
    assert.deepEqual(await witness.settled(), [joined('ada', 1)]);
    assert.deepEqual(present(), [['ada', 2]]);
    second.command('unsubscribe', ROOM);
    assert.deepEqual(await second.settled(), [], 'who has unsubscribed hears nothing of it');
    assert.deepEqual(await witness.settled(), [left('ada')]);
  });

  test('with the subscription, after its confirmation and its history', async () => {
    host.cable.broadcast('room:messages', { n: 1 });
    const client = await host.connect();
    client.command('subscribe', ROOM, { history: { since: 1 }, presence: { id: 'ada', info: { a: 1 } } });
    assert.deepEqual(
      (await client.settled()).map(({ type }) => type),
      ['confirm_subscription', undefined, 'confirm_history', 'presence'],
    );
    assert.deepEqual(present(), [['ada', { a: 1 }]]);
  });

  test('each stream has its own; a subscription to several has one that is for presence', async () => {
    const [ada, bob] = [await enter(id('Room', { n: 1 })), await enter(id('Room', { n: 2 }))];
    join(ada, { id: 'ada' }, id('Room', { n: 1 }));
    await ada.settled();
    assert.deepEqual(await bob.settled(), []);
    assert.deepEqual([present('room1').length, present('room2').length, present('room:messages').length], [1, 0, 0]);
  });

  test('the identifier comes back byte for byte', async () => {
    const identifier = '{ "channel":"Room" }';
    const client = await enter(identifier);
    join(client, { id: '"quoted" \u2028' }, identifier);
    assert.deepEqual(await client.settled(), [joined('"quoted" \u2028', undefined, identifier)]);
  });

  test('clients of the base protocol have it as well', async () => {
    const [client, witness] = [await enter(ROOM, { protocols: [BASE] }), await enter()];
    join(client, { id: 'ada' });
    assert.deepEqual(await client.settled(), [joined('ada')]);
    await witness.settled();
    assert.deepEqual(await passTtl(witness), [], 'and stay as long as they are connected');
  });
});

describe('asking who is there', () => {
  test('is answered to the one who asks, by the words of AnyCable', async () => {
    const client = await enter();
    client.command('presence', ROOM, { data: { return_records: false } });
    assert.deepEqual(await client.settled(), [
      { type: 'presence', identifier: ROOM, message: { type: 'info', total: 0 } },
    ]);
    join(client, { id: 'ada', info: { name: 'Ada' } });
    await client.settled();
    client.command('presence', ROOM);
    assert.deepEqual(await client.settled(), [
      {
        type: 'presence',
        identifier: ROOM,
        message: { type: 'info', total: 1, records: [{ id: 'ada', info: { name: 'Ada' } }] },
      },
    ]);
  });

  test('without a presence stream is answered by an error', async () => {
    const client = await enter(PLAIN);
    client.command('presence', PLAIN);
    assert.deepEqual(await client.settled(), [
      { type: 'presence', identifier: PLAIN, message: { type: 'error', total: 0 } },
    ]);
  });

  test('without a subscription is not answered', async () => {
    const client = await host.connect();
    client.command('presence', ROOM);
    assert.deepEqual(await client.settled(), []);
  });
});

describe('what makes no sense is dropped, and changes nothing', () => {
  const big = 'x'.repeat(200);
  const cases: [name: string, reason: string, command: string, identifier: string, more: JsonObject][] = [
    ['join without presence', 'invalid_field', 'join', ROOM, {}],
    ['join with null', 'invalid_field', 'join', ROOM, { presence: null }],
    ['join with a list', 'invalid_field', 'join', ROOM, { presence: [] }],
    ['join without an id', 'invalid_field', 'join', ROOM, { presence: { info: {} } }],
    ['join with an empty id', 'invalid_field', 'join', ROOM, { presence: { id: '' } }],
    ['join with a number as id', 'invalid_field', 'join', ROOM, { presence: { id: 7 } }],
    ['join with info that is too large', 'presence_refused', 'join', ROOM, { presence: { id: 'ada', info: big } }],
    ['join with an id that is too large', 'presence_refused', 'join', ROOM, { presence: { id: big } }],
    ['join under another id', 'presence_refused', 'join', ROOM, { presence: { id: 'eve' } }],
    ['join where there is no presence', 'presence_not_enabled', 'join', PLAIN, { presence: { id: 'ada' } }],
    ['leave where there is no presence', 'presence_not_enabled', 'leave', PLAIN, {}],
    ['join without a subscription', 'unknown_subscription', 'join', id('Room', { n: 9 }), { presence: { id: 'ada' } }],
    ['leave without a subscription', 'unknown_subscription', 'leave', id('Room', { n: 9 }), {}],
    ['subscribe with bad presence', 'invalid_field', 'subscribe', id('Room', { n: 9 }), { presence: 'ada' }],
  ];
  for (const [name, reason, command, identifier, more] of cases) {
    test(name, async () => {
      const client = await enter();
      await client.subscribe(PLAIN);
      join(client, { id: 'member' });
      await client.settled();
      client.command(command, identifier, more);
      assert.deepEqual(await client.settled(), []);
      assert.deepEqual(present(), [['member', undefined]]);
      assert.equal(logged(`reason=${reason}`), 1, host.log.join('\n'));
      client.command('leave', ROOM);
      assert.deepEqual(await client.settled(), [left('member')], 'and what is right goes on');
    });
  }

  test('leaving twice is leaving once', async () => {
    const client = await enter();
    join(client, { id: 'ada' });
    client.command('leave', ROOM);
    client.command('leave', ROOM);
    assert.deepEqual(await client.settled(), [joined('ada'), left('ada')]);
  });

  test('info that is nested to the limit of a frame harms nothing', async () => {
    const client = await enter();
    const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;
    client.send(`{"command":"join","identifier":${JSON.stringify(ROOM)},"presence":{"id":"ada","info":${deep}}}`);
    assert.deepEqual(await client.settled(), []);
    assert.deepEqual(present(), []);
  });

  test('joining and leaving without end is heard for a while', async () => {
    await host.stop();
    host = await startCableHost({ channels, now: () => now, options: { relayedPerSecond: 1 } });
    const [flood, witness, other] = [await enter(), await enter(), await enter(ROOM, { user: 'bob' })];
    for (let n = 0; n < 20; n++) {
      join(flood, { id: 'ada' });
      flood.command('leave', ROOM);
    }
    await flood.settled();
    assert.equal((await witness.settled()).length, 8, 'four of each');
    assert.equal(logged('reason=rate_limited'), 1 + 15, 'one line as a warning, the others for debugging');
    assert.deepEqual(present(), []);
    join(other, { id: 'bob' });
    assert.equal((await other.settled()).length, 9, 'others have their own share');
    now += 1_000;
    join(flood, { id: 'ada' });
    await flood.settled();
    assert.equal(present().length, 2);
  });
});

test('joining and leaving without end costs nobody who reads slowly the connection, and is told in the end', async () => {
  await host.stop();
  const options = { relayedPerSecond: 100_000, presencePerSecond: 100_000, maxPendingBytes: 256 * 1024 };
  host = await startCableHost({ channels, options: { ...options, presenceTtl: TTL } });
  const [ada, slow] = [await enter(), await enter()];
  slow.pause();
  const info = 'x'.repeat(4_000);
  // More than the system's own buffers hold by far.
  for (let n = 0; n < 6_000; n++) {
    join(ada, { id: 'ada', info });
    ada.command('leave', ROOM);
    if (n % 100 === 99) await ada.settled();
  }
  join(ada, { id: 'the last' });
  await ada.settled();
  assert.equal(host.cable.stats.connections, 2);
  slow.resume();
  const list = await slow.next(({ message }) => (message as JsonObject | undefined)?.['type'] === 'info');
  assert.deepEqual(list['message'], { type: 'info', total: 1, records: [{ id: 'the last' }] });
  assert.ok(slow.frames.length < 12_000, 'some were lost');
});

describe('a connection that is lost', () => {
  test('leaves after the TTL, once', async () => {
    const [ada, witness] = [await enter(), await enter()];
    join(ada, { id: 'ada' });
    await ada.settled();
    await witness.settled();
    await ada.cut();
    assert.deepEqual(await passTtl(witness), [left('ada')]);
    assert.deepEqual(present(), []);
    assert.deepEqual(await passTtl(witness), []);
  });

  test('that comes back to its session and joins anew was never away, and is gone for good after that', async () => {
    const [ada, witness] = [await enter(), await enter()];
    const sid = String(ada.frames[0]?.['sid']);
    join(ada, { id: 'ada', info: 1 });
    await ada.settled();
    await witness.settled();
    await ada.cut();
    const again = await host.connect({ sid });
    assert.equal(again.frames[0]?.['restored'], true);
    join(again, { id: 'ada', info: 1 });
    assert.deepEqual(await again.settled(), []);
    assert.deepEqual(await passTtl(witness), [], 'the old connection’s place expires unseen');
    assert.deepEqual(present(), [['ada', 1]]);
    await again.cut();
    assert.deepEqual(await passTtl(witness), [left('ada')]);
  });

  test('that comes back to its session and does not join anew is gone after the TTL', async () => {
    const [ada, witness] = [await enter(), await enter()];
    join(ada, { id: 'ada' });
    await ada.settled();
    await witness.settled();
    await ada.cut();
    const again = await host.connect({ sid: String(ada.frames[0]?.['sid']) });
    assert.deepEqual(await passTtl(witness), [left('ada')]);
    again.command('presence', ROOM);
    assert.deepEqual((await again.settled()).at(-1)?.['message'], { type: 'info', total: 0 });
  });

  test('survives 50 reconnects in a row unseen', async () => {
    const witness = await enter();
    let ada = await enter();
    join(ada, { id: 'ada' });
    await ada.settled();
    await witness.settled();
    for (let n = 0; n < 50; n++) {
      const sid = String(ada.frames[0]?.['sid']);
      await ada.cut();
      now += 300;
      ada = await host.connect({ sid });
      join(ada, { id: 'ada' });
      await ada.settled();
    }
    assert.deepEqual(await witness.settled(), []);
    assert.deepEqual(await passTtl(witness), []);
    assert.deepEqual(present(), [['ada', undefined]]);
  });

  test('is told nothing of by a server that was asleep, as long as it is there', async () => {
    const [ada, witness] = [await enter(), await enter()];
    join(ada, { id: 'ada' });
    await ada.settled();
    await witness.settled();
    now += 100 * TTL;
    assert.deepEqual(await passTtl(witness), []);
  });
});

describe('joined by the channel', () => {
  const HALL = id('Hall');

  test('while subscribing: after the confirmation, for everybody', async () => {
    const witness = await enter(HALL, { user: 'witness' });
    const ada = await host.connect();
    await ada.subscribe(HALL);
    assert.deepEqual(await ada.settled(), [joined('ada', { name: 'ada' }, HALL)]);
    assert.deepEqual((await witness.settled()).at(-1), joined('ada', { name: 'ada' }, HALL));
    assert.deepEqual(present('hall'), [
      ['witness', { name: 'witness' }],
      ['ada', { name: 'ada' }],
    ]);
  });

  test('and rejected: nobody was there', async () => {
    const client = await host.connect();
    const identifier = id('Hall', { closed: true });
    assert.equal((await client.subscribe(identifier))['type'], 'reject_subscription');
    assert.deepEqual(await client.settled(), []);
    assert.deepEqual(present('hall'), []);
  });

  test('while performing: when it has ended well, and by its last word', async () => {
    const client = await enter();
    client.perform(ROOM, 'join and throw');
    client.perform(ROOM, 'join as nobody');
    assert.deepEqual(await client.settled(), []);
    assert.ok(logged('channel failed in perform join as nobody') === 1 && logged('a string that is not empty') === 1);
    client.perform(ROOM, 'change one’s mind');
    assert.deepEqual(await client.settled(), [joined('bob', { last: 'word' })]);
    client.perform(ROOM, 'leave');
    assert.deepEqual(await client.settled(), [left('bob')]);
  });

  test('where there is no presence, or while unsubscribing: the log says that it has no effect', async () => {
    const client = await enter(PLAIN);
    client.perform(PLAIN, 'join');
    client.perform(PLAIN, 'leave');
    await client.settled();
    assert.equal(logged('joinPresence() when it has no effect'), 1);
    assert.equal(logged('leavePresence() when it has no effect'), 1);
    await client.subscribe(ROOM);
    client.command('unsubscribe', ROOM);
    await client.settled();
    assert.equal(logged('joinPresence() when it has no effect'), 2);
    assert.deepEqual(present(), []);
  });

  test('stays so in a restored session, though nobody joins anew', async () => {
    const [ada, witness] = [await enter(HALL), await enter(ROOM, { user: 'witness' })];
    await witness.subscribe(HALL);
    await witness.settled();
    const sid = String(ada.frames[0]?.['sid']);
    await ada.cut();
    const again = await host.connect({ sid });
    assert.deepEqual(await again.settled(), [], 'unseen');
    assert.deepEqual(await passTtl(witness), []);
    assert.deepEqual(present('hall'), [
      ['ada', { name: 'ada' }],
      ['witness', { name: 'witness' }],
    ]);
    await again.cut();
    assert.deepEqual(await passTtl(witness), [left('ada', HALL)]);
  });

  test('and gone: a session that is restored after the TTL is present again', async () => {
    const bob = await enter(HALL, { user: 'bob' });
    const witness = await enter();
    await witness.subscribe(HALL);
    await bob.cut();
    assert.deepEqual(await passTtl(witness), [left('bob', HALL)]);
    const again = await host.connect({ sid: String(bob.frames[0]?.['sid']), user: 'bob' });
    assert.deepEqual(await again.settled(), [joined('bob', { name: 'bob' }, HALL)]);
    assert.deepEqual(await witness.settled(), [joined('bob', { name: 'bob' }, HALL)]);
  });

  test('but left by the channel, it stays away', async () => {
    const ada = await enter(HALL);
    ada.perform(HALL, 'leave');
    assert.deepEqual((await ada.settled()).at(-1), left('ada', HALL));
    await ada.cut();
    const again = await host.connect({ sid: String(ada.frames[0]?.['sid']) });
    assert.equal(again.frames[0]?.['restored'], true);
    assert.deepEqual(await again.settled(), []);
    assert.deepEqual(present('hall'), []);
  });

  test('it is not its client’s to change, but by unsubscribing', async () => {
    const ada = await host.connect();
    await ada.subscribe(HALL, { presence: { id: 'eve' } });
    assert.deepEqual(await ada.settled(), [joined('ada', { name: 'ada' }, HALL)]);
    ada.command('leave', HALL);
    join(ada, { id: 'eve' }, HALL);
    join(ada, { id: 'ada', info: { name: 'Eve' } }, HALL);
    assert.deepEqual(await ada.settled(), []);
    assert.deepEqual(present('hall'), [['ada', { name: 'ada' }]]);
    assert.equal(logged('WARN dropped a frame from a client'), 1, 'one line, however often');
    assert.equal(logged('reason=presence_by_channel'), 4);
    ada.command('unsubscribe', HALL);
    await ada.settled();
    assert.deepEqual(present('hall'), []);
  });

  test('it is there when the flood that took its place has ended', async () => {
    await host.stop();
    host = await startCableHost({ channels, now: () => now, options: { presenceLimit: 3, presencePlacesPerUser: 2 } });
    const flood = await Promise.all([1, 2, 3].map(() => enter(id('Lobby'), { user: 'flood' })));
    for (const [n, client] of flood.entries()) {
      join(client, { id: `flood ${n}` }, id('Lobby'));
      await client.settled();
    }
    assert.deepEqual(
      present('hall').map(([member]) => member),
      ['flood 0', 'flood 1'],
      'nobody takes all',
    );
    await enter(HALL, { user: 'bob' });
    const victim = await enter(HALL, { user: 'victim' });
    assert.equal(logged('detail=too_many_members'), 1);
    for (const client of flood) await client.close();
    now += TTL;
    await victim.next((frame) => JSON.stringify(frame) === JSON.stringify(joined('victim', { name: 'victim' }, HALL)));
    assert.deepEqual(
      present('hall').map(([member]) => member),
      ['bob', 'victim'],
    );
  });

  test('a restored session is told that it was carried over; where there is no presence, nothing is said', async () => {
    const [ada, plain] = [await enter(HALL), await enter(PLAIN)];
    for (const client of [ada, plain]) await client.cut();
    const again = await host.connect({ sid: String(ada.frames[0]?.['sid']) });
    const [welcome] = again.frames;
    assert.deepEqual(Object.entries(welcome ?? {}).slice(2), [
      ['restored', true],
      ['restored_ids', [HALL]],
      ['restored_presence', true],
    ]);
    const plainAgain = await host.connect({ sid: String(plain.frames[0]?.['sid']) });
    assert.deepEqual(Object.keys(plainAgain.frames[0] ?? {}), ['type', 'sid', 'restored', 'restored_ids']);
  });

  test('and the session is somebody else’s: they are not present by it', async () => {
    const ada = await enter(HALL);
    await ada.cut();
    const eve = await host.connect({ sid: String(ada.frames[0]?.['sid']), user: 'eve' });
    assert.equal(eve.frames[0]?.['restored'], undefined);
    assert.deepEqual(present('hall'), [['ada', { name: 'ada' }]]);
  });
});
