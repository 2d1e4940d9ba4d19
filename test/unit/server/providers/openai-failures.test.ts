import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { after, before, describe, it } from 'node:test';
import { createOpenAIProvider } from '../../../../templates/node/src/providers/openai.js';
import { answer, failure, Gate, html, startOpenAIServer, stream } from '../../../support/openai-server.js';
import type { OpenAIServer, Script, Step } from '../../../support/openai-server.js';
import { checkFailure, KEY } from './check-failure.js';
import type { Expected } from './check-failure.js';
import { collect, requestOf } from './collect.js';

const TEXT: readonly Step[] = [
  { type: 'role' },
  { type: 'text', text: 'The partial' },
  { type: 'text', text: ' answer' },
];

describe('an answer that fails at the provider', () => {
  let server: OpenAIServer;
  before(async () => (server = await startOpenAIServer()));
  after(() => server.stop());

  const fail = (script: Script, timeouts = { firstByte: 60_000, idle: 60_000 }) => {
    server.enqueue(script);
    return collect(createOpenAIProvider({ apiKey: KEY, baseURL: server.baseURL }), requestOf({ timeouts }));
  };

  describe('by status', () => {
    const unauthorized = { code: 'provider_unauthorized', retryable: false } as const;
    const passing = { code: 'provider_error', retryable: true } as const;
    const lasting = { code: 'provider_error', retryable: false } as const;
    const cases: readonly (readonly [string, Script, Expected])[] = [
      [
        '401 that quotes the key',
        failure(401, { message: `Incorrect API key provided: ${KEY}.`, code: 'invalid_api_key' }),
        {
          ...unauthorized,
          message: /refused the key; check OPENAI_API_KEY \(401 invalid_api_key: Incorrect API key provided: \[key\]/,
        },
      ],
      [
        '403',
        failure(403, { message: 'Project has no access', code: 'unsupported_country' }),
        { ...unauthorized, message: /may not use model "model-1" at 127\.0\.0\.1:\d+; .*\(403 unsupported_country/ },
      ],
      [
        '404 of a model',
        failure(404, { message: 'The model does not exist', code: 'model_not_found' }),
        { ...lasting, message: /knows no model "model-1".*OPENAI_MODEL.*OPENAI_BASE_URL/ },
      ],
      ['404 of a web server', html(404), { ...lasting, message: /OPENAI_BASE_URL.*\(an HTML page\)/ }],
      [
        '429 without retry-after',
        failure(429, { message: 'Rate limit reached', code: 'rate_limit_exceeded' }),
        {
          code: 'provider_rate_limited',
          retryable: true,
          message: /limits our rate \(429/,
          publicMessage: /try again in a moment\.$/,
          retryAfterMs: undefined,
        },
      ],
      [
        '429 with retry-after',
        failure(429, { message: 'Rate limit reached' }, { 'retry-after': '20' }),
        {
          code: 'provider_rate_limited',
          retryable: true,
          message: /limits our rate/,
          publicMessage: /in 20 seconds\.$/,
          retryAfterMs: 20_000,
        },
      ],
      [
        '429 with retry-after-ms',
        failure(429, { message: 'Rate limit reached' }, { 'retry-after-ms': '1500', 'retry-after': '9' }),
        {
          code: 'provider_rate_limited',
          retryable: true,
          message: /rate/,
          publicMessage: /in 2 seconds\.$/,
          retryAfterMs: 1_500,
        },
      ],
      [
        '429 for want of credit',
        failure(
          429,
          { message: 'You exceeded your current quota', code: 'insufficient_quota' },
          { 'retry-after': '5' },
        ),
        { code: 'provider_rate_limited', retryable: false, message: /no credit left/, publicMessage: /quota/ },
      ],
      [
        '400 for the length of the context',
        failure(400, {
          message: "This model's maximum context length is 8192 tokens.",
          code: 'context_length_exceeded',
        }),
        { ...lasting, message: /longer than model "model-1" can take/, publicMessage: /start a new one/ },
      ],
      [
        '400 for the length of the context, in other words',
        failure(400, { message: 'the request exceeds the available context size' }),
        { ...lasting, message: /longer than model/, publicMessage: /start a new one/ },
      ],
      [
        '400 by the content policy',
        failure(400, { message: 'The prompt was filtered', code: 'content_filter' }),
        { ...lasting, message: /content policy/, publicMessage: /another way/ },
      ],
      [
        '400',
        failure(400, { message: 'max_tokens is too large' }),
        { ...lasting, message: /refused the request \(400 .*too large/ },
      ],
      ['408', failure(408, { message: 'timed out' }), { code: 'timeout', retryable: true, message: /gave up waiting/ }],
      [
        '500, with the request id',
        failure(500, { message: 'The server had an error', type: 'server_error' }, { 'x-request-id': 'req_abc-1' }),
        { ...passing, message: /failed \(500 server_error/, requestId: /^req_abc-1$/ },
      ],
      [
        '500 with a request id that is none',
        failure(500, { message: 'oops' }, { 'x-request-id': '<script>alert(1)</script>' }),
        { ...passing, message: /500/, requestId: undefined },
      ],
      ['502 with a page', html(502), { ...passing, message: /\(502: \(an HTML page\)\)/ }],
      [
        '503',
        failure(503, { message: 'overloaded' }),
        { ...passing, message: /overloaded/, publicMessage: /overloaded/ },
      ],
      [
        '529',
        failure(529, { message: 'x', type: 'overloaded_error' }),
        { ...passing, message: /529/, publicMessage: /overloaded/ },
      ],
      ['500 without a body', { kind: 'reply', status: 500, body: '' }, { ...passing, message: /500/ }],
      [
        '500 with an endless message',
        failure(500, { message: `line\n`.repeat(10_000) }),
        { ...passing, message: /line line .*…\)$/ },
      ],
      [
        'an error that is only a string',
        {
          kind: 'reply',
          status: 422,
          headers: { 'content-type': 'application/json' },
          body: '{"error":"bad grammar"}',
        },
        { ...lasting, message: /422: bad grammar/ },
      ],
    ];
    for (const [name, script, expected] of cases) {
      it(name, async () => {
        const { error, pieces } = await fail(script);
        checkFailure(error, expected);
        assert.deepEqual(pieces, []);
        assert.equal(server.requests.at(-1)?.outcome, 'refused');
      });
    }

    it('asks once: there are no hidden retries', async () => {
      const count = server.requests.length;
      await fail(failure(500, { message: 'try again' }, { 'x-should-retry': 'true' }));
      assert.equal(server.requests.length, count + 1);
    });

    it('tells a missing key from a wrong one', async () => {
      const locked = await startOpenAIServer({ apiKey: KEY });
      try {
        const { error } = await collect(createOpenAIProvider({ baseURL: locked.baseURL }), requestOf());
        checkFailure(error, {
          code: 'provider_unauthorized',
          retryable: false,
          message: /wants a key; set OPENAI_API_KEY/,
        });
      } finally {
        await locked.stop();
      }
    });
  });

  describe('after a part of the answer, which stays', () => {
    const cut = /cut the connection in mid-answer|ended the stream without finish_reason/;
    const half = 'lost';
    const cases: readonly (readonly [string, readonly Step[], Omit<Expected, 'code'> & { readonly code?: string }])[] =
      [
        ['a stream that ends without an end', [], { message: /without finish_reason and \[DONE\]/, retryable: true }],
        ['a stream that ends in mid-event', [{ type: 'cut', how: 'end', half }], { message: cut, retryable: true }],
        ['a socket that closes in mid-event', [{ type: 'cut', how: 'fin', half }], { message: cut, retryable: true }],
        [
          'a socket that is reset in mid-event',
          [{ type: 'cut', how: 'reset', half }],
          { message: cut, retryable: true },
        ],
        [
          'an event that is not JSON',
          [{ type: 'raw', bytes: 'data: {"choices": [{"delta": {"content": "SECRET\n\n' }],
          { message: /an event that is not JSON/, retryable: true },
        ],
        [
          'an event that is no object',
          [{ type: 'chunk', value: 42 }],
          { message: /not a JSON object/, retryable: true },
        ],
        ['an event that is null', [{ type: 'chunk', value: null }], { message: /not a JSON object/, retryable: true }],
        [
          'an error object',
          [{ type: 'error', error: { message: 'The server had an error', type: 'server_error', code: null } }],
          { message: /failed \(in mid-stream server_error: The server had/, retryable: true },
        ],
        [
          'an error object with a status as its code',
          [{ type: 'error', error: { message: 'Slow down', code: 429 } }],
          { code: 'provider_rate_limited', message: /limits our rate \(429: Slow down/, retryable: true },
        ],
        [
          'an error object of vLLM',
          [{ type: 'chunk', value: { object: 'error', message: 'out of memory', code: 500 } }],
          { message: /500: out of memory/, retryable: true },
        ],
        [
          'finish_reason error',
          [{ type: 'finish', reason: 'error' }, { type: 'done' }],
          { message: /the model failed/, retryable: true },
        ],
        [
          'an event without end',
          [{ type: 'raw', bytes: `data: ${'x'.repeat(5 * 1024 * 1024)}` }, { type: 'hang' }],
          { message: /without the end of an event/, retryable: false },
        ],
      ];
    for (const [name, steps, expected] of cases) {
      it(name, async () => {
        const gate = new Gate();
        server.enqueue(stream([...TEXT, { type: 'wait', gate }, ...steps]));
        const pieces = createOpenAIProvider({ apiKey: KEY, baseURL: server.baseURL }).answer(requestOf());
        const text = [(await pieces.next()).value, (await pieces.next()).value].join('');
        assert.equal(text, 'The partial answer');
        // Only now, since a reset would take from the client what it has not read.
        gate.open();
        let error: unknown;
        try {
          await pieces.next();
        } catch (failed) {
          error = failed;
        }
        checkFailure(error, { code: 'provider_error', requestId: /^req_\d+$/, ...expected });
        assert.doesNotMatch(inspect(error, { depth: 10 }), /SECRET/, "the conversation's text is in the log");
        assert.equal(server.requests.at(-1)?.sentText, text);
      });
    }
  });

  describe('by silence', () => {
    const soon = { firstByte: 30, idle: 30 };
    const late = { code: 'timeout', retryable: true, publicMessage: /took too long/ } as const;

    it('before the response', async () => {
      const { error } = await fail({ kind: 'hang' }, { ...soon, idle: 60_000 });
      checkFailure(error, { ...late, message: /did not begin to answer for \d+ ms/ });
      assert.equal(await server.requests.at(-1)?.ended, 'left');
    });

    it('after the headers, before the first event', async () => {
      const { error } = await fail(stream([{ type: 'hang' }]), { ...soon, idle: 60_000 });
      checkFailure(error, { ...late, message: /did not begin to answer/, requestId: /^req_/ });
    });

    it('in mid-answer', async () => {
      const { error, text } = await fail(stream([...TEXT, { type: 'hang' }]), { ...soon, firstByte: 60_000 });
      checkFailure(error, { ...late, message: /fell silent in mid-answer for \d+ ms/ });
      assert.equal(text, 'The partial answer');
      assert.equal(await server.requests.at(-1)?.ended, 'left');
    });

    it('in mid-event', async () => {
      const { error, text } = await fail(stream([...TEXT, { type: 'raw', bytes: 'data: {"cho' }, { type: 'hang' }]), {
        ...soon,
        firstByte: 60_000,
      });
      checkFailure(error, { ...late, message: /fell silent/ });
      assert.equal(text, 'The partial answer');
    });

    it('of an error that never ends', async () => {
      // A body of JSON that goes on after its headers: the client reads it to its end.
      const headers = { 'content-type': 'application/json' };
      const { error } = await fail(stream([{ type: 'raw', bytes: '{"error": ' }, { type: 'hang' }], { headers }), soon);
      checkFailure(error, { ...late, message: /did not begin to answer/ });
    });
  });

  describe('with something else than an event stream', () => {
    it('a web page', async () => {
      checkFailure((await fail(html(200))).error, {
        code: 'provider_error',
        retryable: false,
        message: /a web page instead of an event stream; check OPENAI_BASE_URL, which usually ends in \/v1/,
      });
    });

    it('a web page without a content type', async () => {
      const { error } = await fail({ kind: 'reply', status: 200, body: '<!doctype html>\n<title>hi</title>\n\n' });
      checkFailure(error, { code: 'provider_error', retryable: true, message: /without finish_reason/ });
    });

    it('an error object with status 200', async () => {
      const { status: _, ...reply } = failure(200, { message: 'no such model', code: 'model_not_found' });
      checkFailure((await fail({ ...reply, status: 200 })).error, {
        code: 'provider_error',
        retryable: false,
        message: /no such model/,
      });
    });

    it('a completion in one piece', async () => {
      const body = JSON.stringify({ choices: [{ message: { content: 'all' }, finish_reason: 'stop' }] });
      const { error } = await fail({
        kind: 'reply',
        status: 200,
        headers: { 'content-type': 'application/json' },
        body,
      });
      checkFailure(error, { code: 'provider_error', retryable: false, message: /JSON in one piece instead/ });
    });

    it('JSON that is none', async () => {
      const { error } = await fail({
        kind: 'reply',
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: '{',
      });
      checkFailure(error, { code: 'provider_error', retryable: true, message: /not JSON/ });
    });

    it('nothing at all', async () => {
      checkFailure((await fail({ kind: 'reply', status: 200, body: '' })).error, {
        code: 'provider_error',
        retryable: true,
        message: /without finish_reason/,
      });
    });
  });

  it('with an answer that has no word', async () => {
    checkFailure((await fail(answer([]))).error, {
      code: 'provider_error',
      retryable: true,
      message: /without a word/,
      publicMessage: /empty/,
    });
    checkFailure((await fail(answer([], 'length'))).error, {
      code: 'provider_error',
      retryable: true,
      message: /raise the maximum length/,
    });
    assert.equal((await fail(answer([], 'content_filter'))).finish, 'content_filter');
  });
});
