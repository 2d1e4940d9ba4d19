import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RawConfig, readConfig } from '../../widget/src/config.js';
import { ConfigurationError } from '../../widget/src/errors.js';
import { MemoryTransport } from '../../widget/src/transport/memory.js';

const page = (metas: Record<string, string> = {}, baseUrl = 'https://shop.example/de/') => ({
  baseUrl,
  meta: (name: string) => metas[name],
});
const read = (raw: RawConfig = {}, metas: Record<string, string> = {}) => readConfig(raw, page(metas));

test('nothing written: /cable on the page’s own host, AssistantChannel, the extended protocol', () => {
  assert.deepEqual(read(), {
    url: 'wss://shop.example/cable',
    protocol: 'actioncable-v1-ext-json',
    channel: 'AssistantChannel',
    channelParams: {},
    conversationId: undefined,
    action: 'ask',
    direct: undefined,
    tokenUrl: undefined,
    token: undefined,
    getToken: undefined,
    transport: undefined,
  });
});

test('the URL comes from the attribute, else cable-url, else action-cable-url', () => {
  const metas = { 'cable-url': 'wss://c.example/cable', 'action-cable-url': '/old-cable' };
  assert.equal(read({ url: 'http://a.example/ws#x' }, metas).url, 'ws://a.example/ws');
  assert.equal(read({}, metas).url, 'wss://c.example/cable');
  assert.equal(read({}, { 'action-cable-url': '/old-cable' }).url, 'wss://shop.example/old-cable');
  assert.equal(
    readConfig({ url: 'cable' }, page({}, 'http://localhost:3000/chat/')).url,
    'ws://localhost:3000/chat/cable',
  );
});

test('parameters, ids, token and endpoint', () => {
  const config = read({
    channelParams: '{"room": 7, "vip": true}',
    conversationId: 'ABCDEF00-0000-4000-8000-000000000001',
    tokenUrl: '/token',
    token: 'a.b.c',
    action: 'generate',
    protocol: 'actioncable-v1-json',
  });
  assert.deepEqual(config.channelParams, { room: 7, vip: true });
  assert.equal(config.conversationId, 'abcdef00-0000-4000-8000-000000000001');
  assert.equal(config.tokenUrl, 'https://shop.example/token');
  assert.equal(config.token, 'a.b.c');
  assert.equal(read({}, { 'cable-token': 'x.y' }).token, 'x.y');
  const transport = new MemoryTransport();
  assert.equal(read({ transport }).transport, transport);
});

const SIGNED = `${btoa('"chat/ada/1"')}--${'0a'.repeat(32)}`;
const UUID = 'abcdef00-0000-4000-8000-000000000001';
const ACTIONS = '/cable_chat/actions';

test('direct streams: with the name of the page’s conversation, or with the address alone', () => {
  assert.deepEqual(read({ signedStreamName: SIGNED, conversationId: UUID, actionsUrl: ACTIONS }).direct, {
    actionsUrl: 'https://shop.example/cable_chat/actions',
    signedStreamName: SIGNED,
  });
  const alone = read({ actionsUrl: 'https://chat.example/actions', protocol: 'actioncable-v1-ext-json' });
  assert.deepEqual(alone.direct, { actionsUrl: 'https://chat.example/actions', signedStreamName: undefined });
  assert.equal(read({ signedStreamName: '', actionsUrl: '' }).direct, undefined);
});

const bad: readonly (readonly [RawConfig, attribute: string, says: RegExp])[] = [
  [{ url: 'http://[' }, 'url', /is not an address\. Write a path/],
  [{ url: 'ftp://x/cable' }, 'url', /cannot be used\. Write a path/],
  [{ url: 'wss://user:secret@x/cable' }, 'url', /must not hold a user name/],
  [{ channel: 'no spaces' }, 'channel', /class name/],
  [{ channelParams: '{room: 7}' }, 'channel-params', /is not JSON .*\{"room": 42\}/],
  [{ channelParams: '[1]' }, 'channel-params', /JSON object/],
  [{ channelParams: '{"a":{}}' }, 'channel-params', /"a" must be a string, a number or a boolean/],
  [{ channelParams: '{"conversation_id":"x"}' }, 'channel-params', /use the conversation-id attribute/],
  [{ conversationId: '42' }, 'conversation-id', /a UUID, or leave it out/],
  [{ protocol: 'graphql-ws' }, 'protocol', /actioncable-v1-ext-json or actioncable-v1-json/],
  [{ action: 'drop table' }, 'action', /ask or generate/],
  [{ tokenUrl: 'javascript:alert(1)' }, 'token-url', /http\(s\)/],
  [{ token: 'has a space' }, 'token', /sub-protocol/],
  [{ getToken: 'nope' as never }, 'getToken', /function/],
  [{ transport: {} as never }, 'transport', /subscribe/],
  [{ signedStreamName: SIGNED, conversationId: UUID }, 'signed-stream-name', /needs actions-url/],
  [{ signedStreamName: SIGNED, actionsUrl: ACTIONS }, 'signed-stream-name', /needs conversation-id/],
  [
    { signedStreamName: 'chat/ada/1', conversationId: UUID, actionsUrl: ACTIONS },
    'signed-stream-name',
    /Write what your server signed/,
  ],
  [{ actionsUrl: ACTIONS, protocol: 'actioncable-v1-json' }, 'protocol', /extended protocol/],
  [{ actionsUrl: ACTIONS, channel: 'AssistantChannel' }, 'channel', /no meaning beside actions-url/],
  [{ actionsUrl: ACTIONS, channelParams: '{"room":7}' }, 'channel-params', /no meaning beside actions-url/],
  [{ actionsUrl: ACTIONS, action: 'generate' }, 'action', /no meaning beside actions-url/],
  [{ actionsUrl: 'ftp://x/actions' }, 'actions-url', /http\(s\)/],
  [{ actionsUrl: 'http://[' }, 'actions-url', /is not an address/],
  [{ actionsUrl: 'https://ada:secret@x/actions' }, 'actions-url', /user name or password/],
];

for (const [raw, attribute, says] of bad) {
  test(`${JSON.stringify(raw)} is refused with what to write instead`, () => {
    assert.throws(
      () => read(raw),
      (error) => {
        assert.ok(error instanceof ConfigurationError);
        assert.equal(error.attribute, attribute);
        assert.match(error.message, says);
        return true;
      },
    );
  });
}

test('a message never repeats a password or a long value', () => {
  assert.throws(
    () => read({ url: 'wss://user:secret@x/cable' }),
    (error: Error) => !error.message.includes('secret'),
  );
  assert.throws(
    () => read({ channel: `x ${'y'.repeat(500)}` }),
    (error: Error) => error.message.length < 200,
  );
});
