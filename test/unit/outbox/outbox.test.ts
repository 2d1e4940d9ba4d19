import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reduce } from '../../../widget/src/conversation/reduce.js';
import { type ConversationState, emptyConversation } from '../../../widget/src/conversation/state.js';
import {
  add,
  confirm,
  due,
  EMPTY_OUTBOX,
  markSent,
  type Outbox,
  type OutboxAction,
  type OutboxEntry,
  refuse,
  requeue,
  retry,
} from '../../../widget/src/outbox/outbox.js';
import type { ServerFrame } from '../../../widget/src/protocol/frames.js';
import { answer, complete, CONVERSATION, question, refusal, snapshot } from '../../support/frames.js';

const ask = (client_id: string): OutboxAction => ({ action: 'ask', client_id, message: client_id });
const stop = (message_id: string): OutboxAction => ({ action: 'stop', message_id });
const fill = (...actions: OutboxAction[]) => actions.reduce((outbox, action) => add(outbox, action, 0), EMPTY_OUTBOX);
const state = (...frames: ServerFrame[]): ConversationState =>
  frames.reduce((current, frame) => reduce(current, frame).state, emptyConversation(CONVERSATION));
const names = (outbox: readonly OutboxEntry[]) =>
  outbox.map(({ action }) => ('client_id' in action ? action.client_id : action.action));
const sent = (outbox: Outbox) => due(outbox, false).reduce((current, entry) => markSent(current, entry), outbox);

test('one question at a time is due, in order; stop and feedback do not wait for it', () => {
  const outbox = fill(ask('q1'), ask('q2'), stop('a'), { action: 'feedback', message_id: 'a', value: 'up', at: 1 });
  assert.deepEqual(names(due(outbox, false)), ['q1', 'stop', 'feedback']);
  assert.deepEqual(names(due(sent(outbox), false)), []);
  assert.deepEqual(names(due(outbox, true)), ['stop', 'feedback']);
});

test('a refused question makes way for the next one, and comes back by retry', () => {
  const outbox = refuse(sent(fill(ask('q1'), ask('q2'))), refusal('q1', 'busy'));
  assert.deepEqual(
    outbox.map((entry) => entry.state),
    ['failed', 'queued'],
  );
  assert.equal(outbox[0]?.error?.code, 'busy');
  assert.deepEqual(names(due(outbox, false)), ['q2']);
  assert.deepEqual(names(due(retry(outbox, 'q1'), false)), ['q1']);
});

test('a refusal that names nobody here changes nothing', () => {
  const outbox = fill(ask('q1'));
  assert.deepEqual(refuse(outbox, refusal('other', 'busy')), outbox);
  assert.deepEqual(refuse(outbox, refusal(null, 'busy')), outbox);
  assert.deepEqual(refuse(fill(stop('a')), refusal(null, 'busy')), fill(stop('a')));
});

test('a refused stop or feedback goes, and leaves the questions alone', () => {
  const edit: OutboxAction = { action: 'edit', message_id: 'a', client_id: 'q1', message: 'x' };
  const outbox = fill(edit, stop('a'), stop('b'));
  assert.deepEqual(
    refuse(outbox, refusal(null, 'invalid', { message_id: 'a' })).map(({ action }) => action),
    [edit, stop('b')],
  );
});

test('after a lost connection everything that was handed over is due again', () => {
  assert.deepEqual(names(due(requeue(sent(fill(ask('q1'), stop('a')))), false)), ['q1', 'stop']);
});

test('an entry leaves when its effect is seen, and not before', () => {
  const outbox = fill(ask('q1'), stop('a'), { action: 'feedback', message_id: 'a', value: 'down', at: 5 });
  assert.equal(confirm(outbox, state()), outbox);
  const asked = snapshot([question('q1', 1, 'q1'), answer('a', 2, 'q1')]);
  assert.deepEqual(names(confirm(outbox, state(asked))), ['stop', 'feedback']);
  assert.deepEqual(names(confirm(outbox, state(asked, complete('a', 0, { status: 'stopped' })))), ['feedback']);
  const voted = (at: number) => snapshot([answer('a', 2, 'q1', { feedback: { value: 'down', at } })]);
  assert.deepEqual(names(confirm(outbox, state(asked, voted(4)))), ['stop', 'feedback']);
  assert.deepEqual(names(confirm(outbox, state(asked, voted(5)))), ['stop']);
});

test('stopping twice is one stop; of feedback only the last word stays', () => {
  const vote = (value: 'up' | 'down', at: number): OutboxAction => ({ action: 'feedback', message_id: 'a', value, at });
  const outbox = fill(stop('a'), stop('a'), vote('up', 1), vote('down', 2));
  assert.deepEqual(
    outbox.map(({ action }) => action),
    [stop('a'), vote('down', 2)],
  );
});
