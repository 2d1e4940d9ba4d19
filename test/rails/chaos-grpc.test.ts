/** The same trials with AnyCable calling Rails over gRPC, by `bundle exec anycable`. */
import { test } from 'node:test';
import { runRailsTrials } from './chaos.js';

const isFull = Boolean(process.env['TEST_FULL']);
const TRIALS = isFull ? 12 : 2;
const CHUNKS = isFull ? 300 : 100;

test(`over gRPC: ${TRIALS} trials of ${CHUNKS} pieces: every answer exact, interrupted only where its job was ended`, () =>
  runRailsTrials({ trials: TRIALS, chunks: CHUNKS, faultsATrial: 4, rpc: 'grpc' }));
