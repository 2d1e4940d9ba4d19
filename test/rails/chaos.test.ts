/** `npm run test:full`: 60 trials of 300 pieces. */
import { test } from 'node:test';
import { runRailsTrials } from './chaos.js';

const isFull = Boolean(process.env['TEST_FULL']);
const TRIALS = isFull ? 60 : 6;
const CHUNKS = isFull ? 300 : 100;

test(`over HTTP: ${TRIALS} trials of ${CHUNKS} pieces: every answer exact, interrupted only where its job was ended`, () =>
  runRailsTrials({ trials: TRIALS, chunks: CHUNKS, faultsATrial: 4, rpc: 'http' }));
