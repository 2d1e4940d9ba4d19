/** What visitors send by mistake or on purpose, and what a model may do: a clear answer each time, and nothing is lost. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { RawFrame } from '../support/cable-client.js';
import {
  answer,
  failure,
  html,
  type OpenAIServer,
  type Script,
  startOpenAIServer,
  stream,
} from '../support/openai-server.js';
import { makeApp, type RailsApp, removeApp } from './support/app.js';
import { type RailsHost, startRailsApp } from './support/host.js';
import { channel, Person } from './support/person.js';

const KEY = 'sk-live-4711-marmalade';

type Message = Readonly<Record<string, unknown>>;

let endpoint: OpenAIServer;
let app: RailsApp;
let host: RailsHost;
let ada: Person;

before(async () => {
  endpoint = await startOpenAIServer({ apiKey: KEY });
  app = await makeApp(['--provider', 'openai']);
  host = await startRailsApp({
    app,
    settings: 'config.first_byte_timeout = 2\nconfig.idle_timeout = 2',
    env: { OPENAI_BASE_URL: endpoint.baseURL, OPENAI_API_KEY: KEY },
  });
  ada = await Person.arrive(host);
});
after(async () => {
  await host?.stop();
  await endpoint?.stop();
  if (app) removeApp(app);
});

const text = (words: string): { readonly type: 'text'; readonly text: string } => ({ type: 'text', text: words });

describe('a model that', () => {
  const cases: readonly (readonly [what: string, script: Script, code: string | undefined])[] = [
    ['refuses the key, and quotes it', failure(401, { message: `Incorrect API key: ${KEY}` }), 'provider_unauthorized'],
    ['is asked too much', failure(429, { message: 'slow down' }), 'provider_rate_limited'],
    ['has an error of its own', failure(500, { message: `at /srv/app.py, key ${KEY}` }), 'provider_error'],
    ['is a page of a proxy', html(502), 'provider_error'],
    ['answers with a page where a stream was expected', html(200), 'provider_error'],
    ['closes the connection before it says a word', { kind: 'reset' }, 'provider_unreachable'],
    ['never begins', { kind: 'hang' }, 'timeout'],
    ['stops in the middle, and keeps the connection', stream([text('Half a sen'), { type: 'hang' }]), 'timeout'],
    ['dies in the middle of a word', stream([text('Hel'), { type: 'cut', how: 'fin', half: 'lo' }]), 'provider_error'],
    [
      'ends without having said that it is through',
      stream([text('That is'), { type: 'cut', how: 'end' }]),
      'provider_error',
    ],
    [
      'talks nonsense',
      stream([text('Well '), { type: 'raw', bytes: 'data: {"choices": nonsense\n\n' }]),
      'provider_error',
    ],
    [
      'says an error in the stream',
      stream([text('Well '), { type: 'error', error: { message: KEY } }]),
      'provider_error',
    ],
    ['says nothing at all', answer([]), 'provider_error'],
    ['answers in single bytes', answer(['Schöne Grüße, ', '日本語 😀'], 'stop', { bytewise: true }), undefined],
    ['is cut off by its own limit', answer(['As much as ', 'it may'], 'length'), undefined],
  ];
  for (const [what, script, code] of cases) {
    test(what, async () => {
      const first = endpoint.requests.length;
      endpoint.enqueue(script);
      const conversation = randomUUID();
      const { answer: message, frames } = await ask(conversation, 'Hello?');
      const recorded = endpoint.requests[first];
      assert.equal(endpoint.requests.length, first + 1, 'the model is asked once');
      const error = message['error'] as Message | undefined;
      assert.equal(error?.['code'], code);
      assert.equal(message['status'], code === undefined ? 'complete' : 'failed');
      if (error !== undefined) assert.match(String(error['message']), /^[A-Z][^{}<>]+\.$/, 'a sentence for people');
      // A reset takes with it what was not read yet.
      const shown = String(message['content']);
      assert.ok(recorded?.sentText.startsWith(shown), `${shown} is not what was sent: ${recorded?.sentText}`);
      if (code === undefined) assert.equal(shown, recorded?.sentText);
      // Nothing that could stand in a UUID by chance.
      for (const secret of ['sk-live', 'marmalade', '/srv/app', 'nginx'])
        assert.ok(!JSON.stringify(frames).includes(secret), secret);
    });
  }

  test('fails once and then answers: the same question, tried again, has its answer beside the first', async () => {
    const conversation = randomUUID();
    endpoint.enqueue(failure(500, { message: 'once' }), answer(['There you are.']));
    const { answer: failed } = await ask(conversation, 'Hello?');
    const { answer: other } = await ask(conversation, undefined, String(failed['id']));
    assert.deepEqual([other['status'], other['content']], ['complete', 'There you are.']);
  });
});

describe('a visitor who', () => {
  const cases: readonly (readonly [what: string, data: object, code: string])[] = [
    ['sends nothing', { message: '' }, 'invalid'],
    ['sends blanks', { message: ' \n\t ' }, 'invalid'],
    ['sends a number', { message: 42 }, 'invalid'],
    ['sends a list', { message: ['a', 'b'] }, 'invalid'],
    ['sends no message', {}, 'invalid'],
    ['sends a novel', { message: 'word '.repeat(5_000) }, 'too_long'],
    ['has a client_id that is none', { client_id: '1; DROP TABLE', message: 'Hello?' }, 'invalid'],
  ];
  for (const [what, data, code] of cases) {
    test(what, async () => {
      const asked = endpoint.requests.length;
      const { status, body } = await ada.act(randomUUID(), 'ask', { client_id: randomUUID(), ...data });
      assert.equal(status, 200);
      const [frame] = (body as { frames: Message[] }).frames;
      assert.deepEqual([frame?.['type'], frame?.['code']], ['error', code]);
      assert.match(String(frame?.['message']), /^[^{}<>]+\.$/);
      assert.equal(endpoint.requests.length, asked);
    });
  }

  const requests: readonly (readonly [what: string, path: string, body: unknown, status: number])[] = [
    ['sends more than an action may have', '/cable_chat/actions', { action: 'ask', message: 'x'.repeat(70_000) }, 413],
    ['names no conversation', '/cable_chat/actions', { action: 'ask' }, 400],
    ['names one that is none', '/cable_chat/actions', { action: 'ask', conversation_id: 'mine' }, 400],
    ['sends a list for an action', '/cable_chat/actions', [1, 2], 400],
    ['sends a text for an action', '/cable_chat/actions', 'hello', 400],
  ];
  for (const [what, path, body, status] of requests) {
    test(what, async () => {
      const answered = await ada.post(path, body);
      assert.equal(answered.status, status);
      const { error } = answered.body as { error: { code: string; message: string } };
      assert.match(error.message, /^[A-Z][^{}<>]+\.$/);
    });
  }

  test('floods: what is beyond the limit is refused as such, and the next visitor is not', async () => {
    const flooder = await Person.arrive(host);
    const codes: unknown[] = [];
    for (let n = 0; n < 25; n++) {
      const { body } = await flooder.act(randomUUID(), 'ask', { client_id: randomUUID(), message: `Question ${n}` });
      codes.push((body as { frames: Message[] }).frames[0]?.['code'] ?? 'accepted');
    }
    const refused = codes.filter((code) => code !== 'accepted');
    assert.ok(refused.length >= 5, codes.join());
    for (const code of refused) assert.ok(code === 'rate_limited' || code === 'busy', String(code));
    const { answer: message } = await ask(randomUUID(), 'Am I heard?', undefined, await Person.arrive(host));
    assert.equal(message['status'], 'complete');
  });

  test('floods the cable with frames that are none: the connection of others goes on', async () => {
    const client = await ada.connect();
    const flooder = await (await Person.arrive(host)).connect();
    for (let n = 0; n < 200; n++) flooder.send(`{"command":"message","identifier":"${n}","data":"{`);
    const identifier = channel('AssistantChannel', { conversation_id: randomUUID() });
    await client.subscribe(identifier);
    client.perform(identifier, 'resume');
    await client.next((frame) => messageOf(frame)['type'] === 'snapshot');
    await client.close();
    await flooder.cut();
  });
});

/** Asks, or tries again for the answer `again`, and waits for the answer's end. */
async function ask(
  conversation: string,
  message: string | undefined,
  again?: string,
  person = ada,
): Promise<{ readonly answer: Message; readonly frames: readonly RawFrame[] }> {
  const client = await person.connect();
  const identifier = channel('AssistantChannel', { conversation_id: conversation });
  await client.subscribe(identifier);
  const clientId = randomUUID();
  if (message !== undefined) client.perform(identifier, 'ask', { client_id: clientId, message });
  else client.perform(identifier, 'regenerate', { client_id: clientId, message_id: again });
  const end = await client.next((frame) => /^(complete|error)$/.test(String(messageOf(frame)['type'])));
  client.perform(identifier, 'resume');
  const snapshot = messageOf(await client.next((frame) => messageOf(frame)['type'] === 'snapshot'));
  await client.close();
  const messages = snapshot['messages'] as readonly Message[];
  const found = messages.find(({ id }) => id === messageOf(end)['message_id']);
  assert.ok(found, JSON.stringify(end));
  return { answer: found, frames: client.transcript };
}

function messageOf(frame: RawFrame): Message {
  return (frame['message'] ?? {}) as Message;
}
