/** The seed of a random test: from SEED, else drawn; printed, so that a failure can be run again. */
export const seed = process.env['SEED'] ? Number(process.env['SEED']) : Math.floor(Math.random() * 2 ** 31);

/** fast-check's parameters with the seed; `runs` is the short form's number, TEST_FULL=1 takes ten times as many. */
export function randomly(runs: number): { seed: number; numRuns: number; verbose: false } {
  return { seed, numRuns: process.env['TEST_FULL'] ? runs * 10 : runs, verbose: false };
}

/** A small, fast, seedable generator (mulberry32): numbers from 0 to 1. */
export function randomFrom(start: number): () => number {
  let state = start | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
