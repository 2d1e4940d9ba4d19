/**
 * Two visitors: Eve tries everything on Ada's conversation, by every door there is, while an answer of it is being written.
 * After each try Ada's conversation is what it was, she has heard nothing, the model was asked nothing, and Eve has learned
 * nothing of it. docs/access.md lists the tries.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { root } from '../../scripts/project.mjs';
import { rpcKey, signStreamName } from '../support/anycable/keys.js';
import { CableClient, EXTENDED, type RawFrame } from '../support/cable-client.js';
import { answer, Gate, type OpenAIServer, startOpenAIServer, stream } from '../support/openai-server.js';
import { command, openByCookie } from './access/endpoint-tries.js';
import type { Scene } from './access/scene.js';
import { resigned, tampered } from './access/token-tries.js';
import { TRIES } from './access/tries.js';
import { makeApp, type RailsApp, removeApp } from './support/app.js';
import { type RailsHost, startRailsApp } from './support/host.js';
import { channel, Person } from './support/person.js';
import { say } from './support/say.js';

/** In everything that Ada asks and is answered. */
const SECRET = 'Marmalade';

describe('two visitors', () => {
  const gate = new Gate();
  let endpoint: OpenAIServer;
  let app: RailsApp;
  let host: RailsHost;
  let scene: Scene;
  let ear: CableClient;

  before(async () => {
    endpoint = await startOpenAIServer();
    app = await makeApp(['--provider', 'openai']);
    host = await startRailsApp({
      app,
      settings: 'config.asks_per_minute = 10_000',
      env: { OPENAI_BASE_URL: endpoint.baseURL },
    });
    const ada = await Person.arrive(host);
    const eve = await Person.arrive(host);
    assert.notEqual(ada.id, eve.id);
    const conversation = randomUUID();
    ear = await ada.connect();
    await ear.subscribe(channel('AssistantChannel', { conversation_id: conversation }));

    endpoint.enqueue(
      answer([`${SECRET} `, 'is what she likes.']),
      stream([
        { type: 'role' },
        { type: 'text', text: `${SECRET} ` },
        { type: 'wait', gate },
        { type: 'text', text: `and ${SECRET}.` },
        { type: 'finish', reason: 'stop' },
        { type: 'done' },
      ]),
    );
    const clientId = randomUUID();
    await ada.act(conversation, 'ask', { client_id: clientId, message: `Is it ${SECRET}?` });
    const finished = messageOf(await ear.next(hasType('complete')));
    await ada.act(conversation, 'ask', { client_id: randomUUID(), message: `More ${SECRET}?` });
    const open = messageOf(await ear.next(hasType('chunk')));
    await gate.reached;
    scene = {
      host,
      broadcastUrl: host.broadcastUrl,
      ada,
      eve,
      conversation,
      stream: `cable_chat:${ada.id}:${conversation}`,
      question: '',
      finished: String(finished['message_id']),
      open: String(open['message_id']),
      clientId,
    };
    const { text } = await look();
    assert.ok(text.includes(SECRET), 'Ada sees her own conversation');
    const [question] = (
      JSON.parse(text) as { body: { frames: { messages?: { id: string }[] }[] } }
    ).body.frames.flatMap((frame) => frame.messages ?? []);
    scene = { ...scene, question: question?.id ?? '' };
  });
  after(async () => {
    gate.open();
    await ear?.close();
    await host?.stop();
    await endpoint?.stop();
    if (app) removeApp(app);
  });

  /** Ada's conversation as she sees it, and what she has heard of it so far. */
  async function look(): Promise<{ readonly text: string; readonly heard: number; readonly asked: number }> {
    const answered = await scene.ada.act(scene.conversation, 'resume', { since: 0 });
    await ear.settled();
    return { text: JSON.stringify(answered), heard: ear.transcript.length, asked: askedOfHers(endpoint) };
  }

  test('the same doors open for Ada herself, so that what is refused is refused for its caller', async () => {
    const asAda: Scene = { ...scene, eve: scene.ada };
    const reading = TRIES.filter(({ reads }) => reads);
    assert.ok(reading.length >= 8);
    for (const { door, what, run } of reading) {
      assert.ok(JSON.stringify(await run(asAda)).includes(SECRET), `${door}: ${what}`);
    }
  });

  test('the forgeries fail for their signature, and for nothing else', async () => {
    const { conversation, ada, eve, stream: name } = scene;
    const { secret } = host;
    const token = resigned(tampered(eve.token, ada.id), secret);
    const headers = { cookie: '', authorization: `Bearer ${token}` };
    assert.ok(JSON.stringify(await eve.act(conversation, 'resume', {}, { headers })).includes(SECRET));
    await (await eve.connect(token)).close();
    const listener = await eve.connect();
    const signedName = channel('$pubsub', { signed_stream_name: signStreamName(name, secret) });
    assert.equal((await listener.subscribe(signedName))['type'], 'confirm_subscription');
    await listener.close();
    assert.match(JSON.stringify(await openByCookie(scene, host.url)), /"welcome"/);
    const right = { authorization: `Bearer ${rpcKey(secret)}` };
    assert.ok(JSON.stringify(await command(scene, right)).includes(SECRET));
  });

  for (const { door, what, refusal, run } of TRIES) {
    test(`${door}: ${what}`, async () => {
      const earlier = await look();
      const came = JSON.stringify(await run(scene));
      assert.match(came, refusal);
      assert.ok(!came.includes(SECRET), `it says something of the conversation: ${came}`);
      const later = await look();
      assert.equal(later.text, earlier.text, 'her conversation is what it was');
      assert.equal(later.asked, earlier.asked, 'the model was asked nothing of it');
      // The answer to her ping.
      assert.equal(later.heard, earlier.heard + 1, 'she has heard nothing');
    });
  }

  test('whoever comes back has their own session again, by cookie and by token', async () => {
    const { ada } = scene;
    const own = [
      { headers: { cookie: ada.cookie, origin: host.url } },
      { protocols: [EXTENDED, `anycable-token.${ada.token}`] },
    ];
    for (const options of own) {
      const first = await CableClient.connect(host.cableUrl, options);
      const { sid } = await first.next({ type: 'welcome' });
      await first.subscribe(channel('AssistantChannel', { conversation_id: randomUUID() }));
      await first.cut();
      const second = await CableClient.connect(host.cableUrl, { ...options, sid: String(sid) });
      assert.equal((await second.next({ type: 'welcome' }))['restored'], true);
      await second.close();
    }
  });

  test('and her answer goes on to its end', async () => {
    gate.open();
    const { message_id: id } = messageOf(await ear.next(hasType('complete')));
    assert.equal(id, scene.open);
    const { text } = await look();
    assert.ok(text.includes(`and ${SECRET}.`));
  });

  test('in a room, AnyCable lets everybody choose their name: docs/access.md says so', async () => {
    const room = channel('ChatChannel', { room_id: 'lobby' });
    const [ada, eve] = await Promise.all([scene.ada.connect(), scene.eve.connect()]);
    await ada.subscribe(room);
    await eve.subscribe(room);
    const asAda = { presence: { id: scene.ada.id, info: { name: 'not Ada' } } };
    eve.command('join', room, asAda);
    eve.perform(room, 'join_presence', { id: scene.ada.id });
    eve.command('presence', room);
    const before = await eve.next(hasType('info'));
    assert.deepEqual(messageOf(before)['total'], 2, 'nobody has two names');
    eve.command('leave', room);
    eve.command('join', room, asAda);
    eve.command('presence', room);
    assert.equal(messageOf(await eve.next(hasType('info')))['total'], 1);
    await Promise.all([ada.close(), eve.close()]);
  });

  test('the tries are those that docs/access.md lists', () => {
    for (const line of listOfTries().split('\n')) say(line.replaceAll('**', ''));
    const listed = readFileSync(join(root, 'docs/access.md'), 'utf8');
    assert.equal(listed.slice(listed.indexOf('- **', listed.indexOf('## What was tried'))).trim(), listOfTries());
  });
});

function listOfTries(): string {
  const doors = new Map<string, string[]>();
  for (const { door, what } of TRIES) doors.set(door, [...(doors.get(door) ?? []), what]);
  return [...doors].map(([door, tried]) => `- **${door}:** ${tried.join('; ')}`).join('\n');
}

function askedOfHers({ requests }: OpenAIServer): number {
  return requests.filter(({ rawBody }) => rawBody.includes(SECRET)).length;
}

function hasType(type: string): (frame: RawFrame) => boolean {
  return (frame) => messageOf(frame)['type'] === type;
}

function messageOf(frame: RawFrame): Readonly<Record<string, unknown>> {
  return (frame['message'] ?? {}) as Readonly<Record<string, unknown>>;
}
