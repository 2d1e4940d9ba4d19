import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PresenceSession } from '../../../widget/src/presence-session.js';
import { ManualClock } from '../../../widget/src/testing/manual-clock.js';
import { type MemorySubscription, MemoryTransport } from '../../../widget/src/transport/memory.js';

function start() {
  const clock = new ManualClock();
  const transport = new MemoryTransport();
  const log: string[] = [];
  const wakers = new Set<() => void>();
  const presence = new PresenceSession({
    clock,
    random: () => 0.5,
    connect: (observer) =>
      transport.subscribe('RoomChannel', {}, { ...observer, messageReceived: () => {}, historyLost: () => {} }),
    isVisible: () => true,
    onWake: (callback) => {
      wakers.add(callback);
      return () => wakers.delete(callback);
    },
    log: (message) => log.push(message),
  });
  presence.start();
  const connection = transport.subscriptions[0] as MemorySubscription;
  connection.accept();
  return { presence, connection, log, wakers, clock };
}

const said = (connection: MemorySubscription) =>
  connection.presenceCommands.flatMap((one) =>
    one.command === 'request' ? [] : [`${one.command} ${'id' in one ? one.id : ''}`.trim()],
  );

test('of several who say that this visitor is here, the newest wins; who said nothing takes nobody off', () => {
  const { presence, connection } = start();
  const [first, second, silent] = [{}, {}, {}];
  presence.claim(first, { id: 'a', info: undefined });
  presence.claim(silent, undefined);
  presence.claim(second, { id: 'b', info: undefined });
  presence.claim(first, undefined);
  assert.deepEqual(said(connection), ['join a', 'leave', 'join b']);
  presence.claim(second, undefined);
  assert.deepEqual(said(connection), ['join a', 'leave', 'join b', 'leave']);
});

test('an element that comes back as the same member within the linger does not leave between', () => {
  const { presence, connection } = start();
  const [before, after] = [{}, {}];
  presence.claim(before, { id: 'a', info: { name: 'Ada' } });
  presence.claim(after, { id: 'a', info: { name: 'Ada' } });
  presence.claim(before, undefined);
  assert.deepEqual(said(connection), ['join a']);
});

test('a problem is logged once, and kept for whoever comes later, until it is over', () => {
  const { presence, connection, log } = start();
  const heard: Error[] = [];
  presence.on('problem', (error) => heard.push(error));
  connection.deliverPresence({ type: 'error' });
  assert.equal(heard.length, 1);
  assert.equal(presence.problem, heard[0]);
  assert.match(log.join(), /^cable-presence: The server does not say who is here/);
  connection.drop();
  connection.accept();
  connection.deliverPresence({ type: 'info', members: new Map() });
  assert.equal(presence.problem, undefined);
});

test('looks again when the page wakes, and no more once it is closed', () => {
  const { presence, connection, wakers, clock } = start();
  connection.deliverPresence({ type: 'info', members: new Map() });
  for (const wake of wakers) wake();
  assert.equal(connection.presenceCommands.length, 2);
  presence.close();
  assert.equal(wakers.size, 0);
  assert.equal(clock.pending, 0);
});
