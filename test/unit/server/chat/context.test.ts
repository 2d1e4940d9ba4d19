import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { estimateTokens } from '../../../../templates/node/src/chat/tokens.js';
import { Host, newCaller } from './support/host.js';
import type { ScriptedAnswer } from './support/scripted-provider.js';

function contents(model: ScriptedAnswer): string[] {
  return model.request.turns.map((turn) => turn.content);
}

test('earlier turns are given within the budget: the newest, in whole pairs', async (t) => {
  // Each turn below costs 10 tokens and 4 for itself; the system prompt 1 and 4.
  const host = new Host(t, { options: { systemPrompt: 'sys', contextTokens: 5 + 14 * 5 } });
  const caller = newCaller();
  const text = (name: string) => name.padEnd(30, '.');
  for (const n of [1, 2, 3]) await host.exchange(caller, text(`q${n}`), text(`a${n}`));
  const { model } = await host.askAndWait(caller, text('q4'));
  assert.deepEqual(contents(model), ['q2', 'a2', 'q3', 'a3', 'q4'].map(text));
  assert.deepEqual(
    model.request.turns.map((turn) => turn.role),
    ['user', 'assistant', 'user', 'assistant', 'user'],
  );
});

test('one token less, and the oldest pair is left out', async (t) => {
  const host = new Host(t, { options: { systemPrompt: 'sys', contextTokens: 5 + 14 * 5 - 1 } });
  const caller = newCaller();
  const text = (name: string) => name.padEnd(30, '.');
  for (const n of [1, 2, 3]) await host.exchange(caller, text(`q${n}`), text(`a${n}`));
  const { model } = await host.askAndWait(caller, text('q4'));
  assert.deepEqual(contents(model), ['q3', 'a3', 'q4'].map(text));
});

test('a pair that does not fit ends the context: nothing older slips past it', async (t) => {
  const host = new Host(t, { options: { contextTokens: 200 } });
  const caller = newCaller();
  await host.exchange(caller, 'small', 'small');
  await host.exchange(caller, 'big', 'x'.repeat(3_000));
  await host.exchange(caller, 'last', 'last');
  assert.deepEqual(contents((await host.askAndWait(caller, 'now')).model), ['last', 'last', 'now']);
});

test('the question is sent however small the budget', async (t) => {
  const host = new Host(t, { options: { contextTokens: 1 } });
  const caller = newCaller();
  await host.exchange(caller, 'q', 'a');
  assert.deepEqual(contents((await host.askAndWait(caller, 'A question?')).model), ['A question?']);
});

test('a failed answer is left out with its question; a stopped one stays with what it said', async (t) => {
  const host = new Host(t);
  const caller = newCaller();
  const failed = await host.askAndWait(caller, 'failed');
  failed.model.say('half').fail(new Error('x'));
  await host.completed(failed.answer.id);
  const stopped = await host.askAndWait(caller, 'stopped');
  stopped.model.say('some');
  await host.streamed(stopped.model, 'some');
  host.snapshot(caller, 'stop', { message_id: stopped.answer.id });
  await host.idle();
  const wordless = await host.askAndWait(caller, 'wordless');
  wordless.model.end();
  await host.completed(wordless.answer.id);
  assert.deepEqual(contents((await host.askAndWait(caller, 'now')).model), ['stopped', 'some', 'now']);
});

test('a regenerated answer gets the turns above its question, not the answer that it replaces', async (t) => {
  const host = new Host(t);
  const caller = newCaller();
  await host.exchange(caller, 'q1', 'a1');
  const { answer } = await host.exchange(caller, 'q2', 'a2');
  host.snapshot(caller, 'regenerate', { client_id: randomUUID(), message_id: answer.id });
  await host.provider.next().then((model) => assert.deepEqual(contents(model), ['q1', 'a1', 'q2']));
});

test('the estimate: ASCII by three, Latin and Arabic by two, CJK each, emoji twice', () => {
  for (const [text, tokens] of [
    ['', 0],
    ['abc', 1],
    ['abcd', 2],
    ['привет', 3],
    ['日本語', 3],
    ['😀', 2],
    ['a日', 2],
  ] as const) {
    assert.equal(estimateTokens(text), tokens, text);
  }
});
