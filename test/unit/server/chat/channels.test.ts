import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { ChannelContext, JsonObject } from '../../../../templates/node/src/cable/channel.js';
import { createAssistantChannel } from '../../../../templates/node/src/channels/assistant-channel.js';
import { createChatChannel } from '../../../../templates/node/src/channels/chat-channel.js';
import { createLlmStreamChannel } from '../../../../templates/node/src/channels/llm-stream-channel.js';
import { ProviderError } from '../../../../templates/node/src/providers/provider.js';
import { Host } from './support/host.js';
import { ManualClock } from './support/manual-clock.js';
import { Recorder, turnUntil } from './support/recorder.js';
import { ScriptedProvider } from './support/scripted-provider.js';

class Subscription implements ChannelContext {
  readonly identity;
  readonly transmitted: JsonObject[] = [];
  readonly streams: string[] = [];
  readonly present: string[] = [];
  isRejected = false;

  constructor(
    user: string,
    readonly params: JsonObject,
  ) {
    this.identity = { user };
  }
  transmit(message: JsonObject): void {
    this.transmitted.push(message);
  }
  streamFrom(stream: string): void {
    this.streams.push(stream);
  }
  reject(): void {
    this.isRejected = true;
  }
  joinPresence(id: string): void {
    this.present.push(id);
  }
  leavePresence(): void {}
}

test('the chat channel wants a room, and joins its caller under a name that is not the user', () => {
  const channel = createChatChannel();
  for (const params of [{}, { room_id: '' }, { room_id: 7 }, { room_id: '../x' }, { room_id: 'x'.repeat(65) }]) {
    const subscription = new Subscription('ada', params);
    channel.subscribed(subscription);
    assert.deepEqual([subscription.isRejected, subscription.streams, subscription.present], [true, [], []]);
  }
  const [ada, tab, eve] = ['ada', 'ada', 'eve'].map((user) => new Subscription(user, { room_id: 'lobby' }));
  assert.ok(ada && tab && eve);
  for (const subscription of [ada, tab, eve]) channel.subscribed(subscription);
  assert.deepEqual(ada.streams, ['chat-room/lobby']);
  assert.deepEqual(ada.present, tab.present);
  assert.notDeepEqual(ada.present, eve.present);
  assert.doesNotMatch(String(ada.present), /ada/);
});

test('the assistant channel wants a conversation, and streams it under the name of its caller', (t) => {
  const host = new Host(t);
  const channel = createAssistantChannel(host.chat);
  for (const params of [{}, { conversation_id: '' }, { conversation_id: 7 }, { conversation_id: '../x' }]) {
    const subscription = new Subscription('ada', params);
    channel.subscribed(subscription);
    channel.perform(subscription, 'resume', {});
    assert.deepEqual([subscription.isRejected, subscription.streams, subscription.transmitted], [true, [], []]);
  }
  const conversationId = randomUUID();
  const [ada, eve] = ['ada', 'eve/x'].map(
    (user) => new Subscription(user, { conversation_id: conversationId, page: 1 }),
  );
  assert.ok(ada && eve);
  channel.subscribed(ada);
  channel.subscribed(eve);
  assert.deepEqual([ada.streams, eve.streams], [[`chat/ada/${conversationId}`], [`chat/eve%2Fx/${conversationId}`]]);
  channel.perform(ada, 'ask', { action: 'ask', client_id: randomUUID(), message: 'Q' });
  channel.perform(eve, 'resume', { cursors: {} });
  assert.deepEqual(
    ada.transmitted.map((frame) => frame['type']),
    ['snapshot'],
  );
  assert.deepEqual(eve.transmitted, [
    {
      type: 'error',
      conversation_id: conversationId,
      client_id: null,
      code: 'forbidden',
      message: 'This conversation is not yours.',
      retryable: false,
    },
  ]);
  const [published] = host.published.items;
  assert.equal(host.chat.streamFor(published?.owner ?? '', published?.conversationId ?? ''), ada.streams[0]);
});

function plainChannel(options = {}) {
  const provider = new ScriptedProvider();
  const clock = new ManualClock();
  const sent = new Recorder<{ stream: string; message: JsonObject }>();
  const broadcast = (stream: string, message: JsonObject) => sent.push({ stream, message });
  const channel = createLlmStreamChannel({ provider, broadcast, clock, options });
  const ofType = (type: string) => sent.until(({ message }) => message['type'] === type);
  return { provider, clock, sent, channel, ofType };
}

test('the plain channel streams chunks and complete to the stream of its caller, outside of the action', async () => {
  const { provider, sent, channel, ofType, clock } = plainChannel({ systemPrompt: 'Be plain.' });
  const ada = new Subscription('ada', { room: 'x', a: 1 });
  channel.subscribed(ada);
  channel.perform(ada, 'generate', { action: 'generate', prompt: 'Hi' });
  assert.equal(provider.answers.length, 0);
  const model = await provider.next();
  assert.deepEqual([model.request.system, model.request.turns], ['Be plain.', [{ role: 'user', content: 'Hi' }]]);
  model.say('Hel').say('lo').end();
  await ofType('complete');
  assert.deepEqual(
    sent.items.map(({ message }) => message),
    [{ type: 'chunk', content: 'Hello' }, { type: 'complete' }],
  );
  assert.ok(sent.items.every(({ stream }) => stream === ada.streams[0]));
  assert.deepEqual(ada.transmitted, []);
  await turnUntil(() => clock.timers === 0, 'no timer is left');

  const streamsOf = (user: string, params: JsonObject) => {
    const subscription = new Subscription(user, params);
    channel.subscribed(subscription);
    return subscription.streams[0];
  };
  assert.equal(streamsOf('ada', { a: 1, room: 'x' }), ada.streams[0], 'whatever the order of the parameters');
  assert.notEqual(streamsOf('ada', { a: 1 }), ada.streams[0]);
  assert.notEqual(streamsOf('eve', { a: 1, room: 'x' }), ada.streams[0]);
});

test('the plain channel refuses with a sentence, and answers one question of a user at a time', async () => {
  const { provider, channel, ofType } = plainChannel({ messageBytes: 10 });
  const ada = new Subscription('ada', {});
  for (const [action, data] of [
    ['ask', { prompt: 'x' }],
    ['generate', {}],
    ['generate', { prompt: 7 }],
    ['generate', { prompt: ' ' }],
    ['generate', { prompt: 'x'.repeat(11) }],
  ] as const) {
    channel.perform(ada, action, data);
  }
  assert.deepEqual(
    ada.transmitted.map((message) => message['type']),
    Array.from({ length: 5 }, () => 'error'),
  );
  channel.perform(ada, 'generate', { prompt: 'one' });
  channel.perform(ada, 'generate', { prompt: 'two' });
  assert.match(String(ada.transmitted.at(-1)?.['message']), /not finished/);
  channel.perform(new Subscription('bob', {}), 'generate', { prompt: 'three' });
  const first = await provider.next();
  await provider.next();
  first.end();
  await ofType('complete');
  channel.perform(ada, 'generate', { prompt: 'four' });
  assert.equal((await provider.next()).request.turns[0]?.content, 'four');
  await channel.close();
});

test('the plain channel shows safe sentences only, after what came before', async () => {
  const { provider, sent, channel, ofType } = plainChannel();
  channel.perform(new Subscription('ada', {}), 'generate', { prompt: 'x' });
  const first = await provider.next();
  first.say('So far').fail(new ProviderError('provider_error', 'secret', 'The model failed.', true));
  await ofType('error');
  channel.perform(new Subscription('bob', {}), 'generate', { prompt: 'x' });
  (await provider.next()).fail(new Error('secret'));
  await turnUntil(() => sent.items.length === 3, 'both have failed');
  assert.deepEqual(
    sent.items.map(({ message }) => message),
    [
      { type: 'chunk', content: 'So far' },
      { type: 'error', message: 'The model failed.' },
      { type: 'error', message: 'Something went wrong on the server. Please ask again.' },
    ],
  );
});

test('the plain channel stops its answers when it is closed, and begins no more', async () => {
  const { provider, sent, channel, clock } = plainChannel();
  const ada = new Subscription('ada', {});
  channel.perform(ada, 'generate', { prompt: 'x' });
  const model = await provider.next();
  await channel.close();
  assert.equal(model.request.signal.aborted, true);
  assert.deepEqual(
    sent.items.map(({ message }) => message['type']),
    ['error'],
  );
  channel.perform(ada, 'generate', { prompt: 'x' });
  assert.equal(ada.transmitted[0]?.['type'], 'error');
  assert.equal(clock.timers, 0);
});
