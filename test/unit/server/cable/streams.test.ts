/** Streams without a channel: signed names, public ones, and what may be done there. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { afterEach, describe, test } from 'node:test';
import { signStreamName, verifyStreamName } from '../../../../templates/node/src/cable/index.js';
import type { StreamsOptions } from '../../../../templates/node/src/cable/index.js';
import { startCableHost } from '../../../support/cable-host.js';
import type { CableHost } from '../../../support/cable-host.js';

const KEY = 's3Krit';
/** What Rails makes of `Turbo::StreamsChannel.signed_stream_name([:chat, "2021"])`; from AnyCable's own tests. */
const FROM_RAILS = 'ImNoYXQ6MjAyMSI=--f9ee45dbccb1da04d8ceb99cc820207804370ba0d06b46fc3b8b373af1315628';

const signed = (payload: string, key = KEY) => {
  const encoded = Buffer.from(payload).toString('base64');
  return `${encoded}--${createHmac('sha256', key).update(encoded).digest('hex')}`;
};

describe('signed names', () => {
  test('are those of Rails', () => {
    assert.equal(signStreamName('chat:2021', KEY), FROM_RAILS);
    assert.equal(verifyStreamName(FROM_RAILS, KEY), 'chat:2021');
  });

  test('may be any text', () => {
    for (const name of ['', 'ü/💬', '"quoted"\n', 'a--b', '__proto__']) {
      assert.equal(verifyStreamName(signStreamName(name, KEY), KEY), name);
    }
  });

  const [data = '', signature = ''] = FROM_RAILS.split('--');
  const bad: [name: string, signed: string][] = [
    ['nothing', ''],
    ['no signature', data],
    ['an empty signature', `${data}--`],
    ['a signature alone', `--${signature}`],
    ['too many parts', `${FROM_RAILS}--`],
    ['a shorter signature', FROM_RAILS.slice(0, -1)],
    ['a longer signature', `${FROM_RAILS}0`],
    ['a signature in capitals', `${data}--${signature.toUpperCase()}`],
    ['a signature with a letter of two bytes', `${data}--${signature.slice(0, -2)}ü`],
    ['another name under the same signature', `${Buffer.from('"chat:2022"').toString('base64')}--${signature}`],
    ['another key', signStreamName('chat:2021', 'secret')],
    ['an empty key', signStreamName('chat:2021', '')],
    ['a list', signed('["chat:2021"]')],
    ['a number', signed('2021')],
    ['null', signed('null')],
    ['what is no JSON', signed('chat:2021')],
  ];
  for (const [name, text] of bad) {
    test(`are not: ${name}`, () => assert.equal(verifyStreamName(text, KEY), undefined));
  }
});

let host: CableHost;
afterEach(() => host.stop());

const pubsub = (params: object) => JSON.stringify({ channel: '$pubsub', ...params });
const SIGNED = pubsub({ signed_stream_name: FROM_RAILS });
const PUBLIC = pubsub({ stream_name: 'lobby' });

async function start(streams?: StreamsOptions) {
  host = await startCableHost({ options: streams === undefined ? {} : { streams } });
  return host.connect();
}

/** What a subscription is good for, beside listening. */
async function abilities(identifier: string) {
  const [one, other] = [await host.connect(), await host.connect()];
  const answer = (await one.subscribe(identifier))['type'];
  if (answer !== 'confirm_subscription') return answer;
  await other.subscribe(identifier);
  one.command('whisper', identifier, { data: 1 });
  one.command('join', identifier, { presence: { id: 'ada' } });
  await one.settled();
  return (await other.settled()).map(({ type }) => type ?? 'whisper');
}

describe('the channel $pubsub', () => {
  test('streams what was signed, with history, positions and restored sessions', async () => {
    const client = await start({ key: KEY });
    host.cable.broadcast('chat:2021', { n: 1 });
    client.command('subscribe', SIGNED, { history: { since: 1 } });
    const epoch = host.cable.stats.history.epoch;
    assert.deepEqual(await client.settled(), [
      { type: 'confirm_subscription', identifier: SIGNED },
      { identifier: SIGNED, message: { n: 1 }, stream_id: 'chat:2021', epoch, offset: 1 },
      { type: 'confirm_history', identifier: SIGNED },
    ]);
    await client.cut();
    const again = await host.connect({ sid: String(client.frames[0]?.['sid']) });
    assert.deepEqual(again.frames[0]?.['restored_ids'], [SIGNED]);
    host.cable.broadcast('chat:2021', { n: 2 });
    assert.equal((await again.next())['offset'], 2);
  });

  test('rejects what was not', async () => {
    const client = await start({ key: KEY });
    for (const identifier of [
      pubsub({}),
      pubsub({ signed_stream_name: '' }),
      pubsub({ signed_stream_name: 7 }),
      pubsub({ signed_stream_name: 'chat:2021' }),
      pubsub({ signed_stream_name: signed('["chat:2021"]') }),
      pubsub({ signed_stream_name: signStreamName('chat:2021', 'another') }),
      pubsub({ stream_name: 'chat:2021' }),
      // A good signature buys no other name.
      pubsub({ signed_stream_name: 'forged', stream_name: 'chat:2021' }),
    ]) {
      assert.equal((await client.subscribe(identifier))['type'], 'reject_subscription', identifier);
    }
    host.cable.broadcast('chat:2021', {});
    assert.deepEqual(await client.settled(), []);
  });

  test('a signed name goes before a plain one', async () => {
    const client = await start({ key: KEY, public: true });
    await client.subscribe(pubsub({ signed_stream_name: FROM_RAILS, stream_name: 'lobby' }));
    host.cable.broadcast('lobby', {});
    host.cable.broadcast('chat:2021', {});
    assert.deepEqual(
      (await client.settled()).map((frame) => frame['stream_id']),
      ['chat:2021'],
    );
    const forged = pubsub({ signed_stream_name: 'forged', stream_name: 'lobby' });
    assert.equal((await client.subscribe(forged))['type'], 'reject_subscription');
  });

  test('has presence by default, and whispers by option, as AnyCable', async () => {
    await start({ key: KEY });
    assert.deepEqual(await abilities(SIGNED), ['presence']);
    await host.stop();
    await start({ key: KEY, whisper: true, presence: false });
    assert.deepEqual(await abilities(SIGNED), ['whisper']);
    await host.stop();
    await start({ key: KEY, public: true, whisper: true, presence: false, reserved: ['chat:'] });
    assert.deepEqual(await abilities(SIGNED), [], 'nobody speaks for the server on a stream of its own');
    assert.deepEqual(await abilities(pubsub({ signed_stream_name: signStreamName('cha', KEY) })), ['whisper']);
  });

  test('has both on public streams, whatever the options say of signed ones', async () => {
    await start({ key: KEY, public: true, whisper: false, presence: false });
    assert.deepEqual(await abilities(PUBLIC), ['whisper', 'presence']);
    assert.deepEqual(await abilities(SIGNED), []);
  });

  test('without a key takes no signature, not even one by an empty key', async () => {
    const client = await start({ public: true });
    assert.equal((await client.subscribe(SIGNED))['type'], 'reject_subscription');
    const empty = pubsub({ signed_stream_name: signStreamName('chat:2021', '') });
    assert.equal((await client.subscribe(empty))['type'], 'reject_subscription');
    assert.equal((await client.subscribe(PUBLIC))['type'], 'confirm_subscription');
  });

  test('keeps reserved names closed, signed ones aside', async () => {
    const client = await start({ key: KEY, public: true, reserved: ['chat/', 'chat:'] });
    assert.equal((await client.subscribe(pubsub({ stream_name: 'chat/ada/1' })))['type'], 'reject_subscription');
    assert.equal((await client.subscribe(pubsub({ stream_name: 'chatter' })))['type'], 'confirm_subscription');
    assert.equal((await client.subscribe(SIGNED))['type'], 'confirm_subscription');
  });

  test('does nothing when something is performed', async () => {
    const client = await start({ key: KEY });
    await client.subscribe(SIGNED);
    client.perform(SIGNED, 'anything', { at: 'all' });
    assert.deepEqual(await client.settled(), []);
    assert.ok(!host.log.some((line) => line.includes('ERROR') || line.includes('WARN')));
  });

  test('is not there unless there are such streams', async () => {
    const client = await start();
    assert.equal((await client.subscribe(SIGNED))['type'], 'reject_subscription');
    assert.equal((await client.subscribe(PUBLIC))['type'], 'reject_subscription');
  });
});
