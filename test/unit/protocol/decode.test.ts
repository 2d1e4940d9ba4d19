import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ProtocolError } from '../../../widget/src/errors.js';
import { decode } from '../../../widget/src/protocol/decode.js';
import { answer, chunk, complete, CONVERSATION, hello, question, refusal, snapshot } from '../../support/frames.js';
import { randomly } from '../../support/seed.js';

function refused(message: unknown): ProtocolError {
  const result = decode(message, CONVERSATION);
  assert.ok(result instanceof ProtocolError, `should have been refused: ${JSON.stringify(message)}`);
  return result;
}

test('every frame of the protocol survives its way over the wire', () => {
  const error = { code: 'timeout', message: 'It took too long.', retryable: true, request_id: 'r1' };
  const frames = [
    hello({ limits: { message_bytes: 1000 } }),
    chunk('a1', 7, 'é'),
    complete('a1', 9),
    complete('a1', 9, { status: 'failed', reason: 'provider', error }),
    refusal('q1', 'busy'),
    refusal(null, 'forbidden'),
    snapshot(
      [question('q1', 1, 'hi'), answer('a1', 2, 'q1', { status: 'complete', bytes: 3, content: 'yes', error })],
      {
        covers: [0, 2],
        more: false,
      },
    ),
    snapshot([answer('a1', 2, 'q1', { feedback: { value: 'up', at: 3 }, created_at: 5 })]),
  ];
  for (const frame of frames) assert.deepEqual(decode(JSON.parse(JSON.stringify(frame)), CONVERSATION), frame);
});

test('frames of a backend that knows nothing of the protocol are plain ones', () => {
  assert.deepEqual(decode({ type: 'start', conversation_id: CONVERSATION }, CONVERSATION), { type: 'plain-start' });
  assert.deepEqual(decode({ type: 'chunk', content: 'x' }, CONVERSATION), { type: 'plain-chunk', content: 'x' });
  assert.deepEqual(decode({ type: 'complete' }, CONVERSATION), { type: 'plain-complete' });
  assert.deepEqual(decode({ type: 'error', message: 'no' }, CONVERSATION), { type: 'plain-error', message: 'no' });
});

test('an unknown type is surfaced, unknown fields are ignored', () => {
  const frame = { type: 'celebrate', conversation_id: CONVERSATION, confetti: 3 };
  assert.deepEqual(decode(frame, CONVERSATION), { type: 'unknown', frame });
  assert.deepEqual(decode({ ...chunk('a', 0, 'x'), later: true }, CONVERSATION), chunk('a', 0, 'x'));
});

const bad: readonly (readonly [why: string, message: unknown, path: RegExp])[] = [
  ['no object', 'chunk', /^frame /],
  ['null', null, /^frame /],
  ['an array', [], /^frame /],
  ['no type', {}, /^type /],
  ['a numeric type', { type: 1 }, /^type /],
  ['a chunk without an offset', { ...chunk('a', 0, 'x'), offset: undefined }, /^offset /],
  ['a negative offset', chunk('a', -1, 'x'), /^offset /],
  ['a broken offset', chunk('a', 1.5, 'x'), /^offset /],
  ['an offset beyond 2^53', chunk('a', 2 ** 53, 'x'), /^offset .*2\^53/],
  ['an offset as text', { ...chunk('a', 0, 'x'), offset: '0' }, /^offset /],
  ['an empty id', chunk('', 0, 'x'), /^message_id /],
  ['content that is no text', { ...chunk('a', 0, 'x'), content: 5 }, /^content /],
  ['ten megabytes at once', chunk('a', 0, 'x'.repeat(10_000_000)), /^content should be at most 1048576 characters/],
  ['half a code point', chunk('a', 0, 'x\ud83d'), /^content should be whole code points/],
  ['an end that is none', complete('a', 1, { status: 'streaming' as 'complete' }), /^status /],
  ['an end without its proof', { ...complete('a', 1), bytes: undefined }, /^bytes /],
  ['a snapshot without messages', { type: 'snapshot', conversation_id: CONVERSATION }, /^messages /],
  ['a final entry without bytes', snapshot([answer('a', 1, null, { status: 'complete' })]), /^messages\[0\]\.bytes /],
  [
    'an entry without a position',
    snapshot([{ ...question('q', 1, 'x'), position: undefined as never }]),
    /^messages\[0\]\.position /,
  ],
  ['inverted covers', snapshot([], { covers: [5, 3] }), /^covers /],
  ['a limit that is none', hello({ limits: { message_bytes: 'many' as never } }), /^limits\.message_bytes /],
  ['covers that are none', snapshot([], { covers: [1] as never }), /^covers /],
  ['a hello without a user', { ...hello(), user: undefined }, /^user /],
];

for (const [why, message, path] of bad) {
  test(`refuses ${why}, and says where`, () => {
    const error = refused(message);
    assert.equal(error.reason, 'malformed_frame');
    assert.match(error.message, path);
  });
}

test('refuses frames of another conversation, whatever they say', () => {
  const foreign = '00000000-0000-4000-8000-000000000002';
  for (const frame of [
    hello(),
    chunk('a', 0, 'x'),
    complete('a', 1),
    snapshot([]),
    { type: 'new', conversation_id: foreign },
  ]) {
    assert.equal(refused({ ...frame, conversation_id: foreign }).reason, 'foreign_conversation');
  }
});

test('anything at all is decoded or refused, never thrown', () => {
  const mutated = fc
    .tuple(
      fc.constantFrom('hello', 'chunk', 'complete', 'snapshot', 'error'),
      fc.dictionary(
        fc.constantFrom(
          'message_id',
          'offset',
          'content',
          'messages',
          'covers',
          'more',
          'status',
          'bytes',
          'v',
          'user',
          'code',
        ),
        fc.jsonValue(),
      ),
    )
    .map(([type, fields]) => ({ type, ...fields }));
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), mutated), (message) => {
      const result = decode(message, CONVERSATION);
      assert.ok(result instanceof ProtocolError || typeof result.type === 'string');
    }),
    randomly(1000),
  );
});

test('an error does not repeat a long value', () => {
  assert.ok(refused({ ...chunk('a', 0, ''), offset: 'secret'.repeat(1000) }).message.length < 200);
});
