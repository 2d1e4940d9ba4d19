/** The bundle's entry: a trial by its seed, in a worker thread, or for whoever imports it. */
import { isMainThread, parentPort } from 'node:worker_threads';
import { runTrial, type TrialResult } from './trial.js';

export { runTrial, type TrialResult } from './trial.js';
export { FAULTS } from './ledger.js';
export { VIOLATION_KINDS } from './verdict.js';

export interface TrialOrder {
  readonly seed: number;
  readonly chunks: number;
}

if (!isMainThread && parentPort !== null) {
  const port = parentPort;
  port.on('message', (order: TrialOrder) => {
    void runTrial(order).then((result: TrialResult) => port.postMessage(result));
  });
}
