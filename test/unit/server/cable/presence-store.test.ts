/** Who is present, as a pure store: places, times, limits. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Allowance } from '../../../../templates/node/src/cable/allowance.js';
import type { Client } from '../../../../templates/node/src/cable/client.js';
import { Hub } from '../../../../templates/node/src/cable/hub.js';
import type { Subscription } from '../../../../templates/node/src/cable/subscription.js';
import { presenceMember } from '../../../../templates/node/src/cable/presence-member.js';
import { PresenceAudience } from '../../../../templates/node/src/cable/presence-audience.js';
import { PresenceStore } from '../../../../templates/node/src/cable/presence.js';
import type { PresenceEvent, PresenceLimits } from '../../../../templates/node/src/cable/presence.js';
import { Presenter } from '../../../../templates/node/src/cable/presenter.js';
import { randomly, seed } from '../../../support/seed.js';

const TTL = 15_000;
const WIDE: PresenceLimits = {
  ttl: TTL,
  members: 100,
  memberBytes: 1_000,
  streamBytes: 100_000,
  totalBytes: 1_000_000,
  placesPerUser: 100,
  bytesPerUser: 100_000,
};

function store(limits: Partial<PresenceLimits> = {}) {
  const clock = { now: 1_000_000 };
  const presence = new PresenceStore({ ...WIDE, ...limits }, () => clock.now);
  return {
    clock,
    presence,
    /** The event, nothing, or why it was refused. */
    join: (sid: string, id: string, info?: string, stream = 's', user = 'ada') =>
      told(presence.join(stream, { sid, user }, { id, info })),
    leave: (sid: string, stream = 's') => told(presence.leave(stream, sid)),
    members: (stream = 's') => presence.members(stream).map(({ id, info }) => [id, info]),
  };
}

function told(result: ReturnType<PresenceStore['leave']>): PresenceEvent | string | undefined {
  return result.ok ? result.event : result.reason;
}

describe('members', () => {
  test('join once, whatever the number of their sockets, and leave with the last', () => {
    const { join, leave, members } = store();
    assert.deepEqual(join('1', 'ada', '{"name":"Ada"}'), { type: 'join', id: 'ada', info: '{"name":"Ada"}' });
    assert.equal(join('2', 'ada', '{"name":"Ada"}'), undefined);
    assert.equal(join('2', 'ada', '{"name":"Ada L."}'), undefined, 'a change of the info is not told');
    assert.deepEqual(join('3', 'bob'), { type: 'join', id: 'bob', info: undefined });
    assert.deepEqual(members(), [
      ['ada', '{"name":"Ada L."}'],
      ['bob', undefined],
    ]);
    assert.equal(leave('1'), undefined);
    assert.deepEqual(leave('2'), { type: 'leave', id: 'ada' });
    assert.deepEqual(members(), [['bob', undefined]]);
    assert.deepEqual(join('1', 'ada'), { type: 'join', id: 'ada', info: undefined });
  });

  test('a socket is one member of a stream, and another of another', () => {
    const { join, leave, members } = store();
    join('1', 'ada');
    assert.equal(join('1', 'bob'), 'id_mismatch');
    assert.deepEqual(members(), [['ada', undefined]]);
    assert.deepEqual(join('1', 'bob', undefined, 't'), { type: 'join', id: 'bob', info: undefined });
    assert.deepEqual(leave('1'), { type: 'leave', id: 'ada' });
    assert.deepEqual(join('1', 'bob'), { type: 'join', id: 'bob', info: undefined }, 'after leaving, another');
  });

  test('who is not there cannot leave', () => {
    const { join, leave } = store();
    assert.equal(leave('1'), 'not_present');
    join('1', 'ada');
    assert.equal(leave('1', 't'), 'not_present');
    assert.equal(leave('2'), 'not_present');
    leave('1');
    assert.equal(leave('1'), 'not_present');
  });

  test('names of every object’s properties are ids and streams like any other', () => {
    const { join, members } = store();
    assert.deepEqual(join('1', '__proto__', undefined, 'constructor'), {
      type: 'join',
      id: '__proto__',
      info: undefined,
    });
    assert.deepEqual(members('constructor'), [['__proto__', undefined]]);
    assert.deepEqual(members('__proto__'), []);
  });
});

describe('expiry', () => {
  test('a socket that is lost leaves after the TTL, not before; one that is connected never', () => {
    const { clock, presence, join } = store();
    join('1', 'ada');
    join('1', 'ada', undefined, 't');
    join('2', 'bob');
    presence.lost('1');
    clock.now += TTL - 1;
    assert.deepEqual(presence.expire(), []);
    clock.now += 1;
    assert.deepEqual(presence.expire(), [
      { stream: 's', event: { type: 'leave', id: 'ada' } },
      { stream: 't', event: { type: 'leave', id: 'ada' } },
    ]);
    clock.now += 100 * TTL;
    assert.deepEqual(presence.expire(), []);
    assert.deepEqual(presence.size.sockets, 1);
  });

  test('a member whose other socket is there does not leave', () => {
    const { clock, presence, join, leave } = store();
    join('1', 'ada');
    presence.lost('1');
    clock.now += TTL - 1;
    assert.equal(join('2', 'ada'), undefined, 'back in time: nobody saw anything');
    clock.now += TTL;
    assert.deepEqual(presence.expire(), []);
    assert.deepEqual(leave('2'), { type: 'leave', id: 'ada' });
  });

  test('a clock that was set back keeps nobody longer than the TTL', () => {
    const { clock, presence, join } = store();
    join('1', 'ada');
    presence.lost('1');
    clock.now -= 100 * TTL;
    assert.deepEqual(presence.expire(), []);
    clock.now += TTL;
    assert.equal(presence.expire().length, 1);
  });

  test('being lost twice gains no time, and being lost without a place is nothing', () => {
    const { clock, presence, join } = store();
    presence.lost('9');
    join('1', 'ada');
    presence.lost('1');
    clock.now += TTL / 2;
    presence.lost('1');
    clock.now += TTL / 2;
    assert.equal(presence.expire().length, 1);
    assert.deepEqual(presence.size, { streams: 0, sockets: 0, bytes: 0 });
  });
});

describe('limits', () => {
  test('of a stream’s members', () => {
    const { join, leave } = store({ members: 2 });
    join('1', 'ada');
    join('2', 'bob');
    assert.equal(join('3', 'eve'), 'too_many_members');
    assert.equal(join('3', 'ada'), undefined, 'another socket of a member is none');
    assert.deepEqual(join('3', 'eve', undefined, 't'), { type: 'join', id: 'eve', info: undefined });
    leave('2');
    assert.deepEqual(join('2', 'eve'), { type: 'join', id: 'eve', info: undefined });
  });

  test('of a member’s bytes, in UTF-8, also when it changes', () => {
    const { join, members } = store({ memberBytes: 10 });
    assert.equal(join('1', 'ada', '"üüüü"'), 'member_too_large');
    join('1', 'ada', '"üü"');
    assert.equal(join('1', 'ada', '"12345678"'), 'member_too_large');
    assert.deepEqual(members(), [['ada', '"üü"']], 'what was there stays');
    assert.equal(join('2', 'an id that is too long'), 'member_too_large');
  });

  test('of a stream’s bytes', () => {
    const { join, leave } = store({ streamBytes: 400 });
    assert.equal(typeof join('1', 'ada', `"${'x'.repeat(150)}"`), 'object');
    assert.equal(join('2', 'bob', `"${'x'.repeat(150)}"`), 'stream_too_large');
    assert.equal(typeof join('2', 'bob', '1'), 'object');
    assert.equal(join('2', 'bob', `"${'x'.repeat(150)}"`), 'stream_too_large', 'grown');
    assert.equal(join('1', 'ada', '1'), undefined, 'shrunk');
    assert.equal(join('2', 'bob', `"${'x'.repeat(150)}"`), undefined);
    leave('1');
    leave('2');
  });

  test('of all bytes, so that new streams buy nobody more', () => {
    const { presence, join } = store({ totalBytes: 1_000 });
    let refused: unknown;
    for (let n = 0; n < 50 && typeof refused !== 'string'; n++) refused = join('1', 'ada', undefined, `s${n}`);
    assert.equal(refused, 'too_much_presence');
    assert.ok(presence.size.bytes <= 1_000 && presence.size.streams > 2, JSON.stringify(presence.size));
  });
});

describe('of one user', () => {
  test('there are so many places, with all sockets and in all streams', () => {
    const { presence, join, leave } = store({ placesPerUser: 3 });
    assert.equal(typeof join('1', 'tab 1'), 'object');
    assert.equal(typeof join('2', 'tab 2'), 'object');
    assert.equal(typeof join('1', 'tab 1', undefined, 't'), 'object');
    assert.equal(join('3', 'tab 3'), 'too_much_presence_of_user');
    assert.equal(join('3', 'tab 1'), 'too_much_presence_of_user', 'also as a member who is there');
    assert.equal(join('2', 'tab 2', '"longer"'), undefined, 'a place that it has is its own');
    assert.equal(typeof join('4', 'bob', undefined, 's', 'bob'), 'object', 'others have theirs');
    leave('2');
    assert.equal(typeof join('3', 'tab 3'), 'object');
    presence.lost('1');
    assert.equal(join('2', 'tab 2'), 'too_much_presence_of_user', 'who is lost is there until the TTL');
  });

  test('there are so many bytes', () => {
    const { clock, presence, join } = store({ bytesPerUser: 300 });
    const info = `"${'x'.repeat(100)}"`;
    assert.equal(typeof join('1', 'a', info), 'object');
    assert.equal(join('2', 'b', info), 'too_much_presence_of_user');
    assert.equal(typeof join('2', 'b'), 'object');
    assert.equal(join('2', 'b', info), 'too_much_presence_of_user', 'grown');
    assert.equal(join('1', 'a'), undefined, 'shrunk');
    assert.equal(join('2', 'b', info), undefined);
    presence.lost('2');
    clock.now += TTL;
    presence.expire();
    assert.equal(typeof join('3', 'c', info), 'object', 'what is over is not counted');
  });
});

test(`any order of joining, leaving and getting lost tells what is true, and counts what is there (SEED=${seed})`, () => {
  const sid = fc.constantFrom('1', '2', '3', '4');
  const stream = fc.constantFrom('s', 't');
  const step = fc.oneof(
    fc.record({ do: fc.constant('join' as const), sid, stream, id: fc.constantFrom('ada', 'bob'), info: fc.string() }),
    fc.record({ do: fc.constant('leave' as const), sid, stream }),
    fc.record({ do: fc.constant('lost' as const), sid }),
    fc.record({ do: fc.constant('wait' as const), ms: fc.nat(TTL) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const { clock, presence } = store();
      /** What a listener believes, by the events alone. */
      const seen = { s: new Set<string>(), t: new Set<string>() };
      /** What is so, by the simplest account of it: the id by socket and stream, and until when. */
      const places = new Map<string, { stream: 's' | 't'; sid: string; id: string }>();
      const lost = new Map<string, number>();
      const hear = (of: string, event: PresenceEvent | undefined) => {
        const believed = seen[of as 's' | 't'];
        if (event === undefined) return;
        assert.equal(believed.has(event.id), event.type === 'leave', 'nobody joins twice, or leaves without joining');
        if (event.type === 'join') believed.add(event.id);
        else believed.delete(event.id);
      };
      for (const one of steps) {
        if (one.do === 'join' && !lost.has(one.sid)) {
          const key = `${one.stream} ${one.sid}`;
          const result = presence.join(
            one.stream,
            { sid: one.sid, user: 'ada' },
            { id: one.id, info: JSON.stringify(one.info) },
          );
          const there = places.get(key);
          assert.equal(result.ok, there === undefined || there.id === one.id);
          if (result.ok) {
            places.set(key, { stream: one.stream as 's' | 't', sid: one.sid, id: one.id });
            hear(one.stream, result.event);
          }
        } else if (one.do === 'leave') {
          const result = presence.leave(one.stream, one.sid);
          assert.equal(result.ok, places.delete(`${one.stream} ${one.sid}`));
          if (result.ok) hear(one.stream, result.event);
        } else if (one.do === 'lost') {
          presence.lost(one.sid);
          if (!lost.has(one.sid)) lost.set(one.sid, clock.now + TTL);
        } else if (one.do === 'wait') {
          clock.now += one.ms;
          for (const { stream: of, event } of presence.expire()) hear(of, event);
          for (const [gone, deadline] of lost) {
            if (deadline > clock.now) continue;
            for (const [key, place] of places) if (place.sid === gone) places.delete(key);
          }
        }
        for (const of of ['s', 't'] as const) {
          const true_ = new Set([...places.values()].filter((place) => place.stream === of).map(({ id }) => id));
          assert.deepEqual(seen[of], true_);
          assert.deepEqual(new Set(presence.members(of).map(({ id }) => id)), true_);
        }
      }
      for (const gone of ['1', '2', '3', '4']) presence.lost(gone);
      clock.now += TTL;
      presence.expire();
      assert.deepEqual(presence.size, { streams: 0, sockets: 0, bytes: 0 });
    }),
    randomly(300),
  );
});

/** A presenter, and clients that are subscribed to `s` by the identifier `r`. */
function stage(limits: Partial<PresenceLimits> = {}, joinsPerSecond = 9) {
  const clock = { now: 0 };
  const now = () => clock.now;
  const presence = new PresenceStore({ ...WIDE, ...limits }, now);
  const hub = new Hub<Client>();
  const audience = new PresenceAudience(hub, presence);
  const ofUser = new Allowance({ most: 100, perSecond: 100 }, now);
  const ofStream = new Allowance({ most: joinsPerSecond, perSecond: joinsPerSecond }, now);
  const presenter = new Presenter({ store: presence, audience, ofUser, ofStream });
  const enter = (sid: string, { joined, open = true }: { joined?: string; open?: boolean } = {}) => {
    const subscription: Subscription = {
      streams: new Set(['s']),
      presence: 's',
      whisper: undefined,
      joined: joined === undefined ? undefined : { id: joined, info: undefined },
    };
    const state = { isBehind: false, told: [] as string[], dropped: [] as unknown[] };
    const client: Client = {
      sid,
      identity: { user: sid },
      resumable: true,
      open,
      subscriptions: new Map([['r', subscription]]),
      send: (text) => void state.told.push(text),
      sendTransient: (text) => !state.isBehind && state.told.push(text) > 0,
      dropped: (reason, { detail }) => void state.dropped.push(detail ?? reason),
    };
    hub.subscribe(client, 's', 'r');
    const current = () => client.subscriptions.get('r') ?? subscription;
    return {
      client,
      state,
      join: (id: string) => presenter.join(client, 'r', current(), { id, info: undefined }),
      leave: () => presenter.leave(client, 'r', current()),
      joinByChannel: (id: string) => presenter.joinByChannel(client, 'r', current(), { id, info: undefined }),
      leaveByChannel: () => presenter.leaveByChannel(client, 'r', current()),
      /** What it was told since this was asked last, without what is the same in all frames. */
      heard: () => state.told.splice(0).map((text) => (JSON.parse(text) as { message: unknown }).message),
    };
  };
  return { clock, presenter, audience, enter, ids: () => presence.members('s').map(({ id }) => id) };
}

test('a client that was ended by what it was sent joins nothing: nobody would tell that it is gone', () => {
  const { presenter, enter, ids } = stage();
  const gone = enter('1', { open: false, joined: 'ada' });
  enter('2', { open: false }).join('ada');
  gone.joinByChannel('ada');
  presenter.restored(gone.client);
  assert.deepEqual(ids(), []);
  presenter.restored(enter('1', { joined: 'ada' }).client);
  assert.deepEqual(ids(), ['ada']);
});

describe('whom the channel joins', () => {
  test('and who finds no room comes in when there is some', () => {
    const { presenter, enter, ids } = stage({ members: 2 });
    const flood = [enter('1'), enter('2')];
    flood.forEach((client, n) => client.join(`flood ${n}`));
    const [victim, restored] = [enter('3'), enter('4', { joined: 'bob' })];
    victim.joinByChannel('ada');
    presenter.restored(restored.client);
    assert.deepEqual(victim.state.dropped, ['too_many_members']);
    presenter.sweep();
    assert.deepEqual(ids(), ['flood 0', 'flood 1']);
    for (const client of flood) client.leave();
    victim.heard();
    presenter.sweep();
    assert.deepEqual(ids(), ['ada', 'bob']);
    assert.deepEqual(victim.heard(), [
      { id: 'ada', type: 'join' },
      { id: 'bob', type: 'join' },
    ]);
    presenter.sweep();
    assert.deepEqual([victim.heard(), victim.state.dropped.length], [[], 1]);
  });

  test('but waits no longer once it has left, is gone, or could never come in', () => {
    const { presenter, enter, ids } = stage({ members: 1, memberBytes: 20 });
    const flood = enter('1');
    flood.join('flood');
    const [left, unsubscribed, gone, large] = [enter('2'), enter('3'), enter('4'), enter('5')];
    for (const [n, client] of [left, unsubscribed, gone].entries()) client.joinByChannel(`member ${n}`);
    left.leaveByChannel();
    assert.deepEqual(left.state.dropped, ['too_many_members'], 'leaving is no mistake');
    presenter.unsubscribed(unsubscribed.client, 'r', unsubscribed.client.subscriptions.get('r')!);
    presenter.detached(gone.client);
    flood.leave();
    large.joinByChannel('x'.repeat(21));
    presenter.sweep();
    assert.deepEqual(ids(), []);
  });

  test('is not its client’s to change', () => {
    const { presenter, enter, ids } = stage();
    const ada = enter('1');
    ada.joinByChannel('ada');
    ada.leave();
    ada.join('eve');
    ada.join('ada');
    assert.deepEqual(ids(), ['ada']);
    assert.deepEqual(ada.state.dropped, ['presence_by_channel', 'presence_by_channel', 'presence_by_channel']);
    ada.leaveByChannel();
    ada.join('eve');
    assert.deepEqual(ids(), ['eve'], 'and is again when the channel lets it go');
    presenter.sweep();
    assert.deepEqual(ids(), ['eve']);
  });
});

test('a stream is told of so many only, whoever joins; those whom the channel joins have their turn later', () => {
  const { clock, presenter, enter, ids } = stage({}, 2);
  for (const n of [1, 2, 3]) enter(`${n}`).join(`${n}`);
  const victim = enter('4');
  victim.joinByChannel('ada');
  assert.deepEqual([ids(), victim.state.dropped], [['1', '2'], ['rate_limited']]);
  clock.now += 500;
  presenter.sweep();
  assert.deepEqual(ids(), ['1', '2', 'ada']);
});

describe('a listener who is behind', () => {
  test('misses events, and has the whole list when it has caught up, once', () => {
    const { presenter, audience, enter } = stage();
    const [ada, slow] = [enter('1'), enter('2')];
    slow.state.isBehind = true;
    ada.join('ada');
    presenter.sweep();
    assert.deepEqual([slow.heard(), ada.heard().length, audience.behind], [[], 1, 1]);
    slow.state.isBehind = false;
    presenter.sweep();
    presenter.sweep();
    assert.deepEqual(slow.heard(), [{ type: 'info', total: 1, records: [{ id: 'ada' }] }]);
    assert.deepEqual([ada.heard(), audience.behind], [[], 0]);
  });

  test('and is gone, or is subscribed no more, is forgotten', () => {
    const { presenter, audience, enter } = stage();
    const [gone, unsubscribed, ended] = [enter('1'), enter('2'), enter('3', { open: false })];
    for (const { state } of [gone, unsubscribed, ended]) state.isBehind = true;
    enter('4').join('ada');
    assert.equal(audience.behind, 2);
    presenter.detached(gone.client);
    unsubscribed.client.subscriptions.clear();
    presenter.sweep();
    assert.deepEqual([audience.behind, unsubscribed.heard()], [0, []]);
  });
});

describe('presenceMember', () => {
  test('takes what JSON can hold', () => {
    assert.deepEqual(presenceMember('7', { name: 'Ada' }), { id: '7', info: '{"name":"Ada"}' });
    assert.deepEqual(presenceMember('7', false), { id: '7', info: 'false' });
    assert.deepEqual(presenceMember('7', undefined), { id: '7', info: undefined });
    assert.deepEqual(presenceMember('7', null), { id: '7', info: undefined });
  });

  test('says what is wrong', () => {
    const cyclic: Record<string, unknown> = {};
    cyclic['self'] = cyclic;
    assert.throws(() => presenceMember('7', cyclic), { name: 'CableError', reason: 'invalid_presence' });
    assert.throws(() => presenceMember('', {}), { reason: 'invalid_presence', message: /got an empty one/ });
    assert.throws(() => presenceMember(7 as unknown as string, {}), { message: /got number/ });
  });
});

describe('Allowance', () => {
  test('gives so many at once, then so many a second, to each key', () => {
    let now = 0;
    const allowance = new Allowance({ most: 3, perSecond: 2 }, () => now);
    const takes = (key: string) => [1, 2, 3, 4].map(() => allowance.take(key));
    assert.deepEqual(takes('ada'), [true, true, true, false]);
    assert.deepEqual(takes('bob'), [true, true, true, false]);
    now = 499;
    assert.equal(allowance.take('ada'), false);
    now = 500;
    assert.deepEqual([allowance.take('ada'), allowance.take('ada')], [true, false]);
    allowance.expire();
    assert.deepEqual([allowance.take('ada'), allowance.size], [false, 2], 'only full ones are forgotten');
    now = 60_000;
    allowance.expire();
    assert.equal(allowance.size, 0);
    assert.deepEqual(takes('ada'), [true, true, true, false], 'no more than at once, however long it waited');
  });

  test('a clock that was set back costs no more than an empty bucket does', () => {
    let now = 1_000_000;
    const allowance = new Allowance({ most: 2, perSecond: 1 }, () => now);
    allowance.take('ada');
    now = 0;
    assert.equal(allowance.take('ada'), false);
    now = 1_000;
    assert.equal(allowance.take('ada'), true);
  });

  test('with none a second there is none', () => {
    assert.equal(new Allowance({ most: 4, perSecond: 0 }, () => 0).take('ada'), false);
  });
});
