import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { topicOf } from '../../../../templates/node/src/providers/demo/topic.js';
import { createDemoProvider } from '../../../../templates/node/src/providers/demo.js';
import { collect, requestOf } from './collect.js';

describe('what the demo model takes a question to be about', () => {
  for (const [question, topic] of [
    ['What is a lighthouse?', 'lighthouse'],
    ['What is the capital of France?', 'capital of France'],
    ['Tell me about the history of lighthouses in France', 'history of lighthouses in France'],
    ['Which is better, tea or coffee?', 'tea or coffee'],
    ['How do I handle errors in Go?', 'errors in Go'],
    ["What's new in Node 22?", 'Node 22'],
    ['What is C++?', 'C++'],
    ['What is Node.js.', 'Node.js'],
    ['Is <b>*x*</b> bold?', 'bold'],
    ['compare tables and chairs', 'tables and chairs'],
    ['Tell me a story about Ada’s cat', 'Ada’s cat'],
    // How much, and in what form, is no topic.
    ['3000 words about the sea', 'sea'],
    ['Write 700 words about lighthouses', 'lighthouses'],
    ['a 700-word essay on lighthouses', 'lighthouses'],
    ['I want 3000 words on the sea, please', 'sea'],
    ['short: what is rain?', 'rain'],
    ['a table about tea', 'tea'],
    ['Windows 11', 'Windows 11'],
    // Nothing that would look sane.
    ...[
      '',
      '???',
      'This',
      'Is this it?',
      'Show me a table',
      'a long answer',
      '3000 words',
      'Tell me more',
      '\ud83d',
    ].map((none) => [none, 'your question'] as const),
    // Without English words nothing can be cut out of it.
    ['Was ist ein Leuchtturm?', '“Was ist ein Leuchtturm?”'],
    ['灯台について教えてください', '灯台について教えてください'],
  ] as const) {
    it(JSON.stringify(question), () => assert.equal(topicOf(question), topic));
  }

  it('is escaped and not endless', () => {
    assert.equal(topicOf('What is snake_case?'), 'snake\\_case');
    assert.ok(Array.from(topicOf(`What is ${'x'.repeat(500)}?`)).length <= 41);
  });

  it('is the title of a long answer', async () => {
    const title = async (question: string) =>
      /^# .*/m.exec(
        (await collect(createDemoProvider({ seed: 1, tokensPerSecond: Infinity }), requestOf({ question }))).text,
      )?.[0];
    assert.equal(await title('3000 words about the sea'), '# Sea');
    assert.equal(await title('700 words'), '# Your question');
  });
});
