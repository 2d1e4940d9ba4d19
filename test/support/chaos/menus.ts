/** Faults to draw schedules from. Each lasts long enough to hurt and short enough for a test of many. */
import { COUNTERS } from '../../../create-app/src/chaos/counts.js';
import type { MenuItem } from './schedule.js';

/** What networks do. */
export const linkMenu: readonly MenuItem[] = [
  { draw: () => ({ fault: { kind: 'reset' } }) },
  { draw: (random) => ({ fault: { kind: 'end', side: random.pick(['both', 'client']) } }) },
  { draw: (random) => ({ fault: { kind: 'cut-in-frame', skip: random.integer(0, 3), part: random.next() } }) },
  { draw: (random) => ({ fault: { kind: 'cut-after', bytes: random.integer(1, 2_000) } }) },
  {
    draw: (random) => ({
      fault: { kind: 'split', bytes: random.integer(1, 7), direction: 'to-client' },
      ms: random.integer(100, 1_000),
    }),
  },
  {
    draw: (random) => ({
      fault: {
        kind: 'black-hole',
        direction: random.pick(['both', 'to-client', 'to-server']),
        newcomers: random.pick(['swallow', 'pass']),
        afterwards: random.pick(['silent', 'reset']),
      },
      ms: random.integer(200, 2_000),
    }),
  },
  {
    draw: (random) => ({
      fault: {
        kind: 'latency',
        ms: random.integer(1, 200),
        jitter: random.integer(0, 200),
        seed: random.integer(0, 1e9),
      },
      ms: random.integer(200, 2_000),
    }),
  },
  { draw: (random) => ({ fault: { kind: 'pause' }, ms: random.integer(50, 1_500) }) },
  {
    draw: (random) => ({
      fault: { kind: 'down', ending: random.pick(['reset', 'end']) },
      ms: random.integer(100, 2_000),
      // A client that keeps trying has met it then.
      until: { counter: COUNTERS.connections, more: 3 },
    }),
  },
  {
    weight: 2,
    draw: (random) => ({
      fault: {
        kind: 'lossy',
        drop: random.next() * 0.4,
        double: random.next() * 0.3,
        reorder: random.next() * 0.3,
        seed: random.integer(0, 1e9),
      },
      ms: 2_000,
      until: { counter: COUNTERS.frames, more: random.integer(5, 50) },
    }),
  },
];

/** What happens to a server. */
export const processMenu: readonly MenuItem[] = [
  { draw: (random) => ({ fault: { kind: 'hang' }, ms: random.integer(100, 2_000) }) },
  { draw: (random) => ({ fault: { kind: 'kill' }, ms: random.integer(0, 500) }) },
  { draw: () => ({ fault: { kind: 'restart' } }) },
];

/** What happens to a page. */
export const pageMenu: readonly MenuItem[] = [
  { draw: (random) => ({ fault: { kind: 'freeze' }, ms: random.integer(100, 2_000) }) },
  { draw: (random) => ({ fault: { kind: 'hide' }, ms: random.integer(50, 1_000) }) },
  { draw: (random) => ({ fault: { kind: 'away' }, ms: random.integer(50, 1_000) }) },
  { draw: () => ({ fault: { kind: 'reload' } }) },
  { draw: (random) => ({ fault: { kind: 'offline' }, ms: random.integer(50, 1_000) }) },
  { draw: (random) => ({ fault: { kind: 'second-tab' }, ms: random.integer(200, 2_000) }) },
  {
    draw: (random) => ({
      fault: { kind: 'skew', ms: random.pick([-3_600_000, 3_600_000]) },
      ms: random.integer(200, 2_000),
    }),
  },
];
