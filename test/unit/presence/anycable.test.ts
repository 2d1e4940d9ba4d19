/** Presence through AnyCable's own client, against our server: what the page gets, connection by connection. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import WebSocket from 'ws';
import { systemClock } from '../../../widget/src/clock.js';
import type { PresenceChange } from '../../../widget/src/presence/reduce.js';
import { PresenceTracker } from '../../../widget/src/presence/tracker.js';
import { AnyCableTransport, type CableProtocol } from '../../../widget/src/transport/anycable.js';
import type { ConnectionState } from '../../../widget/src/transport/transport.js';
import { type CableHost, startCableHost } from '../../support/cable-host.js';

// Node 20 has none; the client takes the global one, as in a page.
globalThis.WebSocket ??= WebSocket as unknown as typeof globalThis.WebSocket;

let host: CableHost;
const opened: PresenceTracker[] = [];

beforeEach(async () => {
  host = await startCableHost({
    options: { streams: { public: true } },
    channels: {
      Room: {
        subscribed: ({ streamFrom, joinPresence }) => {
          streamFrom('room', { presence: true });
          joinPresence('by-server', { name: 'By the server' });
        },
        perform: () => {},
      },
      Plain: { subscribed: ({ streamFrom }) => streamFrom('plain'), perform: () => {} },
    },
  });
});

afterEach(async () => {
  for (const tracker of opened.splice(0)) tracker.close();
  await host.stop();
});

/** A page with a cable of its own. */
function open(channel = '$pubsub', protocol: CableProtocol = 'actioncable-v1-ext-json') {
  const transport = new AnyCableTransport({
    url: host.url,
    protocol,
    tokens: undefined,
    clock: { ...systemClock, after: unreferenced },
    random: () => 0,
  });
  const changes: PresenceChange[] = [];
  const problems: Error[] = [];
  const states: ConnectionState[] = [];
  const waiting = new Set<() => void>();
  const look = () => waiting.forEach((check) => check());
  const tracker = new PresenceTracker({
    clock: { ...systemClock, after: unreferenced },
    random: () => 0,
    connect: (observer) =>
      transport.subscribe(channel, channel === '$pubsub' ? { stream_name: 'room' } : {}, {
        ...observer,
        stateChanged: (state) => {
          states.push(state);
          observer.stateChanged(state);
        },
        messageReceived: () => {},
        historyLost: () => {},
      }),
    isVisible: () => true,
    viewChanged: look,
    memberChanged: (change) => {
      changes.push(change);
      look();
    },
    problem: (error) => {
      problems.push(error);
      look();
    },
  });
  opened.push(tracker);
  tracker.start();
  return {
    tracker,
    changes,
    problems,
    states,
    /** Resolves once it is so. */
    until: (isSo: () => boolean) =>
      new Promise<void>((resolve) => {
        const check = () => {
          if (!isSo()) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
    ids: () => [...tracker.view.members.keys()].sort(),
  };
}

/** A timer that keeps no process alive. */
function unreferenced(milliseconds: number, callback: () => void): () => void {
  const timer = setTimeout(callback, milliseconds);
  timer.unref();
  return () => clearTimeout(timer);
}

test('two pages see each other come and go', async () => {
  const [ada, grace] = [open(), open()];
  ada.tracker.setMembership({ id: 'ada', info: { name: 'Ada' } });
  await ada.until(() => ada.ids().includes('ada'));
  await grace.until(() => grace.ids().includes('ada'));
  grace.tracker.setMembership({ id: 'grace', info: { name: 'Grace' } });
  await ada.until(() => ada.changes.some(({ id }) => id === 'grace'));
  assert.deepEqual(
    ada.changes.filter(({ id }) => id === 'grace'),
    [{ type: 'join', id: 'grace', info: { name: 'Grace' } }],
  );
  grace.tracker.setMembership(undefined);
  await ada.until(() => ada.changes.length === 2);
  assert.deepEqual(ada.changes.at(-1), { type: 'leave', id: 'grace', info: { name: 'Grace' } });
  assert.deepEqual([...(await ada.tracker.info())], [['ada', { name: 'Ada' }]]);
});

test('another id, and another info, of one connection', async () => {
  const [ada, other] = [open(), open()];
  ada.tracker.setMembership({ id: 'ada', info: 1 });
  await other.until(() => other.ids().includes('ada'));
  ada.tracker.setMembership({ id: 'ada', info: 2 });
  await ada.until(() => ada.tracker.view.members.get('ada') === 2);
  ada.tracker.setMembership({ id: 'countess', info: 2 });
  await other.until(() => other.ids().join() === 'countess');
});

test('a lost connection is joined anew before anybody notices, by the client and by the server', async () => {
  const [ada, room, witness] = [open(), open('Room'), open()];
  ada.tracker.setMembership({ id: 'ada', info: null });
  await witness.until(() => witness.ids().join() === 'ada,by-server');
  await room.until(() => room.ids().join() === 'ada,by-server');
  await ada.until(() => ada.ids().join() === 'ada,by-server');
  const { length } = witness.changes;
  for (let round = 0; round < 5; round++) {
    const restarted = Promise.all([ada, room].map((page) => page.until(() => page.tracker.view.status === 'offline')));
    host.cable.cut('ada');
    await restarted;
    await Promise.all([ada, room, witness].map((page) => page.until(() => page.tracker.view.status === 'live')));
    assert.deepEqual(await room.tracker.info(), room.tracker.view.members);
    assert.deepEqual([...(await ada.tracker.info()).keys()].sort(), ['ada', 'by-server']);
  }
  await witness.tracker.info();
  assert.deepEqual(witness.changes.slice(length), []);
  assert.deepEqual(witness.ids(), ['ada', 'by-server']);
});

test('a restored session that brought back whom the channel joined says so, and is not renewed', async () => {
  const [room, witness] = [open('Room'), open()];
  await witness.until(() => witness.ids().join() === 'by-server');
  await room.until(() => room.ids().join() === 'by-server');
  room.states.length = witness.changes.length = 0;
  host.cable.cut('ada');
  await room.until(() => room.tracker.view.status === 'offline');
  await room.until(() => room.tracker.view.status === 'live');
  // Whatever is planned for at once comes before these answers.
  for (let round = 0; round < 3; round++) await room.tracker.info();
  await witness.tracker.info();
  assert.deepEqual(
    room.states.filter(({ status }) => status === 'live'),
    [{ status: 'live', restored: true, presenceRestored: true }],
  );
  assert.deepEqual(witness.changes, []);
});

test('many requests at once are answered', async () => {
  const ada = open();
  await ada.until(() => ada.tracker.view.isKnown);
  const lists = await Promise.all([ada.tracker.info(), ada.tracker.info(), ada.tracker.info()]);
  assert.deepEqual(
    lists.map(({ size }) => size),
    [0, 0, 0],
  );
});

for (const [what, channel, protocol] of [
  ['a channel without a presence stream', 'Plain', 'actioncable-v1-ext-json'],
  ['Action Cable’s own protocol', 'Room', 'actioncable-v1-json'],
] as const) {
  test(`${what} has no presence, which is told once, and nothing is asked of its channel`, async () => {
    const page = open(channel, protocol);
    page.tracker.setMembership({ id: 'ada', info: null });
    await page.until(() => page.tracker.view.status === 'unsupported');
    assert.deepEqual(
      page.problems.map(({ name }) => name),
      ['PresenceError'],
    );
    assert.ok(!host.log.some((line) => line.includes('perform')), host.log.join('\n'));
  });
}
