import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { answer, failure, Gate, startOpenAIServer, stream } from '../../../support/openai-server.js';
import type { OpenAIServer } from '../../../support/openai-server.js';

/** The stand-in is what other tests trust, so it is held here to the wire format, by plain fetch. */
describe('the stand-in for an OpenAI-compatible server', () => {
  let server: OpenAIServer;
  before(async () => (server = await startOpenAIServer({ apiKey: 'k', models: ['m'] })));
  after(() => server.stop());

  const ask = (given: object = {}, init: RequestInit = {}) =>
    fetch(`${server.baseURL}/chat/completions`, {
      method: 'POST',
      headers: { authorization: 'Bearer k', 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'm', stream: true, messages: [{ role: 'user', content: 'Hi' }], ...given }),
      ...init,
    });
  const last = () => server.requests.at(-1)!;

  it('streams as OpenAI does, and keeps what it has sent', async () => {
    server.enqueue(answer(['Grü', 'ße']));
    const response = await ask();
    assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
    assert.equal(response.headers.get('x-request-id'), last().id);
    const events = (await response.text()).split('\n\n');
    assert.deepEqual([events.at(-2), events.at(-1)], ['data: [DONE]', '']);
    const chunks = events
      .slice(0, -2)
      .map((event) => JSON.parse(event.replace(/^data: /, '')) as Record<string, never>);
    assert.deepEqual(
      chunks.map(({ object, model, choices }) => [object, model, choices]),
      [
        [{ role: 'assistant', content: '', refusal: null }, null],
        [{ content: 'Grü' }, null],
        [{ content: 'ße' }, null],
        [{}, 'stop'],
        undefined,
      ].map((choice) => [
        'chat.completion.chunk',
        'm',
        choice === undefined ? [] : [{ index: 0, delta: choice[0], logprobs: null, finish_reason: choice[1] }],
      ]),
    );
    assert.equal(last().sentText, 'Grüße');
    assert.equal(last().sentSha256, createHash('sha256').update('Grüße').digest('hex'));
    assert.equal(last().outcome, 'sent');
  });

  it('writes every byte by itself when told so', async () => {
    server.enqueue(answer(['ü'], 'stop', { bytewise: true, bom: true }));
    const body = (await ask()).body!;
    let bytes = 0;
    let parts = 0;
    for await (const part of body) {
      bytes += (part as Uint8Array).length;
      parts += 1;
    }
    assert.ok(parts > bytes / 2, `${parts} parts of ${bytes} bytes`);
    assert.equal(last().sentText, 'ü');
  });

  it('does not count what it cut', async () => {
    for (const how of ['end', 'fin', 'reset'] as const) {
      server.enqueue(
        stream([
          { type: 'text', text: 'whole' },
          { type: 'cut', how, half: 'half' },
        ]),
      );
      const text = await ask()
        .then((response) => response.text())
        .catch(() => 'broken');
      if (how === 'end') assert.match(text, /"half"/);
      else assert.equal(text, 'broken');
      assert.deepEqual([last().sentText, await last().ended], ['whole', 'cut'], how);
    }
  });

  it('waits at a gate, and knows a client that left', async () => {
    const gate = new Gate();
    const leaving = new AbortController();
    const count = server.requests.length;
    server.enqueue(
      stream([
        { type: 'text', text: 'one' },
        { type: 'wait', gate },
        { type: 'text', text: 'two' },
      ]),
    );
    const asking = ask({}, { signal: leaving.signal }).then((response) => response.text());
    const request = await server.request(count);
    await gate.reached;
    assert.deepEqual([request.sentText, request.outcome], ['one', undefined]);
    leaving.abort();
    await assert.rejects(asking);
    assert.equal(await request.ended, 'left');
    gate.open();
    assert.equal(request.sentText, 'one');
  });

  it('can wait before the response, and go on with any other script', async () => {
    const gate = new Gate();
    server.enqueue({ kind: 'wait', gate, script: failure(503, { message: 'busy' }, { 'retry-after': '3' }) });
    const asking = ask();
    await gate.reached;
    gate.open();
    const response = await asking;
    assert.deepEqual([response.status, response.headers.get('retry-after')], [503, '3']);
    assert.deepEqual(await response.json(), {
      error: { message: 'busy', type: 'invalid_request_error', code: null, param: null },
    });
    assert.equal(last().outcome, 'refused');
  });

  it('refuses what OpenAI refuses', async () => {
    const code = async (response: Response) => [
      response.status,
      ((await response.json()) as { error: { code: unknown } }).error.code,
    ];
    assert.deepEqual(await code(await ask({}, { headers: { authorization: 'Bearer no' } })), [401, 'invalid_api_key']);
    assert.deepEqual(await code(await ask({ model: 'x' })), [404, 'model_not_found']);
    assert.deepEqual(await code(await ask({}, { body: 'nonsense' })), [400, null]);
    assert.deepEqual(await code(await ask({ messages: [] })), [400, null]);
    assert.deepEqual(await code(await ask({ stream: false })), [400, 'unsupported_value']);
    const other = await fetch(`${server.url}/v2/x`, { headers: { authorization: 'Bearer k' } });
    assert.equal(other.status, 404);
  });

  it('lists its models', async () => {
    const response = await fetch(`${server.baseURL}/models`, { headers: { authorization: 'Bearer k' } });
    assert.deepEqual(
      ((await response.json()) as { data: { id: string }[] }).data.map(({ id }) => id),
      ['m'],
    );
    assert.equal((await fetch(`${server.baseURL}/models`)).status, 401);
  });

  it('keeps what it was asked', async () => {
    await (await ask({ messages: [{ role: 'user', content: 'What is “this”?' }], max_tokens: 3 })).text();
    assert.equal(last().path, '/v1/chat/completions');
    assert.deepEqual((last().body as { messages: unknown }).messages, [{ role: 'user', content: 'What is “this”?' }]);
    assert.match(last().rawBody, /"max_tokens":3/);
    assert.equal(last().headers['content-type'], 'application/json');
  });

  it('stops in the middle of everything, twice', async () => {
    const own = await startOpenAIServer();
    own.enqueue({ kind: 'hang' }, stream([{ type: 'text', text: 'x' }, { type: 'hang' }]));
    const asking = [0, 1].map(() =>
      fetch(`${own.baseURL}/chat/completions`, {
        method: 'POST',
        body: JSON.stringify({ model: 'm', stream: true, messages: [{ role: 'user', content: 'Hi' }] }),
      }).then((response) => response.text()),
    );
    const requests = [await own.request(0), await own.request(1)];
    const settled = Promise.allSettled(asking);
    await own.stop();
    await own.stop();
    assert.deepEqual(
      (await settled).map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    assert.deepEqual(
      requests.map(({ outcome }) => outcome),
      ['stopped', 'stopped'],
    );
    assert.equal(own.connections, 0);
  });
});
