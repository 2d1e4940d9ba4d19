import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TransportError } from '../../../widget/src/errors.js';
import { ManualClock } from '../../../widget/src/testing/manual-clock.js';
import type { ActionAnswer } from '../../../widget/src/transport/action-answer.js';
import { ActionLane } from '../../../widget/src/transport/action-lane.js';
import type { PostedAction } from '../../../widget/src/transport/http-actions.js';
import { settled } from '../../support/session.js';

interface Post {
  readonly action: PostedAction;
  readonly signal: AbortSignal;
  readonly settle: (answer: ActionAnswer) => void;
}

const DONE: ActionAnswer = { kind: 'answered', frames: [] };

function lane() {
  const clock = new ManualClock();
  const posts: Post[] = [];
  const ends: string[] = [];
  const it = new ActionLane({
    clock,
    post: (action, signal) => new Promise((settle) => posts.push({ action, signal, settle })),
  });
  return {
    lane: it,
    clock,
    ends,
    posts,
    names: () => posts.map(({ action }) => String(action['n'])),
    send(action: string, n: string) {
      it.send({ action, conversation_id: 'c', n }).then(
        ({ kind }) => ends.push(`${n} ${kind}`),
        (error: unknown) => ends.push(`${n} ${error instanceof TransportError ? error.reason : String(error)}`),
      );
    },
    async settle(index: number, answer: ActionAnswer = DONE) {
      posts[index]?.settle(answer);
      await settled();
    },
  };
}

test('one request at a time, in order', async () => {
  const { send, settle, names, ends } = lane();
  for (const n of ['1', '2', '3']) send('ask', n);
  assert.deepEqual(names(), ['1']);
  await settle(0);
  assert.deepEqual(names(), ['1', '2']);
  await settle(1, { kind: 'failed', error: new TransportError('request_failed', 'no') });
  assert.deepEqual(
    [names(), ends],
    [
      ['1', '2', '3'],
      ['1 answered', '2 failed'],
    ],
  );
});

test('only the newest resume: one that waits is replaced, one under way is given up and not heard', async () => {
  const { send, settle, names, ends, posts } = lane();
  send('ask', 'a');
  for (const n of ['r1', 'r2', 'r3']) send('resume', n);
  await settle(0);
  assert.deepEqual(names(), ['a', 'r3']);
  assert.deepEqual(ends.toSorted(), ['a answered', 'r1 not_connected', 'r2 not_connected']);
  send('stop', 's');
  send('resume', 'r4');
  assert.equal(posts[1]?.signal.aborted, true);
  await settle(1);
  assert.deepEqual(names(), ['a', 'r3', 's'], 'its late answer starts nothing');
  await settle(2);
  assert.deepEqual(names(), ['a', 'r3', 's', 'r4']);
  assert.equal(ends.includes('r3 answered'), false);
});

test('a server that wants to be left alone is, and then gets what waited', async () => {
  const { send, settle, names, clock } = lane();
  send('ask', '1');
  send('stop', '2');
  await settle(0, { kind: 'failed', error: new TransportError('request_failed', 'busy'), retryAfter: 5_000 });
  send('resume', '3');
  clock.advance(4_999);
  assert.deepEqual(names(), ['1']);
  clock.advance(1);
  assert.deepEqual(names(), ['1', '2']);
});

test('without a stream nothing more goes out; an action under way may end, a resume may not', async () => {
  const { lane: it, send, settle, names, ends, posts } = lane();
  send('ask', '1');
  send('ask', '2');
  it.interrupt();
  await settled();
  assert.equal(posts[0]?.signal.aborted, false);
  assert.deepEqual(ends, ['2 not_connected']);
  await settle(0);
  assert.deepEqual(ends, ['2 not_connected', '1 answered']);
  send('resume', '3');
  it.interrupt();
  assert.equal(posts[1]?.signal.aborted, true);
  await settle(1);
  assert.deepEqual([names(), ends.at(-1)], [['1', '3'], '3 not_connected']);
});

test('cleared, it has neither requests nor timers', async () => {
  const { lane: it, send, settle, posts, clock } = lane();
  send('ask', '1');
  await settle(0, { kind: 'failed', error: new TransportError('request_failed', 'busy'), retryAfter: 5_000 });
  send('ask', '2');
  it.clear();
  assert.equal(clock.pending, 0);
  clock.advance(10_000);
  send('ask', '3');
  it.clear();
  assert.equal(posts[1]?.signal.aborted, true);
});
