/** History and resumed sessions of a real CableServer. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { Channel } from '../../../../templates/node/src/cable/channel.js';
import { BASE } from '../../../support/cable-client.js';
import type { CableClient } from '../../../support/cable-client.js';
import { startCableHost } from '../../../support/cable-host.js';
import type { CableHost } from '../../../support/cable-host.js';

let host: CableHost;
let calls: string[];
let now: number;

const room: Channel = {
  subscribed: ({ params, streamFrom }) => {
    calls.push('subscribed');
    for (const stream of params['streams'] as string[]) streamFrom(stream);
  },
  perform: ({ transmit }) => transmit({ performed: true }),
  unsubscribed: () => void calls.push('unsubscribed'),
};
const id = (...streams: string[]) => JSON.stringify({ channel: 'Room', streams });

beforeEach(async () => {
  calls = [];
  now = Date.now();
  host = await startCableHost({ channels: { Room: room }, options: { history: { limit: 5 } }, now: () => now });
});
afterEach(() => host.stop());

const publish = (count: number, stream = 's') => {
  for (let n = 0; n < count; n++) host.cable.broadcast(stream, { n });
};
const epoch = () => host.cable.stats.history.epoch;
const short = (frames: readonly Readonly<Record<string, unknown>>[]) =>
  frames.map((frame) => frame['type'] ?? `${String(frame['stream_id'])}${String(frame['offset'])}`);
/** Subscribes and returns what comes after the confirmation. */
const subscribeFrom = async (client: CableClient, identifier: string, history: unknown) => {
  assert.equal((await client.subscribe(identifier, { history }))['type'], 'confirm_subscription');
  return short(await client.settled());
};

describe('history with a subscription', () => {
  test('replays what came after the position, then confirms', async () => {
    publish(3);
    const client = await host.connect();
    assert.deepEqual(await subscribeFrom(client, id('s'), { streams: { s: { epoch: epoch(), offset: 1 } } }), [
      's2',
      's3',
      'confirm_history',
    ]);
    const replayed = client.transcript.find(({ offset }) => offset === 2);
    assert.deepEqual(replayed, { identifier: id('s'), message: { n: 1 }, stream_id: 's', epoch: epoch(), offset: 2 });
  });

  test('replays since a moment', async () => {
    publish(2);
    now += 60_000;
    publish(1);
    const client = await host.connect();
    const since = Math.floor(now / 1000) - 30;
    assert.deepEqual(await subscribeFrom(client, id('s'), { since }), ['s3', 'confirm_history']);
  });

  test('a position goes before the moment; the moment serves streams without one', async () => {
    publish(2, 's');
    publish(2, 't');
    const client = await host.connect();
    const history = { since: 1, streams: { t: { epoch: epoch(), offset: 1 }, u: { epoch: 'x', offset: 9 } } };
    assert.deepEqual(await subscribeFrom(client, id('s', 't'), history), ['s1', 's2', 't2', 'confirm_history']);
  });

  test('a position that is not found rejects all of it, and nothing is replayed', async () => {
    publish(2, 's');
    publish(9, 't');
    const client = await host.connect();
    const history = { since: 1, streams: { s: { epoch: epoch(), offset: 1 }, t: { epoch: epoch(), offset: 1 } } };
    assert.deepEqual(await subscribeFrom(client, id('s', 't'), history), ['reject_history']);
    publish(1);
    assert.deepEqual(short(await client.settled()), ['s3'], 'the subscription stands');
  });

  test('empty requests: no answer, or an empty one, as AnyCable gives it', async () => {
    publish(1);
    const client = await host.connect();
    assert.deepEqual(await subscribeFrom(client, id('s', '1'), {}), []);
    assert.deepEqual(await subscribeFrom(client, id('s', '2'), { since: 0 }), []);
    assert.deepEqual(await subscribeFrom(client, id('s', '3'), { since: -5 }), []);
    assert.deepEqual(await subscribeFrom(client, id('s', '4'), { streams: {} }), ['confirm_history']);
  });

  test('a rejected subscription gets no history', async () => {
    const client = await host.connect();
    client.command('subscribe', '{"channel":"Unknown"}', { history: { since: 1 } });
    assert.deepEqual(short(await client.settled()), ['reject_subscription']);
  });
});

describe('history by itself', () => {
  const ask = async (client: CableClient, identifier: string, history: unknown) => {
    client.command('history', identifier, { history });
    return short(await client.settled());
  };

  test('replays, confirms, rejects', async () => {
    const client = await host.connect();
    await client.subscribe(id('s'));
    publish(7);
    await client.settled();
    const at = (offset: number, of = epoch()) => ({ streams: { s: { epoch: of, offset } } });
    assert.deepEqual(await ask(client, id('s'), at(5)), ['s6', 's7', 'confirm_history']);
    assert.deepEqual(await ask(client, id('s'), at(7)), ['confirm_history']);
    assert.deepEqual(await ask(client, id('s'), at(2)), ['reject_history'], 'overrun');
    assert.deepEqual(await ask(client, id('s'), at(8)), ['reject_history'], 'from the future');
    assert.deepEqual(await ask(client, id('s'), at(5, 'other')), ['reject_history'], 'another epoch');
    assert.deepEqual(await ask(client, id('s'), { since: 1 }), ['s3', 's4', 's5', 's6', 's7', 'confirm_history']);
    assert.deepEqual(await ask(client, id('s'), { since: -1 }), ['confirm_history']);
  });

  test('without a request, or without a subscription, there is no answer', async () => {
    const client = await host.connect();
    await client.subscribe(id('s'));
    publish(1, 't');
    assert.deepEqual(await ask(client, id('s'), undefined), []);
    assert.deepEqual(await ask(client, id('t'), { since: 1 }), [], 'nobody reads a stream that was not granted');
  });

  test('forgetting it begins a new epoch: old positions are rejected, new messages start over', async () => {
    const client = await host.connect();
    await client.subscribe(id('s'));
    publish(3);
    const before = epoch();
    host.cable.forgetHistory();
    assert.notEqual(epoch(), before);
    publish(2);
    assert.deepEqual(short(await client.settled()), ['s1', 's2', 's3', 's1', 's2']);
    assert.deepEqual(await ask(client, id('s'), { streams: { s: { epoch: before, offset: 1 } } }), ['reject_history']);
  });

  test('each process begins with an epoch of its own', async () => {
    const other = await startCableHost();
    assert.notEqual(other.cable.stats.history.epoch, epoch());
    await other.stop();
  });
});

describe('a resumed session', () => {
  const sidOf = (client: CableClient) => String(client.frames[0]?.['sid']);
  const left = async (...identifiers: string[]) => {
    const client = await host.connect();
    for (const identifier of identifiers) await client.subscribe(identifier);
    const sid = sidOf(client);
    await client.cut();
    return sid;
  };

  test('has its subscriptions back, under a new id, and no channel is asked', async () => {
    const sid = await left(id('s'), id('t'));
    calls.length = 0;
    const client = await host.open({ sid });
    const welcome = await client.next();
    assert.deepEqual(welcome, {
      type: 'welcome',
      sid: sidOf(client),
      restored: true,
      restored_ids: [id('s'), id('t')],
    });
    assert.notEqual(welcome['sid'], sid);
    publish(1, 't');
    assert.deepEqual(short(await client.settled()), ['t1']);
    client.perform(id('s'), 'anything');
    assert.deepEqual(
      (await client.settled()).map(({ message }) => message),
      [{ performed: true }],
    );
    assert.ok(!calls.includes('subscribed'));
  });

  test('loses nothing together with history, as the client of AnyCable asks for it', async () => {
    const client = await host.connect();
    await client.subscribe(id('s'));
    publish(2);
    await client.settled();
    await client.cut();
    publish(2);
    const back = await host.connect({ sid: sidOf(client) });
    publish(1);
    back.command('history', id('s'), { history: { since: 0, streams: { s: { epoch: epoch(), offset: 2 } } } });
    assert.deepEqual(short(await back.settled()), ['s5', 's3', 's4', 's5', 'confirm_history']);
  });

  test('can be resumed again and again, also from an id before the last', async () => {
    const sid = await left(id('s'));
    const second = await host.connect({ sid });
    const third = await host.connect({ sid: sidOf(second) });
    const again = await host.connect({ sid });
    for (const client of [second, third, again]) assert.equal(client.frames[0]?.['restored'], true);
  });

  test('knows nothing of what was unsubscribed', async () => {
    const client = await host.connect();
    await client.subscribe(id('s'));
    await client.subscribe(id('t'));
    client.command('unsubscribe', id('s'));
    await client.settled();
    const back = await host.connect({ sid: sidOf(client) });
    assert.deepEqual(back.frames[0]?.['restored_ids'], [id('t')]);
  });

  test('without subscriptions it names none', async () => {
    const back = await host.connect({ sid: await left() });
    assert.deepEqual(Object.keys(back.frames[0] ?? {}), ['type', 'sid', 'restored']);
  });

  test('is welcomed anew when it is unknown, too old, forgotten, or another user’s', async () => {
    const sid = await left(id('s'));
    const fresh = async (options: Parameters<CableHost['connect']>[0]) => {
      const client = await host.connect(options);
      assert.deepEqual(Object.keys(client.frames[0] ?? {}), ['type', 'sid']);
      publish(1);
      assert.deepEqual(await client.settled(), []);
    };
    await fresh({ sid: 'unknown' });
    await fresh({ sid, user: 'eve' });
    assert.equal((await host.connect({ sid })).frames[0]?.['restored'], true);
    now += 300_001;
    await fresh({ sid });
    const another = await left(id('s'));
    host.cable.forgetSessions();
    await fresh({ sid: another });
  });

  test('counts its time from the end of the connection, not from its beginning', async () => {
    const client = await host.connect();
    now += 299_000;
    await client.cut();
    while (host.cable.stats.connections > 0) await new Promise((resolve) => setImmediate(resolve));
    now += 299_000;
    assert.equal((await host.connect({ sid: sidOf(client) })).frames[0]?.['restored'], true);
  });

  test('is of the latest only, for whoever reconnects with large ones in a loop; others keep theirs', async () => {
    const large = Array.from({ length: 100 }, (_, n) => id(`${'x'.repeat(4_000)}${n}`));
    const other = await host.connect({ user: 'eve' });
    await other.subscribe(id('s'));
    await other.cut();
    const sids: string[] = [];
    for (let n = 0; n < 6; n++) {
      const client = await host.connect();
      for (const identifier of large) client.command('subscribe', identifier);
      await client.settled();
      sids.push(sidOf(client));
      await client.cut();
    }
    assert.equal((await host.connect({ user: 'eve', sid: sidOf(other) })).frames[0]?.['restored'], true);
    assert.equal((await host.connect({ sid: sids[0] as string })).frames[0]?.['restored'], undefined);
    assert.ok(host.cable.stats.sessions < 6, `${host.cable.stats.sessions} sessions kept`);
  });

  test('there is none in the base protocol', async () => {
    const sid = await left(id('s'));
    assert.equal((await host.connect({ sid, protocols: [BASE] })).frames[0]?.['restored'], undefined);
    const base = await host.connect({ protocols: [BASE] });
    await base.subscribe(id('s'));
    await base.cut();
    assert.equal((await host.connect({ sid: sidOf(base) })).frames[0]?.['restored'], undefined);
  });
});
