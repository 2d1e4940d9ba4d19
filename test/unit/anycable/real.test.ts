/** The real AnyCable server in front of the real chat: what the conformance suite and the benchmarks stand on. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { startAnyCableChat } from '../../support/anycable/chat-host.js';
import type { AnyCableChat } from '../../support/anycable/chat-host.js';
import { startAnyCable } from '../../support/anycable/server.js';
import { CableClient } from '../../support/cable-client.js';
import type { RawFrame } from '../../support/cable-client.js';

const skip = process.platform === 'win32' && 'the AnyCable server is not built for Windows';

describe('the real AnyCable', { skip }, () => {
  let host: AnyCableChat;

  before(async () => {
    host = await startAnyCableChat({ anycable: { historyLimit: 1_000 } });
  });
  after(() => host?.stop());

  const messageOf = (frame: RawFrame) => frame['message'] as Record<string, unknown>;
  const ofType = (type: string) => (frame: RawFrame) =>
    (frame['message'] as { type?: unknown } | undefined)?.type === type && typeof frame['identifier'] === 'string';

  async function connect(user: string): Promise<{ client: CableClient; sid: string }> {
    const client = await CableClient.connect(host.cableUrl, { headers: { 'x-user': user } });
    const welcome = await client.next({ type: 'welcome' });
    return { client, sid: String(welcome['sid']) };
  }

  function identifierOf(conversationId: string): string {
    return JSON.stringify({ channel: 'AssistantChannel', conversation_id: conversationId });
  }

  /** Everything that was streamed of an answer, in its order. */
  function textOf(frames: readonly RawFrame[]): string {
    return frames
      .filter(ofType('chunk'))
      .map((frame) => String(messageOf(frame)['content']))
      .join('');
  }

  test('a question asked over the real AnyCable is answered, piece by piece, with the stored text', async () => {
    const { client } = await connect('ada');
    const identifier = identifierOf(randomUUID());
    assert.equal((await client.subscribe(identifier))['type'], 'confirm_subscription');
    client.perform(identifier, 'resume', {});
    assert.equal(messageOf(await client.next(ofType('hello')))['v'], 1);
    client.perform(identifier, 'ask', { client_id: randomUUID(), message: 'Write a long answer with a table.' });
    const complete = messageOf(await client.next(ofType('complete')));
    const stored = host.chat.storedText(String(complete['message_id']));
    assert.equal(textOf(client.frames), stored?.text);
    assert.equal(complete['bytes'], stored?.bytes);
    const offsets = client.frames.filter(ofType('chunk')).map((frame) => frame['offset']);
    assert.ok(offsets.length > 1 && offsets.every((offset) => typeof offset === 'number'), 'the broker numbered them');
    await client.close();
  });

  test('who may not connect is refused, and a subscription that the channel rejects is rejected', async () => {
    const refused = await CableClient.connect(host.cableUrl, { headers: { 'x-user': 'nobody' } });
    assert.equal((await refused.next())['reason'], 'unauthorized');
    await refused.closed;
    const { client } = await connect('ada');
    assert.equal((await client.subscribe(identifierOf('no-uuid')))['type'], 'reject_subscription');
    await client.close();
  });

  test('a session is restored, and history is replayed from where the client was', async () => {
    const { client, sid } = await connect('grace');
    const conversationId = randomUUID();
    const identifier = identifierOf(conversationId);
    await client.subscribe(identifier);
    const publish = (n: number) => host.broadcaster.broadcast(host.chat.streamFor('grace', conversationId), { n });
    publish(1);
    const first = await client.next((frame) => 'offset' in frame);
    await client.cut();
    publish(2);
    publish(3);
    await host.broadcaster.settled();
    const again = await CableClient.connect(host.cableUrl, { sid, headers: { 'x-user': 'grace' } });
    assert.equal((await again.next({ type: 'welcome' }))['restored'], true);
    const position = { epoch: first['epoch'], offset: first['offset'] };
    again.command('history', identifier, { history: { streams: { [String(first['stream_id'])]: position } } });
    await again.next({ type: 'confirm_history' });
    assert.deepEqual(
      again.frames.filter((frame) => 'offset' in frame).map((frame) => messageOf(frame)['n']),
      [2, 3],
    );
    await again.close();
  });

  test('a restart tells its clients, and begins a new epoch at the same address', async () => {
    const { client } = await connect('ada');
    const identifier = identifierOf(randomUUID());
    await client.subscribe(identifier);
    const stream = host.chat.streamFor('ada', JSON.parse(identifier).conversation_id as string);
    host.broadcaster.broadcast(stream, { n: 1 });
    const before = await client.next((frame) => 'offset' in frame);
    const pid = host.anycable.pid;
    await host.anycable.restart({
      until: client.closed,
      // What is published while nobody is there arrives when somebody is.
      between: () => host.broadcaster.broadcast(stream, { n: 2 }),
    });
    const told = await client.next({ type: 'disconnect' });
    assert.deepEqual([told['reason'], told['reconnect']], ['server_restart', true]);
    await client.closed;
    assert.notEqual(host.anycable.pid, pid);
    await host.broadcaster.settled();
    const again = await CableClient.connect(host.cableUrl, { headers: { 'x-user': 'ada' } });
    await again.next({ type: 'welcome' });
    await again.subscribe(identifier, { history: { since: 1 } });
    const replayed = await again.next((frame) => 'offset' in frame);
    assert.deepEqual(messageOf(replayed), { n: 2 });
    assert.notEqual(replayed['epoch'], before['epoch']);
    await again.close();
  });

  test('a killed server is gone without a word, and comes back', async () => {
    const { client } = await connect('ada');
    await host.anycable.kill();
    assert.throws(() => host.anycable.pid, { reason: 'not_running' });
    assert.equal((await client.closed).code, 1006);
    assert.ok(!client.frames.some(({ type }) => type === 'disconnect'));
    await host.anycable.restart();
    const { client: again } = await connect('ada');
    await again.close();
  });

  test('history and its limits are what the options say, and a server needs no RPC', async () => {
    const server = await startAnyCable({ historyLimit: 3, historyTtl: 60, env: { ANYCABLE_PUBLIC: 'true' } });
    try {
      assert.ok(server.log.some((line) => line.includes('history limit: 3, history ttl: 60s')));
      const identifier = JSON.stringify({ channel: '$pubsub', stream_name: 'all' });
      const publish = (n: number) =>
        fetch(server.broadcastUrl, {
          method: 'POST',
          body: JSON.stringify({ stream: 'all', data: JSON.stringify({ n }) }),
        });
      for (let n = 1; n <= 5; n++) assert.equal((await publish(n)).status, 201);
      const client = await CableClient.connect(server.cableUrl);
      await client.subscribe(identifier, { history: { since: 1 } });
      await client.next({ type: 'confirm_history' });
      assert.deepEqual(
        client.frames.filter((frame) => 'offset' in frame).map((frame) => messageOf(frame)['n']),
        [3, 4, 5],
      );
      await client.close();
    } finally {
      await server.stop();
    }
  });

  test('a server that cannot start says why, with its log', async () => {
    await assert.rejects(startAnyCable({ env: { HTTP_PORT: '1', ANYCABLE_HTTP_BROADCAST_PORT: 'x' } }), {
      name: 'AnyCableError',
      reason: 'not_started',
    });
  });
});
