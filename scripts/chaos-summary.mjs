// What many chaos trials came to, as data and as a table.
import { seconds } from './command.mjs';

/** @typedef {import('../test/chaos/trial.js').TrialResult} TrialResult */
/** @typedef {import('../test/chaos/verdict.js').ViolationKind} ViolationKind */

/**
 * @typedef {object} Summary
 * @property {number} trials asked for
 * @property {number} run
 * @property {number} seed
 * @property {number} chunks of the longest answers
 * @property {number} milliseconds
 * @property {{ wrong: number, incomplete: number, unfinished: number, interruptedWithoutCause: number, other: number }} verdict
 * trials that ended in a violation; all 0 is the only good one
 * @property {{ asked: number, answeredOnce: number }} asks
 * @property {{ complete: number, stopped: number, failed: number, interrupted: number, chunks: number }} answers
 * @property {Record<string, { injected: number, hits: number, struck: number, recovered: number, p50: number, p95: number }>} faults
 * times in virtual milliseconds, from the end of the fault
 * @property {{ p50: number, p95: number, max: number }} settledAfter virtual milliseconds after the last fault
 * @property {{ seed: number, kind: ViolationKind, at: number, detail: string, replay: string }[]} violations
 */

/** @type {WeakMap<Summary, { times: Map<string, number[]>, settled: number[] }>} */
const samples = new WeakMap();

/** @param {{ trials: number, seed: number, chunks: number }} options @returns {Summary} */
export function emptySummary(options) {
  /** @type {Summary} */
  const summary = {
    ...options,
    run: 0,
    milliseconds: 0,
    verdict: { wrong: 0, incomplete: 0, unfinished: 0, interruptedWithoutCause: 0, other: 0 },
    asks: { asked: 0, answeredOnce: 0 },
    answers: { complete: 0, stopped: 0, failed: 0, interrupted: 0, chunks: 0 },
    faults: {},
    settledAfter: { p50: 0, p95: 0, max: 0 },
    violations: [],
  };
  samples.set(summary, { times: new Map(), settled: [] });
  return summary;
}

/** @param {Summary} summary @param {TrialResult} result */
export function addTrial(summary, result) {
  const collected = samples.get(summary);
  if (collected === undefined) throw new Error('a summary begins with emptySummary()');
  const { times, settled } = collected;
  summary.run++;
  summary.asks.asked += result.asks;
  summary.asks.answeredOnce += result.answered;
  for (const end of /** @type {const} */ (['complete', 'stopped', 'failed', 'interrupted', 'chunks'])) {
    summary.answers[end] += result[end];
  }
  for (const [fault, count] of Object.entries(result.faults)) {
    const total = (summary.faults[fault] ??= { injected: 0, hits: 0, struck: 0, recovered: 0, p50: 0, p95: 0 });
    const all = times.get(fault) ?? [];
    times.set(fault, all);
    all.push(...count.times);
    total.injected += count.injected;
    total.hits += count.hits;
    total.struck += count.struck;
    total.recovered += count.recovered;
    all.sort((a, b) => a - b);
    total.p50 = quantile(all, 0.5);
    total.p95 = quantile(all, 0.95);
  }
  settled.push(result.settledAfter);
  settled.sort((a, b) => a - b);
  summary.settledAfter = { p50: quantile(settled, 0.5), p95: quantile(settled, 0.95), max: settled.at(-1) ?? 0 };
  if (result.violation === undefined) return;
  const { kind, at, detail } = result.violation;
  summary.verdict[verdictOf(kind)]++;
  const replay = `npm run test:chaos -- --trials 1 --seed ${result.seed} --chunks ${summary.chunks} --trace`;
  summary.violations.push({ seed: result.seed, kind, at, detail, replay });
  summary.violations.sort((a, b) => a.seed - b.seed);
}

/** @param {ViolationKind} kind @returns {keyof Summary['verdict']} */
function verdictOf(kind) {
  if (kind === 'wrong' || kind === 'incomplete' || kind === 'unfinished') return kind;
  return kind === 'interrupted' ? 'interruptedWithoutCause' : 'other';
}

/** @param {readonly number[]} sorted @param {number} share */
function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** As many as are worth reading; --json has them all. */
const SHOWN = 10;

/** @param {Summary} summary */
export function printSummary(summary) {
  const { run, trials, seed, chunks, milliseconds, verdict, asks, answers, faults, settledAfter, violations } = summary;
  console.log(`\n${run} of ${trials} schedules × ${chunks} chunks, SEED=${seed}, ${seconds(milliseconds)}\n`);
  row(['fault', 'injected', 'hits', 'clients', 'recovered', 'p50', 'p95']);
  for (const [fault, { injected, hits, struck, recovered, p50, p95 }] of Object.entries(faults)) {
    row([fault, injected, hits, struck, recovered, `${p50} ms`, `${p95} ms`]);
  }
  console.log(`
  hits: messages, connections, pages or answers that it struck; p50, p95: virtual time from the end of the fault until the
  client had everything again that the server had then.

  ${answers.chunks} chunks; answers: ${answers.complete} complete, ${answers.stopped} stopped by the visitor, ${answers.failed} failed (${answers.interrupted} of them interrupted)
  asks: ${asks.asked}, answered exactly once: ${asks.answeredOnce}
  at rest after the last fault: p50 ${settledAfter.p50} ms, p95 ${settledAfter.p95} ms, at most ${settledAfter.max} ms

  wrong: ${verdict.wrong}   silently incomplete: ${verdict.incomplete}   unfinished for ever: ${verdict.unfinished}   interrupted without a cause: ${verdict.interruptedWithoutCause}   other: ${verdict.other}`);
  for (const { kind, at, detail, replay } of violations.slice(0, SHOWN)) {
    console.log(`\n✗ ${kind} at ${at} ms: ${detail.slice(0, 600)}\n  ${replay}`);
  }
  if (violations.length > SHOWN) console.log(`\n… and ${violations.length - SHOWN} more; --json has them all`);
}

/** @param {readonly (string | number)[]} cells */
function row(cells) {
  console.log(
    `  ${cells.map((cell, index) => (index === 0 ? String(cell).padEnd(18) : String(cell).padStart(11))).join('')}`,
  );
}
