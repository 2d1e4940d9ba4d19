import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigurationError } from '../../../widget/src/errors.js';
import { type RawPresenceConfig, readJoin, readMax, readPresenceConfig } from '../../../widget/src/presence-config.js';

const page = { baseUrl: 'https://example.com/', meta: () => undefined };
const read = (raw: RawPresenceConfig, hasChat = false) => readPresenceConfig(raw, hasChat, page);
const SIGNED = `ImEi--${'0'.repeat(64)}`;

test('a channel of its own, over a cable of its own', () => {
  const { place, member } = read({ channel: 'RoomChannel', channelParams: '{"room":42}', url: '/ws' });
  assert.equal(place.kind, 'own');
  assert.ok(place.kind === 'own');
  assert.deepEqual(
    [place.channel, place.params, place.cable.url],
    ['RoomChannel', { room: 42 }, 'wss://example.com/ws'],
  );
  assert.deepEqual(member, { kind: 'none' });
});

test('a signed stream, over AnyCable’s channel for those', () => {
  const { place } = read({ signedStreamName: SIGNED });
  assert.ok(place.kind === 'own');
  assert.deepEqual([place.channel, place.params], ['$pubsub', { signed_stream_name: SIGNED }]);
});

test('beside a chat: its subscription, or a channel over its cable, or nothing of its', () => {
  assert.deepEqual(read({}, true).place, { kind: 'chat' });
  assert.deepEqual(read({ channel: 'RoomChannel' }, true).place, {
    kind: 'beside-chat',
    channel: 'RoomChannel',
    params: {},
  });
  assert.equal(read({ channel: 'RoomChannel', url: '/other' }, true).place.kind, 'own');
});

test('who this visitor is: given, the chat’s, or nobody', () => {
  const own = { channel: 'RoomChannel', memberId: '7', memberInfo: '{"name":"Ada"}' };
  assert.deepEqual(read(own).member, { kind: 'given', id: '7', info: { name: 'Ada' } });
  assert.deepEqual(read({ joinsAsVisitor: true, memberInfo: { name: 'Ada' } }, true).member, {
    kind: 'visitor',
    info: { name: 'Ada' },
  });
});

const mistakes: readonly (readonly [RawPresenceConfig, attribute: string, says: RegExp, hasChat?: boolean])[] = [
  [{}, 'channel', /Name a channel or a signed-stream-name/],
  [{ url: '/ws' }, 'channel', /Name a channel/, true],
  [{ channelParams: '{"room":1}' }, 'channel-params', /name it by channel/, true],
  [{ channel: 'RoomChannel', channelParams: '[1]' }, 'channel-params', /an object|JSON object/],
  [{ channel: 'Room Channel' }, 'channel', /class name/],
  [{ signedStreamName: 'plain' }, 'signed-stream-name', /is not a signed name/],
  [{ signedStreamName: SIGNED, channel: 'RoomChannel' }, 'signed-stream-name', /leave those out/],
  [{ htmlFor: 'chat', url: '/ws' }, 'for', /leave url out/, true],
  [{ htmlFor: 'chat', token: 'x' }, 'for', /leave token out/, true],
  [{ channel: 'RoomChannel', joinsAsVisitor: true }, 'join', /member-id/],
  [{ channel: 'RoomChannel', memberInfo: '{"name":"Ada"}' }, 'member-info', /member-id/],
  [{ channel: 'RoomChannel', memberId: '7', memberInfo: '{nope' }, 'member-info', /Write an object/],
  [{ channel: 'RoomChannel', protocol: 'graphql' }, 'protocol', /actioncable/],
];

for (const [raw, attribute, says, hasChat] of mistakes) {
  test(`${JSON.stringify(raw)} is refused with what to write instead`, () => {
    assert.throws(
      () => read(raw, hasChat),
      (error) => {
        assert.ok(error instanceof ConfigurationError);
        assert.equal(error.attribute, attribute);
        assert.match(error.message, says);
        return true;
      },
    );
  });
}

test('a number of faces, or a clear word', () => {
  assert.deepEqual([null, '', '0', '12', 3].map(readMax), [5, 5, 0, 12, 3]);
  for (const wrong of ['many', '-1', '1.5', 'NaN']) assert.throws(() => readMax(wrong), { attribute: 'max' });
});

test('join takes what JSON can say, as it is now', () => {
  const info = { name: 'Ada' };
  const member = readJoin(7, info);
  info.name = 'Eve';
  assert.deepEqual(member, { id: '7', info: { name: 'Ada' } });
  assert.deepEqual(readJoin('a', 'plain text').info, 'plain text');
  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  assert.throws(() => readJoin('a', cyclic), { attribute: 'member-info' });
  for (const id of ['', undefined, null, {}]) assert.throws(() => readJoin(id, undefined), { attribute: 'member-id' });
});
