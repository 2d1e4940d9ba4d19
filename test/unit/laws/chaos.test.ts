import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runTrial } from '../../chaos/trial.js';
import { seed } from '../../support/seed.js';

// The short form of `npm run test:chaos`; FAULTS are ten, so each of them leads four times at least.
const TRIALS = process.env['TEST_FULL'] ? 400 : 40;
const CHUNKS = 100;

test(`${TRIALS} chaos schedules, SEED=${seed}`, async () => {
  let asked = 0;
  let answered = 0;
  for (let trial = 0; trial < TRIALS; trial++) {
    const result = await runTrial({ seed: seed + trial, chunks: CHUNKS });
    const { violation } = result;
    const replay = `npm run test:chaos -- --trials 1 --seed ${result.seed} --chunks ${CHUNKS} --trace`;
    assert.equal(violation, undefined, `${violation?.kind} at ${violation?.at}: ${violation?.detail}\n${replay}`);
    asked += result.asks;
    answered += result.answered;
  }
  assert.ok(asked >= TRIALS, 'every schedule asks');
  assert.equal(answered, asked, 'everything asked is answered exactly once');
});

test('a schedule is the same each time: whatever it finds can be replayed', async () => {
  const lines: string[][] = [[], []];
  for (const trace of lines) await runTrial({ seed, chunks: CHUNKS, trace: (line) => trace.push(line) });
  assert.ok((lines[0]?.length ?? 0) > 10);
  assert.deepEqual(lines[0], lines[1]);
});
