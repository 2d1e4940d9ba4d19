import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PresenceTracker, type PresenceView } from '../../../widget/src/presence/tracker.js';
import type { PresenceChange } from '../../../widget/src/presence/reduce.js';
import { ManualClock } from '../../../widget/src/testing/manual-clock.js';
import { type MemorySubscription, MemoryTransport } from '../../../widget/src/transport/memory.js';
import type { PresenceEvent } from '../../../widget/src/transport/transport.js';
import { settled } from '../../support/session.js';

function start({ presence = true } = {}) {
  const clock = new ManualClock();
  const transport = new MemoryTransport({ presence });
  const page = { isVisible: true };
  const views: PresenceView[] = [];
  const changes: PresenceChange[] = [];
  const problems: Error[] = [];
  let replaced = (): void => {};
  const tracker = new PresenceTracker({
    clock,
    random: () => 0.5,
    connect: (observer) => {
      replaced = () => observer.replaced();
      return transport.subscribe('RoomChannel', {}, { ...observer, messageReceived: () => {}, historyLost: () => {} });
    },
    isVisible: () => page.isVisible,
    viewChanged: (view) => views.push(view),
    memberChanged: (change) => changes.push(change),
    problem: (error) => problems.push(error),
  });
  tracker.start();
  const connection = transport.subscriptions[0] as MemorySubscription;
  return { tracker, clock, page, connection, views, changes, problems, replaced: () => replaced() };
}

type Harness = ReturnType<typeof start>;

const list = (...ids: string[]): PresenceEvent => ({
  type: 'info',
  members: new Map(ids.map((id) => [id, { name: id }])),
});
const commands = ({ connection }: Harness) => connection.presenceCommands.map(({ command }) => command);
const requests = (harness: Harness) => commands(harness).filter((command) => command === 'request').length;
const shown = ({ tracker }: Harness) => [...tracker.view.members.keys()];
const told = ({ changes }: Harness) => changes.map(({ type, id }) => `${type} ${id}`);

function live(options?: { presence?: boolean }): Harness {
  const harness = start(options);
  harness.connection.accept();
  harness.connection.deliverPresence(list('a', 'b'));
  return harness;
}

test('asks for the list when it is connected, and shows it', () => {
  const harness = start();
  assert.equal(harness.tracker.view.status, 'connecting');
  harness.connection.accept();
  assert.deepEqual(commands(harness), ['request']);
  assert.equal(harness.tracker.view.isKnown, false);
  harness.connection.deliverPresence(list('a', 'b'));
  assert.deepEqual(shown(harness), ['a', 'b']);
  assert.equal(harness.tracker.view.status, 'live');
  assert.deepEqual(told(harness), []);
});

test('while offline the list stays, nobody leaves, and afterwards it is told who was missed', () => {
  const harness = live();
  harness.connection.drop();
  assert.equal(harness.tracker.view.status, 'offline');
  harness.clock.advance(600_000);
  assert.deepEqual(shown(harness), ['a', 'b']);
  assert.deepEqual(told(harness), []);
  harness.connection.accept({ restored: true });
  harness.connection.deliverPresence(list('b', 'c'));
  assert.deepEqual(told(harness), ['leave a', 'join c']);
});

test('fifty reconnects within 15 s: joins again after each, renews nothing, and nobody leaves', () => {
  const harness = live();
  harness.tracker.setMembership({ id: 'me', info: undefined });
  harness.connection.deliverPresence(list('a', 'b', 'me'));
  harness.changes.length = 0;
  for (let round = 0; round < 50; round++) {
    harness.connection.drop();
    harness.clock.advance(150);
    harness.connection.accept({ restored: round % 2 === 0 });
    harness.clock.advance(150);
    if (round % 3 === 0) harness.connection.deliverPresence(list('me', 'b', 'a'));
  }
  assert.deepEqual(told(harness), []);
  assert.deepEqual(shown(harness), ['a', 'b', 'me']);
  assert.equal(commands(harness).filter((command) => command === 'join').length, 51);
  assert.equal(commands(harness).filter((command) => command === 'leave').length, 0);
  assert.equal(harness.connection.renewals, 0);
});

test('who joins is joined before the list is asked for, and again on every connection', () => {
  const harness = start();
  harness.tracker.setMembership({ id: 'me', info: { name: 'Me' } });
  assert.deepEqual(commands(harness), []);
  harness.connection.accept();
  assert.deepEqual(harness.connection.presenceCommands, [
    { command: 'join', id: 'me', info: { name: 'Me' } },
    { command: 'request' },
  ]);
  harness.connection.drop();
  harness.connection.accept();
  assert.deepEqual(commands(harness), ['join', 'request', 'join', 'request']);
});

test('another id leaves first, another info only joins again, the same does nothing', () => {
  const harness = live();
  harness.connection.presenceCommands.length = 0;
  harness.tracker.setMembership({ id: 'me', info: 1 });
  harness.connection.deliverPresence(list('me'));
  harness.tracker.setMembership({ id: 'me', info: 1 });
  assert.deepEqual(commands(harness), ['join', 'request']);
  harness.tracker.setMembership({ id: 'me', info: 2 });
  harness.connection.deliverPresence(list('me'));
  assert.deepEqual(commands(harness), ['join', 'request', 'join', 'request']);
  harness.tracker.setMembership({ id: 'you', info: 2 });
  assert.deepEqual(commands(harness).slice(4), ['leave', 'join', 'request']);
  harness.tracker.setMembership(undefined);
  assert.deepEqual(commands(harness).slice(7), ['leave']);
});

test('a list that was on its way when we said something else is not the last', () => {
  const harness = start();
  harness.tracker.setMembership({ id: 'me', info: 1 });
  harness.connection.accept();
  harness.tracker.setMembership({ id: 'me', info: 2 });
  assert.deepEqual(commands(harness), ['join', 'request', 'join']);
  harness.connection.deliverPresence(list('me'));
  assert.deepEqual(commands(harness), ['join', 'request', 'join', 'request']);
  harness.connection.deliverPresence(list('me'));
  assert.equal(requests(harness), 2);
});

test('who left while offline does not join again', () => {
  const harness = live();
  harness.tracker.setMembership({ id: 'me', info: undefined });
  harness.connection.drop();
  harness.tracker.setMembership(undefined);
  harness.connection.presenceCommands.length = 0;
  harness.connection.accept({ restored: true });
  assert.deepEqual(commands(harness), ['request']);
});

test('a restored session without a join of ours is renewed at once: the server may have joined the old one', () => {
  const harness = live();
  harness.connection.drop();
  harness.clock.advance(14_000);
  harness.connection.accept({ restored: true });
  harness.clock.advance(0);
  assert.equal(harness.connection.renewals, 1);
  harness.connection.drop();
  harness.connection.accept();
  harness.clock.advance(60_000);
  assert.equal(harness.connection.renewals, 1);
});

test('a connection that flaps is renewed once in five seconds, as long as it does', () => {
  const harness = live();
  for (let round = 0; round < 40; round++) {
    harness.connection.drop();
    harness.clock.advance(100);
    harness.connection.accept({ restored: true });
    harness.clock.advance(150);
  }
  // 10 s of it: at once, and when 5 s were over.
  assert.equal(harness.connection.renewals, 2);
  harness.clock.advance(60_000);
  assert.equal(harness.connection.renewals, 3);
});

test('a renewal that is due while there is no connection waits for the next one', () => {
  const harness = live();
  for (let round = 0; round < 2; round++) {
    harness.connection.drop();
    harness.connection.accept({ restored: true });
    harness.clock.advance(1_000);
  }
  harness.connection.drop();
  harness.clock.advance(60_000);
  assert.equal(harness.connection.renewals, 1);
  harness.connection.accept({ restored: true });
  harness.clock.advance(0);
  assert.equal(harness.connection.renewals, 2);
});

test('a restored session that brought back whom the server joined is not renewed', () => {
  const harness = live();
  harness.connection.drop();
  harness.connection.accept({ restored: true, presenceRestored: true });
  harness.clock.advance(60_000);
  assert.equal(harness.connection.renewals, 0);
});

test('a restored session with a join of ours is not renewed', () => {
  const harness = live();
  harness.tracker.setMembership({ id: 'me', info: undefined });
  harness.connection.drop();
  harness.connection.accept({ restored: true });
  harness.clock.advance(60_000);
  assert.equal(harness.connection.renewals, 0);
});

test('looks again on a wake, and now and then while the page is looked at: a lost leave heals', () => {
  const harness = live();
  assert.equal(requests(harness), 1);
  harness.tracker.wake();
  assert.equal(requests(harness), 2);
  harness.connection.deliverPresence(list('a'));
  assert.deepEqual(told(harness), ['leave b']);
  harness.clock.advance(60_000);
  assert.equal(requests(harness), 3);
  harness.connection.deliverPresence(list('a'));
  harness.page.isVisible = false;
  harness.clock.advance(600_000);
  assert.equal(requests(harness), 3);
  harness.page.isVisible = true;
  harness.clock.advance(60_000);
  assert.equal(requests(harness), 4);
});

test('many who want the list at once get it by one request', async () => {
  const harness = live();
  const before = requests(harness);
  const wanted = [harness.tracker.info(), harness.tracker.info(), harness.tracker.info()];
  assert.equal(requests(harness), before + 1);
  harness.connection.deliverPresence(list('a', 'z'));
  for (const members of await Promise.all(wanted)) assert.deepEqual([...members.keys()], ['a', 'z']);
});

test('the list may be wanted before there is a connection; it is waited for, and not for ever', async () => {
  const harness = start();
  const early = harness.tracker.info();
  harness.connection.accept();
  harness.connection.deliverPresence(list('a'));
  assert.equal((await early).size, 1);
  harness.connection.drop();
  const late = harness.tracker.info();
  harness.clock.advance(12_000);
  await assert.rejects(late, { name: 'PresenceError', reason: 'timed_out' });
});

test('an answer that was lost does not make a server that has answered one without presence', () => {
  const harness = live();
  harness.tracker.wake();
  harness.clock.advance(5_000);
  harness.tracker.wake();
  harness.clock.advance(5_000);
  harness.tracker.wake();
  harness.clock.advance(5_000);
  assert.equal(harness.tracker.view.status, 'live');
  assert.deepEqual(harness.problems, []);
});

test('an error after a list takes nobody off: it is asked again when it would be anyway', async () => {
  const harness = live();
  const wanted = harness.tracker.info();
  harness.connection.deliverPresence({ type: 'error' });
  await assert.rejects(wanted, { name: 'PresenceError', reason: 'failed' });
  assert.equal(harness.tracker.view.status, 'live');
  assert.deepEqual(shown(harness), ['a', 'b']);
  const before = requests(harness);
  for (let round = 1; round <= 3; round++) {
    harness.tracker.wake();
    assert.equal(requests(harness), before + round);
    harness.connection.deliverPresence({ type: 'error' });
  }
  harness.clock.advance(60_000);
  assert.equal(requests(harness), before + 4);
  harness.connection.deliverPresence(list('b'));
  assert.deepEqual(told(harness), ['leave a']);
  assert.deepEqual(harness.problems, []);
});

test('an error after a reconnect takes nobody off either; a second one says that presence is gone', () => {
  const harness = live();
  harness.connection.drop();
  harness.connection.accept();
  harness.connection.deliverPresence({ type: 'error' });
  assert.equal(harness.tracker.view.status, 'live');
  assert.deepEqual(shown(harness), ['a', 'b']);
  harness.tracker.wake();
  harness.connection.deliverPresence({ type: 'error' });
  assert.equal(harness.tracker.view.status, 'unsupported');
  assert.equal(harness.problems.length, 1);
});

for (const [how, refuse] of [
  ['it says so', ({ connection }: Harness) => connection.deliverPresence({ type: 'error' })],
  ['it does not answer, twice', ({ clock }: Harness) => clock.advance(10_000)],
] as const) {
  test(`a server without presence is told of once: ${how}; it is asked again now and then, silently`, async () => {
    const harness = start();
    harness.connection.accept();
    const wanted = harness.tracker.info();
    refuse(harness);
    await assert.rejects(wanted, { reason: 'unsupported' });
    assert.equal(harness.tracker.view.status, 'unsupported');
    assert.deepEqual(
      harness.problems.map(({ name }) => name),
      ['PresenceError'],
    );
    let before = requests(harness);
    const again = harness.tracker.info();
    assert.equal(requests(harness), ++before);
    refuse(harness);
    await assert.rejects(again, { reason: 'unsupported' });
    harness.tracker.wake();
    assert.equal(requests(harness), ++before);
    refuse(harness);
    harness.clock.advance(60_000);
    assert.equal(requests(harness), ++before);
    refuse(harness);
    assert.equal(harness.tracker.view.status, 'unsupported');

    harness.connection.drop();
    assert.equal(harness.tracker.view.status, 'unsupported');
    harness.connection.accept();
    assert.equal(harness.tracker.view.status, 'unsupported');
    assert.equal(requests(harness), ++before);
    refuse(harness);
    assert.equal(harness.problems.length, 1);

    harness.tracker.wake();
    harness.connection.deliverPresence(list('a'));
    assert.equal(harness.tracker.view.status, 'live');
    assert.deepEqual(shown(harness), ['a']);
    assert.deepEqual(told(harness), []);
  });
}

test('a list without us, who have joined, is looked at twice and told once, until we are on one', () => {
  const harness = live();
  harness.tracker.setMembership({ id: 'me', info: undefined });
  const before = requests(harness);
  harness.connection.deliverPresence(list('a', 'b'));
  assert.equal(requests(harness), before + 1);
  assert.deepEqual(harness.problems, []);
  harness.connection.deliverPresence(list('a', 'b'));
  assert.deepEqual(
    harness.problems.map(({ message }) => message),
    [
      'This visitor has joined as "me" and is not on the list. The server refuses the join where it joins its visitors ' +
        'itself (leave member-id out), or has no more room.',
    ],
  );
  for (let round = 0; round < 3; round++) {
    harness.connection.drop();
    harness.connection.accept({ restored: true });
    harness.connection.deliverPresence(list('a', 'b'));
  }
  assert.equal(harness.problems.length, 1);
  harness.tracker.wake();
  harness.connection.deliverPresence(list('a', 'b', 'me'));
  harness.tracker.wake();
  harness.connection.deliverPresence(list('a', 'b'));
  harness.connection.deliverPresence(list('a', 'b'));
  assert.equal(harness.problems.length, 2);
});

test('a list without us that was asked for before we joined says nothing', () => {
  const harness = start();
  harness.connection.accept();
  harness.tracker.setMembership({ id: 'me', info: undefined });
  harness.connection.deliverPresence(list('a'));
  harness.connection.deliverPresence(list('a', 'me'));
  assert.equal(requests(harness), 2);
  assert.deepEqual(harness.problems, []);
});

test('a transport without presence is told of once, and is asked for nothing', () => {
  const harness = start({ presence: false });
  harness.tracker.setMembership({ id: 'me', info: undefined });
  harness.connection.accept();
  harness.connection.drop();
  harness.connection.accept({ restored: true });
  harness.clock.advance(2_000);
  assert.equal(harness.tracker.view.status, 'unsupported');
  assert.equal(harness.problems.length, 1);
  assert.deepEqual(commands(harness), []);
});

test('a refusal is told, and hides the list', () => {
  const harness = live();
  harness.connection.refuse({ code: 'rejected', detail: 'RoomChannel refused the subscription' });
  assert.equal(harness.tracker.view.status, 'closed');
  assert.deepEqual(
    harness.problems.map(({ message }) => message),
    ['RoomChannel refused the subscription'],
  );
});

test('another stream in the place of the first is another list: nobody leaves, nobody joins', () => {
  const harness = live();
  harness.replaced();
  assert.deepEqual(shown(harness), []);
  assert.equal(harness.tracker.view.status, 'connecting');
  harness.connection.accept();
  harness.connection.deliverPresence(list('x'));
  assert.deepEqual(shown(harness), ['x']);
  assert.deepEqual(told(harness), []);
});

test('a closed tracker leaves no timer, tells nothing, and keeps nobody waiting', async () => {
  const harness = live();
  const wanted = harness.tracker.info();
  const { length } = harness.views;
  harness.tracker.close();
  harness.tracker.close();
  await assert.rejects(wanted, { reason: 'closed' });
  await assert.rejects(harness.tracker.info(), { reason: 'closed' });
  harness.connection.deliverPresence(list());
  await settled();
  assert.equal(harness.clock.pending, 0);
  assert.equal(harness.views.length, length);
  assert.equal(harness.connection.closed, true);
});
