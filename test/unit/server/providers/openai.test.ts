import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { createOpenAIProvider } from '../../../../templates/node/src/providers/openai.js';
import { answer, Gate, startOpenAIServer, stream } from '../../../support/openai-server.js';
import type { OpenAIServer, Step } from '../../../support/openai-server.js';
import { checkPieces, collect, requestOf } from './collect.js';

const KEY = 'sk-test-0123456789abcdef';
/** Two, three and four bytes in UTF-8, and four joined by ZWJ. */
const WORDS = ['Grüße', ' 中文', ' 👍🏽', ' 👨‍👩‍👧', ' العربية', ' end.'];

describe('the openai provider', () => {
  let server: OpenAIServer;
  before(async () => (server = await startOpenAIServer({ apiKey: KEY })));
  after(() => server.stop());
  afterEach(() => assert.equal(server.requests.filter(({ outcome }) => outcome === undefined).length, 0));

  const provider = () => createOpenAIProvider({ apiKey: KEY, baseURL: server.baseURL });
  const last = () => server.requests.at(-1)!;

  it('streams what the server sends, piece by piece', async () => {
    server.enqueue(answer(WORDS));
    const got = await collect(provider(), requestOf());
    assert.deepEqual(got, { pieces: WORDS, text: WORDS.join(''), finish: 'stop', error: undefined });
    assert.equal(got.text, last().sentText);
  });

  it('sends the system prompt, the earlier turns, the model, the limit and the key', async () => {
    const turns = [
      { role: 'user', content: 'one' },
      { role: 'assistant', content: 'two' },
      { role: 'user', content: 'three' },
    ] as const;
    await collect(provider(), requestOf({ turns, maxTokens: 77, model: 'm' }));
    assert.deepEqual(last().body, {
      model: 'm',
      messages: [{ role: 'system', content: 'You are a test.' }, ...turns],
      stream: true,
      max_tokens: 77,
    });
    assert.equal(last().headers.authorization, `Bearer ${KEY}`);
    assert.equal(last().headers['openai-organization'], undefined);
  });

  it('takes its own model when the request names none, and leaves out an empty system prompt', async () => {
    const own = createOpenAIProvider({ apiKey: KEY, baseURL: server.baseURL, model: 'configured' });
    for (const model of ['', 'default']) {
      await collect(own, requestOf({ model, system: '' }));
      assert.deepEqual((last().body as { model: string; messages: unknown }).model, 'configured');
      assert.deepEqual((last().body as { messages: unknown }).messages, [{ role: 'user', content: 'Hello?' }]);
    }
  });

  it('quotes turn 1 in turn 2, through the default script', async () => {
    const first = await collect(provider(), requestOf({ question: 'What is rain?' }));
    const second = await collect(
      provider(),
      requestOf({
        turns: [
          { role: 'user', content: 'What is rain?' },
          { role: 'assistant', content: first.text },
          { role: 'user', content: 'And snow?' },
        ],
      }),
    );
    assert.match(second.text, /Earlier you asked: “What is rain\?”[^]*You asked: “And snow\?”/);
    assert.equal(second.text, last().sentText);
  });

  describe('reads every framing of the same answer alike', () => {
    const steps: Step[] = [
      { type: 'comment', text: 'ping' },
      { type: 'role' },
      ...WORDS.flatMap((text): Step[] => [
        { type: 'text', text },
        { type: 'comment', text: 'keep-alive' },
      ]),
      { type: 'finish', reason: 'stop' },
      { type: 'usage' },
      { type: 'comment', text: 'almost done' },
      { type: 'done' },
    ];
    for (const newline of ['\n', '\r\n'] as const) {
      for (const bytewise of [false, true]) {
        for (const bom of [false, true]) {
          it(`newline ${JSON.stringify(newline)}, ${bytewise ? 'byte by byte' : 'by event'}${bom ? ', with a BOM' : ''}`, async () => {
            server.enqueue(stream(steps, { newline, bytewise, bom }));
            const { pieces, finish, error } = await collect(provider(), requestOf());
            assert.equal(error, undefined);
            assert.deepEqual(pieces, WORDS);
            assert.equal(finish, 'stop');
          });
        }
      }
    }
  });

  it('joins the lines of an event that has several', async () => {
    const bytes = 'data: {"choices":[{"index":0,\ndata: "delta":{"content":"two lines"}}]}\n\n';
    server.enqueue(
      stream([{ type: 'raw', bytes, text: 'two lines' }, { type: 'finish', reason: 'stop' }, { type: 'done' }]),
    );
    assert.equal((await collect(provider(), requestOf())).text, 'two lines');
  });

  it('joins surrogate pairs that were split between events, and replaces halves that stay alone', async () => {
    const half = (escape: string): Step => ({
      type: 'raw',
      bytes: `data: {"choices":[{"index":0,"delta":{"content":"${escape}"}}]}\n\n`,
    });
    server.enqueue(
      stream([
        half('a\\ud83d'),
        half('\\ude00b'),
        half('\\udc00c'),
        half('d\\ud83d'),
        { type: 'finish', reason: 'stop' },
        { type: 'done' },
      ]),
    );
    const { pieces, text } = await collect(provider(), requestOf());
    assert.equal(text, 'a😀b\uFFFDcd\uFFFD');
    checkPieces(pieces);
  });

  it('skips role, usage, empty and foreign chunks, and what a model reasons', async () => {
    const delta = (value: unknown): Step => ({ type: 'chunk', value: { choices: [{ index: 0, delta: value }] } });
    server.enqueue(
      stream([
        { type: 'role' },
        { type: 'usage' },
        delta({ content: '' }),
        delta({ content: null, reasoning_content: 'hm' }),
        delta({ reasoning: 'hmm' }),
        delta(null),
        delta({
          content: [
            { type: 'thinking', thinking: [{ type: 'text', text: 'hmmm' }] },
            { type: 'text', text: 'parts ' },
          ],
        }),
        { type: 'chunk', value: { choices: [{ index: 1, delta: { content: 'another choice' } }] } },
        { type: 'chunk', value: { choices: null } },
        { type: 'chunk', value: {} },
        { type: 'text', text: 'text' },
        { type: 'finish', reason: 'stop' },
        { type: 'usage' },
        { type: 'done' },
      ]),
    );
    const { pieces, finish } = await collect(provider(), requestOf());
    assert.deepEqual([pieces, finish], [['parts ', 'text'], 'stop']);
  });

  it('shows a refusal as the answer that it is', async () => {
    server.enqueue(
      stream([
        { type: 'role' },
        { type: 'refusal', text: 'I will not.' },
        { type: 'finish', reason: 'stop' },
        { type: 'done' },
      ]),
    );
    const { text, finish } = await collect(provider(), requestOf());
    assert.deepEqual([text, finish], ['I will not.', 'stop']);
  });

  for (const [reason, finish] of [
    ['stop', 'stop'],
    ['length', 'length'],
    ['max_tokens', 'length'],
    ['content_filter', 'content_filter'],
    ['eos_token', 'stop'],
    ['tool_calls', 'stop'],
  ] as const) {
    it(`maps finish_reason ${reason} to ${finish}`, async () => {
      server.enqueue(answer(['text'], reason));
      assert.equal((await collect(provider(), requestOf())).finish, finish);
    });
  }

  it('takes text and finish_reason from the same chunk', async () => {
    const value = { choices: [{ index: 0, delta: { content: 'all at once' }, finish_reason: 'length' }] };
    server.enqueue(stream([{ type: 'chunk', value }, { type: 'done' }]));
    const { text, finish } = await collect(provider(), requestOf());
    assert.deepEqual([text, finish], ['all at once', 'length']);
  });

  it('takes [DONE] for the end where a server gives no finish_reason, with any line ends', async () => {
    for (const newline of ['\n', '\r\n'] as const) {
      server.enqueue(stream([{ type: 'text', text: 'done' }, { type: 'done' }], { newline }));
      const { text, finish } = await collect(provider(), requestOf());
      assert.deepEqual([text, finish], ['done', 'stop']);
    }
  });

  it('takes finish_reason for the end, whatever happens to the connection after it', async () => {
    for (const how of ['end', 'fin', 'reset'] as const) {
      const gate = new Gate();
      const value = { choices: [{ index: 0, delta: { content: 'whole' }, finish_reason: 'stop' }] };
      server.enqueue(
        stream([
          { type: 'chunk', value },
          { type: 'wait', gate },
          { type: 'cut', how, half: 'no' },
        ]),
      );
      const pieces = provider().answer(requestOf());
      assert.deepEqual(await pieces.next(), { done: false, value: 'whole' });
      gate.open();
      assert.deepEqual(await pieces.next(), { done: true, value: 'stop' }, how);
    }
  });

  it('ends after finish_reason though the server keeps the connection open', async () => {
    server.enqueue(stream([{ type: 'text', text: 'whole' }, { type: 'finish', reason: 'stop' }, { type: 'hang' }]));
    const { text, finish } = await collect(provider(), requestOf());
    assert.deepEqual([text, finish], ['whole', 'stop']);
    assert.equal(await last().ended, 'left');
  });

  it('hands out each piece before the next one is sent', async () => {
    const gates = [new Gate(), new Gate()];
    server.enqueue(
      stream([
        { type: 'text', text: 'one' },
        { type: 'wait', gate: gates[0]! },
        { type: 'text', text: 'two' },
        { type: 'wait', gate: gates[1]! },
        { type: 'finish', reason: 'stop' },
        { type: 'done' },
      ]),
    );
    const pieces = provider().answer(requestOf());
    assert.deepEqual(await pieces.next(), { done: false, value: 'one' });
    gates[0]!.open();
    assert.deepEqual(await pieces.next(), { done: false, value: 'two' });
    gates[1]!.open();
    assert.deepEqual(await pieces.next(), { done: true, value: 'stop' });
  });

  it('uses the connection again', async () => {
    const one = provider();
    for (let count = 0; count < 3; count += 1) await collect(one, requestOf());
    assert.ok(server.connections <= 2, `${server.connections} connections`);
  });

  describe('when nobody wants the answer any more', () => {
    it('ends with the abort reason in mid-answer, and closes the request', async () => {
      const gate = new Gate();
      const stop = new AbortController();
      server.enqueue(
        stream([
          { type: 'text', text: 'first' },
          { type: 'wait', gate },
          { type: 'text', text: 'never' },
        ]),
      );
      const pieces = provider().answer(requestOf({ signal: stop.signal }));
      assert.equal((await pieces.next()).value, 'first');
      const next = pieces.next();
      await gate.reached;
      stop.abort(new Error('stopped by the visitor'));
      await assert.rejects(next, /stopped by the visitor/);
      assert.equal(await last().ended, 'left');
    });

    it('ends with the abort reason before the first byte', async () => {
      const stop = new AbortController();
      const count = server.requests.length;
      server.enqueue({ kind: 'hang' });
      const next = provider()
        .answer(requestOf({ signal: stop.signal }))
        .next();
      const request = await server.request(count);
      stop.abort(new Error('gone'));
      await assert.rejects(next, /gone/);
      assert.equal(await request.ended, 'left');
    });

    it('asks nothing if it was aborted before', async () => {
      const count = server.requests.length;
      const { error } = await collect(provider(), requestOf({ signal: AbortSignal.abort(new Error('too late')) }));
      assert.match(String(error), /too late/);
      assert.equal(server.requests.length, count);
    });

    it('closes the request when its reader returns', async () => {
      server.enqueue(stream([{ type: 'text', text: 'first' }, { type: 'hang' }]));
      const pieces = provider().answer(requestOf());
      await pieces.next();
      await pieces.return('stop');
      assert.equal(await last().ended, 'left');
    });
  });

  describe('names the limit of the answer', () => {
    it('max_tokens first for a foreign server, and the other name when that is refused', async () => {
      const strict = await startOpenAIServer({ unsupported: ['max_tokens'] });
      try {
        const one = createOpenAIProvider({ baseURL: strict.baseURL });
        for (let count = 0; count < 2; count += 1) assert.equal((await collect(one, requestOf())).finish, 'stop');
        const used = strict.requests.map(({ body }) =>
          Object.keys(body as object).filter((name) => name.startsWith('max')),
        );
        // Refused once, and remembered.
        assert.deepEqual(used, [['max_tokens'], ['max_completion_tokens'], ['max_completion_tokens']]);
      } finally {
        await strict.stop();
      }
    });

    it('tries both names at most once', async () => {
      const strict = await startOpenAIServer({ unsupported: ['max_tokens', 'max_completion_tokens'] });
      try {
        const { error } = await collect(createOpenAIProvider({ baseURL: strict.baseURL }), requestOf());
        assert.match(String(error), /refused the request/);
        assert.equal(strict.requests.length, 2);
      } finally {
        await strict.stop();
      }
    });

    it('as it was told', async () => {
      const fixed = createOpenAIProvider({
        apiKey: KEY,
        baseURL: server.baseURL,
        tokenLimitField: 'max_completion_tokens',
      });
      await collect(fixed, requestOf({ maxTokens: 5 }));
      assert.equal((last().body as { max_completion_tokens: number }).max_completion_tokens, 5);
    });

    it('and takes the limit for the end that it is', async () => {
      const { finish, pieces } = await collect(provider(), requestOf({ maxTokens: 2 }));
      assert.deepEqual([finish, pieces.length], ['length', 2]);
    });
  });
});
