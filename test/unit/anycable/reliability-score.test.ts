/** What the reliability bench counts: a wrong count would be a wrong claim. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FAULTS } from '../../bench/reliability/faults.js';
import type { Trial } from '../../bench/reliability/round.js';
import { score, word, wordsIn } from '../../bench/reliability/score.js';
import { SUBJECTS } from '../../bench/reliability/subjects.js';
import { percentile, summarise, table, violations } from '../../bench/reliability/summary.js';
import { Talks } from '../../bench/reliability/talk.js';

const words = (...numbers: number[]): string => numbers.map(word).join('');
const heard = (...pieces: (readonly [at: number, text: string])[]) => pieces.map(([at, text]) => ({ at, text }));

test('a whole answer in any pieces has lost nothing', () => {
  const text = words(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
  for (let size = 1; size <= text.length; size++) {
    const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, n) =>
      text.slice(n * size, n * size + size),
    );
    const arrivals = pieces.map((piece, at) => ({ at, text: piece }));
    const scored = score({ arrivals, said: 11, saidBefore: 0, reachableAt: 0 });
    assert.deepEqual([scored.lost, scored.twice, scored.outOfOrder], [0, 0, 0], `pieces of ${size}`);
  }
});

test('what is missing, doubled or late is counted, each as what it is', () => {
  const of = (text: string, said: number) => {
    const { lost, twice, outOfOrder } = score({ arrivals: heard([0, text]), said, saidBefore: 0, reachableAt: 0 });
    return { lost, twice, outOfOrder };
  };
  assert.deepEqual(of(words(1, 2, 5), 6), { lost: 3, twice: 0, outOfOrder: 0 });
  assert.deepEqual(of(words(1, 2, 2, 1, 3), 3), { lost: 0, twice: 2, outOfOrder: 0 });
  assert.deepEqual(of(words(1, 3, 2, 4), 4), { lost: 0, twice: 0, outOfOrder: 1 });
  assert.deepEqual(of('', 4), { lost: 4, twice: 0, outOfOrder: 0 });
  // The last word is there only with its end.
  assert.deepEqual(of('w1 w2', 2), { lost: 1, twice: 0, outOfOrder: 0 });
  assert.deepEqual(wordsIn('w1 w2 w'), { words: [1, 2], rest: 'w' });
});

test('recovered is the first word since reachability that was said after the fault began', () => {
  const recovered = (...pieces: (readonly [number, string])[]) =>
    score({ arrivals: heard(...pieces), said: 9, saidBefore: 3, reachableAt: 1_000 }).recoveredAfter;
  assert.equal(recovered([900, words(1, 2)], [1_005, words(3)], [1_250, words(4)]), 250);
  assert.equal(recovered([900, words(1, 2, 3, 4)], [1_700, words(5)]), 700, 'before the fault took effect');
  assert.equal(recovered([900, words(1, 2)], [1_005, words(3)]), null);
  assert.equal(recovered([1_400, words(9)], [1_500, words(4)]), 400, 'a gap is no reason to wait');
});

function trial(fields: Partial<Trial>): Trial {
  return {
    subject: 'cable-chat on AnyCable',
    fault: 'reset',
    said: 100,
    lost: 0,
    twice: 0,
    outOfOrder: 0,
    recoveredAfter: 100,
    ended: 'complete',
    differs: false,
    ...fields,
  };
}

test('percentiles are values that were measured', () => {
  const thirty = Array.from({ length: 30 }, (_, n) => n + 1);
  assert.deepEqual([percentile(thirty, 0.5), percentile(thirty, 0.95), percentile([7], 0.95)], [15, 29, 7]);
  assert.equal(percentile([], 0.5), Infinity);
});

test('kept promises are no violations, and the table has a line for each subject', () => {
  const trials = SUBJECTS.map(({ name, isOurs }) => trial({ subject: name, differs: isOurs ? false : null }));
  const lines = summarise(trials, FAULTS, SUBJECTS);
  assert.equal(lines.length, SUBJECTS.length);
  assert.deepEqual(violations(lines, FAULTS), []);
  for (const { name } of SUBJECTS) assert.ok(table(lines, FAULTS).includes(name));
});

test('every broken promise of ours is said; the others made none', () => {
  const broken: readonly (readonly [Partial<Trial>, RegExp])[] = [
    [{ lost: 1 }, /1 of 100 words lost/],
    [{ twice: 2 }, /2 of 100 words shown twice/],
    [{ outOfOrder: 3 }, /3 of 100 words out of order/],
    [{ differs: true }, /1 answers differ/],
    [{ ended: null }, /1 answers did not end/],
    [{ recoveredAfter: null }, /1 trials did not recover/],
    [{ recoveredAfter: 1_001 }, /p95 of the recovery is 1001 ms; at most 1000 ms/],
    [{ fault: 'black hole', recoveredAfter: 10_001 }, /at most 10000 ms/],
  ];
  for (const [fields, expected] of broken) {
    const found = violations(summarise([trial(fields)], FAULTS, SUBJECTS), FAULTS);
    assert.match(found.join('\n'), expected);
    const theirs = summarise([trial({ ...fields, subject: '@rails/actioncable' })], FAULTS, SUBJECTS);
    assert.deepEqual(violations(theirs, FAULTS), []);
  }
});

test('a talk says the same numbered words to whoever asks, and ends when it is told to', async () => {
  const talks = new Talks(1_000);
  try {
    const talk = talks.open('a');
    const question = { turns: [{ role: 'user', content: 'a' }], signal: new AbortController().signal };
    const answer = talks.provider.answer(question as unknown as Parameters<typeof talks.provider.answer>[0]);
    let text = '';
    for await (const piece of answer) {
      text += piece;
      if (wordsIn(text).words.length === 20) talk.end();
    }
    assert.deepEqual(score({ arrivals: heard([0, text]), said: talk.said, saidBefore: 0, reachableAt: 0 }), {
      lost: 0,
      twice: 0,
      outOfOrder: 0,
      recoveredAfter: 0,
    });
  } finally {
    talks.stop();
  }
});
