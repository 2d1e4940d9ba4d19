import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDemoProvider } from '../../../../templates/node/src/providers/demo.js';
import { ProviderError } from '../../../../templates/node/src/providers/provider.js';
import type { Turn } from '../../../../templates/node/src/providers/provider.js';
import { checkPieces, collect, requestOf } from './collect.js';
import { ManualTimers } from './manual-timers.js';

const demo = (seed = 1) => createDemoProvider({ seed, tokensPerSecond: Infinity });

/** Asks one question after the other in one conversation; the answers. */
async function converse(questions: readonly string[], seed = 1): Promise<string[]> {
  const turns: Turn[] = [];
  for (const question of questions) {
    turns.push({ role: 'user', content: question });
    const { pieces, text, finish, error } = await collect(demo(seed), requestOf({ turns, maxTokens: 100_000 }));
    assert.equal(error, undefined);
    assert.equal(finish, 'stop');
    checkPieces(pieces);
    turns.push({ role: 'assistant', content: text });
  }
  return turns.filter(({ role }) => role === 'assistant').map(({ content }) => content);
}

const lastOf = async (...questions: readonly string[]): Promise<string> => (await converse(questions)).at(-1)!;

describe('the demo model', () => {
  it('answers the same conversation with the same pieces, by its seed', async () => {
    const request = requestOf({ question: 'Tell me about lighthouses' });
    const [first, again, other] = [
      await collect(demo(), request),
      await collect(demo(), request),
      await collect(demo(2), request),
    ];
    assert.deepEqual(first.pieces, again.pieces);
    assert.notEqual(first.text, other.text);
  });

  it('says what it is, and how to put in a real one', async () => {
    assert.match(await lastOf('What is a lighthouse?'), /demo model/);
    const help = await lastOf('help');
    for (const part of ['OPENAI_API_KEY', 'OPENAI_BASE_URL', 'OPENAI_MODEL', 'npm start'])
      assert.ok(help.includes(part), part);
    assert.match(await lastOf('Hello!'), /demo model/);
  });

  describe('answers in the light of the conversation', () => {
    it('quotes the question before', async () => {
      assert.match(await lastOf('What is AnyCable?', 'And Rails?'), /Earlier you asked about “What is AnyCable\?”/);
      assert.match(await lastOf('My name is Ada', 'a table, please'), /Earlier you wrote “My name is Ada”/);
    });

    it('quotes it as text, whatever is in it', async () => {
      assert.match(await lastOf('Is <b>*x*</b> bold?', 'And why?'), /“Is \\<b\\>\\\*x\\\*\\<\/b\\> bold\?”/);
    });

    for (const [told, asked, expected] of [
      ['My name is Ada.', 'What is my name?', /\*\*Ada\*\*/],
      ["hi, I'm Grace", "what's my name?", /\*\*Grace\*\*/],
      ['My name is Ada Lovelace and I like tea', 'Who am I?', /\*\*Ada Lovelace\*\*/],
      ['My cat is called Minka and my favorite color is green.', 'What is my favourite colour?', /\*\*green\*\*/],
      ['My cat is called Minka and my favorite color is green.', 'What is my cat?', /\*\*Minka\*\*/],
      ['The code is 4711', 'Which number did I tell you?', /\*\*4711\*\*/],
      ['The code is 4711', 'What is the code?', /\*\*4711\*\*/],
      ['Remember that the oven is on', 'What did I tell you to remember?', /the oven is on/],
      ['Why is the sky blue?', 'What did I ask you?', /1\. “Why is the sky blue\?”/],
    ] as const) {
      it(`${told} → ${asked}`, async () => assert.match(await lastOf(told, 'thanks', asked), expected));
    }

    it('takes what was told last', async () => {
      assert.match(await lastOf('My name is Ada', 'Call me Grace', 'What is my name?'), /\*\*Grace\*\*/);
    });

    it('says so when it was not told', async () => {
      assert.match(await lastOf('What is my name?'), /not told me your name/);
      assert.match(await lastOf('What is my dog?'), /not told me your dog/);
      assert.match(await lastOf('Which number did I tell you?'), /not told me a number/);
      assert.doesNotMatch(await lastOf('I am tired', 'What is my name?'), /tired/);
    });

    it('takes no question for an answer', async () => {
      assert.match(await lastOf('Is my name Ada?', 'What is the capital of France?'), /capital of France/);
    });
  });

  it('shows every construct of markdown within a few answers, and all at once when asked', async () => {
    const answers = (await converse(['one', 'two', 'three', 'four', 'five'].map((word) => `What about ${word}?`))).join(
      '\n\n',
    );
    const everything = await lastOf('everything');
    const constructs: Readonly<Record<string, RegExp>> = {
      heading: /^## /m,
      'nested list': /^- .*\n {2}- .*\n(?: {2}- .*\n)? {4}- /m,
      'ordered list': /^1\. .*\n2\. /m,
      'task list': /^- \[x\] .*\n(?:- \[x\] .*\n)?- \[ \] /m,
      'aligned table': /^\| :--- \| :---: \| ---: \| --- \|$/m,
      'fenced code': /^```\w+\n[^]*?\n```$/m,
      'indented code': /\n\n {4}\S/,
      'nested quote': /^> > /m,
      strong: /\*\*\w/,
      emphasis: / \*\w/,
      'both at once': /\*\*\*\w/,
      strikethrough: /~~\w/,
      'inline code': /[^`]`[^`\n]+`/,
      link: /\[\w[^\]]*\]\(https:/,
      'reference link': /^\[\w+\]: https:/m,
      autolink: /<https:/,
      'bare address': /: https:/,
      image: /!\[[^\]]*\]\(https:/,
      footnote: /\[\^1\]/,
      'hard break': / {2}\n\S/,
      'hard break by backslash': /\\\n\S/,
      rule: /\n\n\* \* \*\n\n/,
      'setext heading': /\n-{5,}\n/,
      'long paragraph': /^.{600,}$/m,
      emoji: /👨‍👩‍👧‍👦/u,
      'right to left': /[\u0590-\u06ff]/,
      CJK: /[\u4e00-\u9fff]/,
      entity: /&amp;/,
      escape: /\\\*/,
    };
    for (const [name, pattern] of Object.entries(constructs)) {
      assert.match(answers, pattern, `no ${name} in five answers`);
      assert.match(everything, pattern, `no ${name} in everything`);
    }
    assert.doesNotMatch(answers, /<script|onerror/);
  });

  it('does what it is asked for', async () => {
    assert.match(await lastOf('Write code in Ruby'), /```ruby\nclass/);
    assert.match(await lastOf('a TypeScript function please'), /```ts\n/);
    assert.match(await lastOf('Show me a table'), /\| :--- \|/);
    assert.match(await lastOf('a checklist'), /- \[ \]/);
    assert.match(await lastOf('some emoji'), /👩‍💻/u);
    assert.match(await lastOf('show html'), /<script>.*onerror.*javascript:/s);
    assert.ok((await lastOf('short: what is rain?')).length < 150);
    const words = (await lastOf('3000 words about the sea')).split(/\s+/).length;
    assert.ok(words >= 3_000 && words < 3_400, `${words} words`);
    assert.ok((await lastOf('a long answer')).length > 6_000);
  });

  it('answers nothing at all, and an odd conversation, with something', async () => {
    for (const turns of [
      [],
      [{ role: 'assistant', content: 'hm' }],
      [{ role: 'user', content: '' }],
      [{ role: 'user', content: '\ud83d ???' }],
    ] as Turn[][]) {
      const { text, finish, pieces } = await collect(demo(), requestOf({ turns }));
      assert.notEqual(text, '');
      assert.equal(finish, 'stop');
      checkPieces(pieces);
    }
  });

  it('is not held up by a hostile question', async () => {
    for (const text of [
      'my '.repeat(5_000),
      'a'.repeat(16_000),
      'what is my '.repeat(1_400),
      '1.'.repeat(8_000),
      'show '.repeat(3_000),
    ]) {
      assert.notEqual((await collect(demo(), requestOf({ question: text, maxTokens: 10 }))).text, '');
    }
  });

  it('ends at maxTokens pieces, and not before', async () => {
    const whole = await collect(demo(), requestOf());
    const cut = await collect(demo(), requestOf({ maxTokens: 10 }));
    assert.deepEqual([cut.finish, cut.pieces], ['length', whole.pieces.slice(0, 10)]);
    const exact = await collect(demo(), requestOf({ maxTokens: whole.pieces.length }));
    assert.deepEqual([exact.finish, exact.text], ['stop', whole.text]);
  });

  describe('fails on request', () => {
    for (const [question, code, retryable, partial] of [
      ['fail', 'provider_error', true, true],
      ['Please show an error', 'provider_error', true, true],
      ['fail at once', 'provider_error', true, false],
      ['rate limit error', 'provider_rate_limited', true, false],
      ['simulate a key error', 'provider_unauthorized', false, false],
      ['network error', 'provider_unreachable', true, false],
      ['timeout error!', 'timeout', true, false],
    ] as const) {
      it(question, async () => {
        const { error, text } = await collect(demo(), requestOf({ question }));
        assert.ok(error instanceof ProviderError);
        assert.deepEqual([error.code, error.retryable, text !== ''], [code, retryable, partial]);
      });
    }

    it('and only on request', async () => {
      for (const question of ['How do I handle errors in Go?', 'What is an error?', 'Why did my build fail?'])
        await lastOf(question);
    });
  });

  describe('with time', () => {
    it('keeps its speed, and waits for nobody else', async () => {
      const timers = new ManualTimers();
      const slow = createDemoProvider({ seed: 1, tokensPerSecond: 10, timers });
      const running = collect(slow, requestOf({ maxTokens: 20 }));
      const progress = { done: false };
      void running.finally(() => (progress.done = true));
      while (!progress.done) {
        if (timers.armed > 0) await timers.next();
        await new Promise((resolve) => setImmediate(resolve));
      }
      assert.equal((await running).finish, 'length');
      // Twelve tokens of thinking and twenty of text, at a tenth of a second each.
      assert.equal(timers.now(), 3_200);
    });

    it('stops at once, in the middle of a pause', async () => {
      const timers = new ManualTimers();
      const stop = new AbortController();
      const pieces = createDemoProvider({ seed: 1, tokensPerSecond: 0.001, timers }).answer(
        requestOf({ signal: stop.signal }),
      );
      const next = pieces.next();
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(timers.armed, 1);
      stop.abort(new Error('enough'));
      await assert.rejects(next, /enough/);
      assert.equal(timers.armed, 0);
    });

    it('can be stopped at full speed', async () => {
      const stop = new AbortController();
      const request = requestOf({ question: '50000 words', maxTokens: 1_000_000, signal: stop.signal });
      setImmediate(() => stop.abort(new Error('enough')));
      const { error, pieces } = await collect(demo(), request);
      assert.match(String(error), /enough/);
      assert.ok(pieces.length < 10_000, `${pieces.length} pieces`);
    });

    it('does not begin if it was aborted before', async () => {
      const { error, pieces } = await collect(demo(), requestOf({ signal: AbortSignal.abort(new Error('too late')) }));
      assert.match(String(error), /too late/);
      assert.deepEqual(pieces, []);
    });
  });
});
