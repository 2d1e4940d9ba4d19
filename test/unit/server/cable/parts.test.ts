/** The small pure parts: origins, sub-protocols, sessions, the hub, frames, options, what a handshake asks for. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as frames from '../../../../templates/node/src/cable/frames.js';
import { handshakeParameters } from '../../../../templates/node/src/cable/handshake.js';
import { Hub } from '../../../../templates/node/src/cable/hub.js';
import { resolveCableOptions } from '../../../../templates/node/src/cable/options.js';
import { isOriginAllowed } from '../../../../templates/node/src/cable/origin.js';
import { SessionStore } from '../../../../templates/node/src/cable/sessions.js';
import { chooseSubprotocol } from '../../../../templates/node/src/cable/subprotocol.js';

describe('isOriginAllowed', () => {
  const cases: [allowed: boolean, origin: string | undefined, host: string, list: string[]][] = [
    [true, 'http://a.test', 'a.test', []],
    [true, 'https://a.test', 'a.test', []],
    [true, 'http://A.test:3000', 'a.TEST:3000', []],
    [true, 'https://a.test', 'a.test:443', []],
    [false, 'http://a.test', 'a.test:3000', []],
    [false, 'http://b.test', 'a.test', []],
    [false, 'http://xa.test', 'a.test', []],
    [false, 'null', 'a.test', []],
    [false, 'a.test', 'a.test', []],
    [true, undefined, 'a.test', []],
    [false, undefined, 'a.test', ['b.test']],
    [true, undefined, 'a.test', ['*']],
    [true, 'null', 'a.test', ['*']],
    [true, 'http://a.test', 'a.test', ['b.test']],
    [true, 'https://b.test', 'a.test', ['c.test', 'B.test']],
    [false, 'https://b.test:8080', 'a.test', ['b.test']],
    [true, 'https://b.test:8080', 'a.test', ['b.test:8080']],
    [true, 'https://x.b.test', 'a.test', ['*.b.test']],
    [true, 'https://y.x.b.test', 'a.test', ['*.b.test']],
    [false, 'https://b.test', 'a.test', ['*.b.test']],
    [false, 'https://evilb.test', 'a.test', ['*.b.test']],
    [false, 'https://b.test.evil.test', 'a.test', ['*b.test']],
  ];
  for (const [allowed, origin, host, allowedOrigins] of cases) {
    test(`${origin} at ${host} with [${allowedOrigins.join(', ')}]: ${allowed}`, () =>
      assert.equal(isOriginAllowed(origin, host, { allowedOrigins }), allowed));
  }
});

test('chooseSubprotocol takes the client’s first that is known, and never a token', () => {
  const [base, extended] = ['actioncable-v1-json', 'actioncable-v1-ext-json'];
  assert.equal(chooseSubprotocol([base, extended]), base);
  assert.equal(chooseSubprotocol([extended, base]), extended);
  assert.equal(chooseSubprotocol(['anycable-token.abc', extended]), extended);
  assert.equal(chooseSubprotocol(['anycable-token.abc', 'actioncable-unsupported']), undefined);
  assert.equal(chooseSubprotocol([]), undefined);
});

describe('SessionStore', () => {
  const snapshot = { user: 'ada', subscriptions: new Map() };

  test('gives a session back, again and again, to its own user only', () => {
    const sessions = new SessionStore({ ttl: 1_000, limit: 10 }, () => 0);
    sessions.commit('a', snapshot);
    assert.equal(sessions.find('a', 'ada'), snapshot);
    assert.equal(sessions.find('a', 'ada'), snapshot);
    assert.equal(sessions.find('a', 'eve'), undefined);
    assert.equal(sessions.find('b', 'ada'), undefined);
  });

  test('keeps a session for its time after the last touch', () => {
    let now = 0;
    const sessions = new SessionStore({ ttl: 1_000, limit: 10 }, () => now);
    sessions.commit('a', snapshot);
    sessions.commit('b', snapshot);
    now = 900;
    sessions.touch('a');
    now = 1_000;
    assert.equal(sessions.find('b', 'ada'), undefined, 'also before it is swept');
    sessions.expire();
    assert.equal(sessions.size, 1);
    assert.equal(sessions.find('a', 'ada'), snapshot);
    now = 1_900;
    sessions.expire();
    assert.equal(sessions.size, 0);
  });

  test('keeps so many at most, and lets go of the one untouched longest', () => {
    const sessions = new SessionStore({ ttl: 1_000, limit: 2 }, () => 0);
    for (const sid of ['a', 'b']) sessions.commit(sid, snapshot);
    sessions.touch('a');
    sessions.commit('c', snapshot);
    assert.deepEqual(
      ['a', 'b', 'c'].map((sid) => sessions.find(sid, 'ada') !== undefined),
      [true, false, true],
    );
  });

  const named = (user: string, length: number) => ({
    user,
    subscriptions: new Map([
      ['x'.repeat(length), { streams: new Set(['s']), presence: undefined, whisper: undefined, joined: undefined }],
    ]),
  });
  test('counts what a channel told about who is present', () => {
    const sessions = new SessionStore({ ttl: 1_000, limit: 10 }, () => 0);
    const joined = { id: 'ada', info: 'x'.repeat(5_000) };
    const streams = new Set<string>();
    sessions.commit('a', {
      user: 'ada',
      subscriptions: new Map([['r', { streams, presence: 's', whisper: undefined, joined }]]),
    });
    assert.ok(sessions.bytes > 10_000, `${sessions.bytes}`);
  });

  const kept = (sessions: SessionStore, user: string, ...sids: string[]) =>
    sids.filter((sid) => sessions.find(sid, user) !== undefined).join('');

  test('keeps so many bytes at most, whoever’s they are', () => {
    const sessions = new SessionStore({ ttl: 1_000, limit: 100, bytes: 50_000 }, () => 0);
    for (const sid of ['a', 'b', 'c', 'd']) sessions.commit(sid, named(sid, 5_000));
    sessions.touch('a');
    assert.ok(sessions.bytes > 4 * 2 * 5_000 && sessions.bytes <= 50_000, `${sessions.bytes}`);
    sessions.commit('e', named('e', 5_000));
    assert.deepEqual(
      ['a', 'b', 'c', 'd', 'e'].map((sid) => kept(sessions, sid, sid)),
      ['a', '', 'c', 'd', 'e'],
      'the one untouched longest went',
    );
    sessions.commit('f', named('f', 30_000));
    assert.equal(kept(sessions, 'f', 'f'), '', 'what is too large by itself is not kept');
    assert.deepEqual([sessions.size, sessions.bytes], [0, 0], 'nothing is counted that is not there');
  });

  test('keeps so many of one user, and bytes of one user, and leaves other users theirs', () => {
    const sessions = new SessionStore({ ttl: 1_000, limit: 100, perUser: 3, bytesPerUser: 40_000 }, () => 0);
    sessions.commit('z', named('eve', 5_000));
    for (const sid of ['a', 'b', 'c']) sessions.commit(sid, named('ada', 10));
    sessions.touch('a');
    sessions.commit('d', named('ada', 10));
    assert.equal(kept(sessions, 'ada', 'a', 'b', 'c', 'd'), 'acd');
    sessions.commit('e', named('ada', 18_000));
    assert.equal(kept(sessions, 'ada', 'a', 'c', 'd', 'e'), 'ade', 'by number');
    sessions.commit('f', named('ada', 18_000));
    assert.equal(kept(sessions, 'ada', 'a', 'd', 'e', 'f'), 'f', 'by bytes');
    assert.equal(kept(sessions, 'eve', 'z'), 'z');
  });

  test('counts a session once, however often it is committed, touched and expired', () => {
    let now = 0;
    const sessions = new SessionStore({ ttl: 1_000, limit: 100, perUser: 2, bytesPerUser: 40_000 }, () => now);
    for (let n = 0; n < 50; n++) {
      sessions.commit('a', named('ada', 5_000));
      sessions.touch('a');
      sessions.commit('b', named('ada', 10));
    }
    assert.equal(kept(sessions, 'ada', 'a', 'b'), 'ab');
    now = 1_000;
    sessions.expire();
    assert.deepEqual([sessions.size, sessions.bytes], [0, 0]);
    for (const sid of ['c', 'd']) sessions.commit(sid, named('ada', 5_000));
    assert.equal(kept(sessions, 'ada', 'c', 'd'), 'cd');
    sessions.forget();
    assert.deepEqual([sessions.size, sessions.bytes], [0, 0]);
  });

  test('keeps none with a TTL of 0', () => {
    const sessions = new SessionStore({ ttl: 0, limit: 10 }, () => 0);
    sessions.commit('a', snapshot);
    assert.equal(sessions.size, 0);
  });
});

test('the hub knows who listens to what, under which identifier', () => {
  const hub = new Hub<string>();
  hub.subscribe('ada', 's', 'one');
  hub.subscribe('ada', 's', 'two');
  hub.subscribe('ada', 's', 'two');
  hub.subscribe('bob', 't', 'one');
  assert.deepEqual(hub.subscribers('s'), [
    ['ada', 'one'],
    ['ada', 'two'],
  ]);
  hub.unsubscribe('ada', 's', 'one');
  hub.unsubscribe('ada', 's', 'unknown');
  hub.unsubscribe('eve', 's', 'two');
  hub.unsubscribe('ada', 'unknown', 'two');
  assert.deepEqual(hub.subscribers('s'), [['ada', 'two']]);
  hub.unsubscribe('ada', 's', 'two');
  assert.deepEqual(hub.subscribers('s'), []);
  assert.equal(hub.streams, 1);
});

test('frames are byte for byte what AnyCable would send', () => {
  const identifier = '{"channel":"Chat"}';
  const message = { stream: 's:"1"', epoch: 'e', offset: 7, json: '{"text":"ü"}' };
  assert.equal(frames.welcome('x'), '{"type":"welcome","sid":"x"}');
  const [without, carried] = [{ presence: false }, { presence: true }];
  assert.equal(frames.welcomeBack('x', [], without), '{"type":"welcome","sid":"x","restored":true}');
  const restored = '{"type":"welcome","sid":"x","restored":true,"restored_ids":["a"]';
  assert.equal(frames.welcomeBack('x', ['a'], without), `${restored}}`);
  assert.equal(
    frames.welcomeBack('x', ['a'], carried),
    `${restored},"restored_presence":true}`,
    'the one that is ours',
  );
  assert.equal(frames.disconnect('remote', false), '{"type":"disconnect","reason":"remote","reconnect":false}');
  assert.equal(
    frames.streamMessage(identifier, message),
    '{"identifier":"{\\"channel\\":\\"Chat\\"}","message":{"text":"ü"},"stream_id":"s:\\"1\\"","epoch":"e","offset":7}',
  );
});

test('frames of presence are byte for byte what AnyCable would send', () => {
  const members = [
    { id: '42', info: '{"name":"Sasha"}' },
    { id: '"', info: undefined },
  ];
  assert.equal(
    frames.presenceInfo('chat_1', members),
    '{"type":"presence","identifier":"chat_1","message":{"type":"info","total":2,"records":[{"info":{"name":"Sasha"},"id":"42"},{"id":"\\""}]}}',
  );
  assert.equal(
    frames.presenceInfo('chat_1', []),
    '{"type":"presence","identifier":"chat_1","message":{"type":"info","total":0}}',
  );
  assert.equal(
    frames.presenceError('chat_1'),
    '{"type":"presence","identifier":"chat_1","message":{"type":"error","total":0}}',
  );
  const told = (event: Parameters<typeof frames.presenceEvent>[0]) =>
    frames.transientMessage('chat_1', frames.presenceEvent(event));
  assert.equal(
    told({ type: 'join', id: '42', info: '{"name":"Sasha"}' }),
    '{"type":"presence","identifier":"chat_1","message":{"id":"42","info":{"name":"Sasha"},"type":"join"}}',
  );
  assert.equal(
    told({ type: 'leave', id: '42' }),
    '{"type":"presence","identifier":"chat_1","message":{"id":"42","type":"leave"}}',
  );
  assert.equal(frames.transientMessage('chat_1', { json: '1' }), '{"identifier":"chat_1","message":1}');
});

test('a handshake may ask for pings and a session; nonsense is ignored', () => {
  const parameters = (query: string, headers = {}) =>
    handshakeParameters({ headers }, new URL(`http://a.test/cable?${query}`));
  assert.deepEqual(parameters('sid=abc&pi=5&ptp=ms'), { previousSid: 'abc', pingInterval: 5_000, pingPrecision: 'ms' });
  assert.deepEqual(parameters('sid=&pi=-1&ptp=year'), {
    previousSid: undefined,
    pingInterval: undefined,
    pingPrecision: 's',
  });
  assert.equal(parameters('pi=999999').pingInterval, 3_600_000);
  assert.equal(parameters('sid=abc', { 'x-anycable-restore-sid': 'def' }).previousSid, 'def');
});

test('options are checked', () => {
  assert.equal(resolveCableOptions({ history: { limit: 5 } }).history.ttl, 300_000);
  assert.throws(() => resolveCableOptions({ pingInterval: -1 }), {
    reason: 'invalid_option',
    message: /pingInterval: -1/,
  });
  assert.throws(() => resolveCableOptions({ history: { ttl: Number.NaN } }), { message: /history\.ttl: NaN/ });
  assert.throws(() => resolveCableOptions({ presenceTtl: Infinity }), { message: /presenceTtl: Infinity/ });
  assert.deepEqual(resolveCableOptions({ streams: { public: true } }).streams, { public: true });
  assert.throws(() => resolveCableOptions({ path: 'cable' }), { message: /must begin with \// });
});
