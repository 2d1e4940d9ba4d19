/** Random numbers of a test in the browser; the seed is printed, and taken back from the environment's SEED. */
declare global {
  var SEED: string | undefined;
}

export function randomFrom(): () => number {
  const seed = globalThis.SEED ? Number(globalThis.SEED) : Math.floor(Math.random() * 2 ** 31);
  console.log(`SEED=${seed}`);
  return mulberry32(seed);
}

function mulberry32(start: number): () => number {
  let state = start | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
